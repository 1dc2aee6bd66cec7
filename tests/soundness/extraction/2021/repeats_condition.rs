//= repeated: refused: is behind a `#[cfg]`
fn first(numbers: &[u32]) -> u32 {
    //{
    let scaled: Vec<u32> = numbers.iter().map(|it| it * 2).collect();
    println!("{scaled:?} of {numbers:?}");
    let sum: u32 = scaled.iter().sum();
    println!("{}", sum + scaled.len() as u32);
    sum
}

fn second(numbers: &[u32]) -> u32 {
    #[cfg(all())]
    {
        let scaled: Vec<u32> = numbers.iter().map(|it| it * 2).collect();
        println!("{scaled:?} of {numbers:?}");
        let sum: u32 = scaled.iter().sum();
        println!("{}", sum + scaled.len() as u32);
        sum * 2
    }
}

fn main() {
    println!("{} {}", first(&[1, 2]), second(&[3]));
}
