//= repeated: refused: `scaled!` may be a different macro there.
macro_rules! scaled {
    ($it:expr) => {
        $it * 2
    };
}

fn first(numbers: &[u32]) -> u32 {
    //{
    let found: Vec<u32> = numbers.iter().map(|it| scaled!(it)).collect();
    println!("{found:?} of {numbers:?}");
    let sum: u32 = found.iter().sum();
    println!("{}", scaled!(sum));
    sum
}

macro_rules! scaled {
    ($it:expr) => {
        $it * 3
    };
}

fn second(numbers: &[u32]) -> u32 {
    let found: Vec<u32> = numbers.iter().map(|it| scaled!(it)).collect();
    println!("{found:?} of {numbers:?}");
    let sum: u32 = found.iter().sum();
    println!("{}", scaled!(sum));
    sum * 2
}

fn main() {
    println!("{} {}", first(&[1, 2]), second(&[3]));
}
