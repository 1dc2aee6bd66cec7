//= extracted
fn find(grid: &[Vec<char>], wanted: char) -> Option<(usize, usize)> {
    println!("{wanted}");
    //{
    for (row, cells) in grid.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            if *cell == wanted {
                return Some((row, column));
            }
        }
    }
    //}
    println!("nowhere");
    None
}

fn main() {
    let grid = [vec!['a', 'b'], vec!['c']];
    println!("{:?} {:?}", find(&grid, 'c'), find(&grid, 'x'));
}
