//= repeated: refused: The comments in the statements differ.
fn first(numbers: &[u32]) -> u32 {
    //{
    let sum: u32 = numbers.iter().sum();
    // All of them, and one more.
    let count = numbers.len() as u32 + 1;
    println!("{sum} by {count}: {numbers:?}");
    println!("{}", sum + count);
    sum / count
}

fn second(numbers: &[u32]) -> u32 {
    let sum: u32 = numbers.iter().sum();
    // One more than there are.
    let count = numbers.len() as u32 + 1;
    println!("{sum} by {count}: {numbers:?}");
    println!("{}", sum + count);
    sum * count
}

fn main() {
    println!("{} {}", first(&[1, 2, 9]), second(&[3]));
}
