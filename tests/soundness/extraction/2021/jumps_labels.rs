//= extracted
fn find(grid: &[Vec<i32>], wanted: i32) -> Option<(usize, usize)> {
    let mut result = None;
    'rows: for (y, row) in grid.iter().enumerate() {
        for (x, cell) in row.iter().enumerate() {
            //{
            if *cell < 0 {
                continue 'rows;
            }
            if *cell == wanted {
                result = Some((x, y));
                break 'rows;
            }
            //}
            println!("{x} {y}");
        }
    }
    result
}

fn main() {
    println!("{:?}", find(&[vec![1, -1, 5], vec![2, 5]], 5));
}
