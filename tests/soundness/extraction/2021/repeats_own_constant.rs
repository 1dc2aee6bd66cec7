//= repeated: refused: A function declares items
fn first(numbers: &[u32]) -> u32 {
    const STEP: u32 = 2;
    //{
    let scaled: Vec<u32> = numbers.iter().map(|it| it * STEP).collect();
    println!("{scaled:?} by {STEP}");
    let sum: u32 = scaled.iter().sum();
    println!("{}", sum + STEP);
    sum
}

fn second(numbers: &[u32]) -> u32 {
    const STEP: u32 = 3;
    let scaled: Vec<u32> = numbers.iter().map(|it| it * STEP).collect();
    println!("{scaled:?} by {STEP}");
    let sum: u32 = scaled.iter().sum();
    println!("{}", sum + STEP);
    sum * 2
}

fn main() {
    println!("{} {}", first(&[1, 2]), second(&[3]));
}
