//= repeated: extracted
fn first(numbers: &[u32]) -> u32 {
    // How it begins.
    //{
    let sum: u32 = numbers.iter().sum();
    // All of them, and one more.
    let count = numbers.len() as u32 + 1;
    println!("{sum} by {count}: {numbers:?}");
    println!("{}", sum * count + 1); // as it is
    sum / count
}

fn second(numbers: &[u32]) -> u32 {
    /* How the other begins. */
    let sum: u32 = numbers.iter().sum();
    // All of them, and one more.
    let count = numbers.len() as u32 + 1;
    println!("{sum} by {count}: {numbers:?}");
    println!("{}", sum * count + 1); // as it is not
    sum * count
}

fn main() {
    println!("{} {}", first(&[1, 2, 9]), second(&[3]));
}
