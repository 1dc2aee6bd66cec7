//= repeated: refused: A name is a variable in one occurrence
fn third() -> usize {
    3
}

fn first(numbers: &[usize]) -> usize {
    let third = || 4;
    //{
    let above: Vec<&usize> = numbers.iter().filter(|it| **it > third()).collect();
    println!("{above:?} above {}", third());
    let sum: usize = above.iter().copied().sum();
    println!("{}", sum + third());
    sum
}

fn second(numbers: &[usize]) -> usize {
    let above: Vec<&usize> = numbers.iter().filter(|it| **it > third()).collect();
    println!("{above:?} above {}", third());
    let sum: usize = above.iter().copied().sum();
    println!("{}", sum + third());
    sum * 2
}

fn main() {
    println!("{} {}", first(&[20, 4]), second(&[20, 4]));
}
