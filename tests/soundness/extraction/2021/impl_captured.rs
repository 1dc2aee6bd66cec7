//= extracted
fn evens(limit: u32) -> impl Iterator<Item = u32> {
    (0..limit).filter(|n| n % 2 == 0)
}

fn compute(limit: u32, step: u32) -> Vec<u32> {
    let numbers = evens(limit);
    //{
    let scaled = numbers.map(|n| n * step);
    let mut all: Vec<u32> = scaled.collect();
    all.reverse();
    //}
    all
}

fn main() {
    println!("{:?}", compute(9, 3));
}
