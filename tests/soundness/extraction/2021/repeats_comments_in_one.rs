//= repeated: extracted
fn first(numbers: &[u32]) -> u32 {
    //{
    let sum: u32 = numbers.iter().sum();
    let count = numbers.len() as u32 + 1;
    println!("{sum} by {count}: {numbers:?}");
    let kept = numbers.iter().filter(|it| **it > sum / count).count();
    println!("{kept}");
    sum / count
}

fn second(numbers: &[u32]) -> u32 {
    let sum: u32 = numbers.iter().sum();
    // All of them, and one more.
    let count = numbers.len() as u32 + 1;
    println!("{sum} by {count}: {numbers:?}");
    let kept = numbers.iter().filter(|it| **it > sum / count).count();
    sum * count + kept as u32
}

fn main() {
    println!("{} {}", first(&[1, 2, 9]), second(&[3]));
}
