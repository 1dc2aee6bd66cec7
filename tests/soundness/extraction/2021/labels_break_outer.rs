//= extracted
fn find(rows: &[Vec<u8>], wanted: u8) -> usize {
    let mut seen = 0;
    'rows: for row in rows {
        //{
        for cell in row {
            seen += 1;
            if *cell == wanted {
                break 'rows;
            }
        }
        //}
        println!("row done");
    }
    seen
}

fn main() {
    println!("{}", find(&[vec![1, 2], vec![3, 4]], 3));
}
