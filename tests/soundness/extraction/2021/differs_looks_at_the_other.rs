//= repeated: refused: The occurrences differ in more than values
fn sums(rows: &[Vec<u32>]) -> u32 {
    //{
    let first: u32 = rows.iter().map(|row| row.len() as u32 * 3).sum();
    println!("{} of {:?} {}", first, rows.first(), rows.len());
    println!("{} {}", first.count_ones(), first.leading_zeros());
    println!("{:?}", first.checked_sub(4));
    //}

    let second: u32 = rows.iter().map(|row| row.len() as u32 * 5).sum();
    println!("{} of {:?} {}", second, rows.first(), rows.len());
    println!("{} {}", second.count_ones(), second.leading_zeros());
    println!("{:?}", first.checked_sub(4));
    first + second
}

fn main() {
    println!("{}", sums(&[vec![1], vec![2, 3]]));
}
