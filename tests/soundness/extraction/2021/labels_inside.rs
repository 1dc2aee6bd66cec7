//= extracted
fn grid(size: u32) -> u32 {
    let mut steps = 0;
    println!("{size}");
    //{
    'rows: for row in 0..size {
        for column in 0..size {
            if row * column > 6 {
                break 'rows;
            }
            if column > row {
                continue 'rows;
            }
            steps += 1;
        }
    }
    //}
    steps
}

fn main() {
    println!("{}", grid(5));
}
