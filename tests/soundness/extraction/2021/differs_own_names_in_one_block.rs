//= repeated: refused: A variable of one occurrence is used in another
fn decipher(rows: &[Vec<u32>]) -> (usize, usize) {
    let width = 0;
    println!("{width}");
    //{
    let x = &rows[1];
    let width = (x[0] % x[3] + x[1] % x[3] - x[2] % x[3]) as usize;
    println!("{}", x[3]);
    //}

    let x = &rows[2];
    let height = (x[0] % x[3] + x[1] % x[3] - x[2] % x[3]) as usize;
    println!("{}", x[3]);
    println!("{width} {height}");
    (width, height)
}

fn main() {
    let rows = [vec![], vec![7, 8, 2, 5], vec![9, 1, 3, 4]];
    println!("{:?}", decipher(&rows));
}
