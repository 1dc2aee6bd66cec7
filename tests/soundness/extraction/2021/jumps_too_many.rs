//= refused: The selection has several kinds of early exits
fn search(rows: &[Vec<i32>]) -> usize {
    let mut seen = 0;
    'rows: for row in rows {
        for cell in row {
            //{
            if *cell == 0 {
                break;
            }
            if *cell < 0 {
                break 'rows;
            }
            //}
            seen += 1;
        }
    }
    seen
}

fn main() {
    println!("{}", search(&[vec![1, 0, 1], vec![1, -1], vec![1]]));
}
