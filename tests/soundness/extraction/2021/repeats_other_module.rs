//= repeated: refused: It is in another module.
fn weigh(number: &u32) -> u32 {
    number * 2
}

fn first(numbers: &[u32]) -> u32 {
    //{
    let scaled: Vec<u32> = numbers.iter().map(weigh).collect();
    println!("{scaled:?} of {numbers:?}");
    let sum: u32 = scaled.iter().sum();
    println!("{}", sum + scaled.len() as u32);
    sum
}

mod other {
    fn weigh(number: &u32) -> u32 {
        number * 3
    }

    pub fn second(numbers: &[u32]) -> u32 {
        let scaled: Vec<u32> = numbers.iter().map(weigh).collect();
        println!("{scaled:?} of {numbers:?}");
        let sum: u32 = scaled.iter().sum();
        println!("{}", sum + scaled.len() as u32);
        sum * 2
    }
}

fn main() {
    println!("{} {}", first(&[1, 2]), other::second(&[3]));
}
