//= extracted
fn cell(grid: &[Vec<u8>], row: usize, column: usize) -> u8 {
    let width = grid[0].len();
    grid[row % grid.len()][/*{*/(column + row * 3) % width/*}*/]
}

fn main() {
    println!("{}", cell(&[vec![1, 2], vec![3, 4]], 3, 4));
}
