//= repeated: refused: at the end of the new function
struct Bell(&'static str);

impl Drop for Bell {
    fn drop(&mut self) {
        println!("{} rings", self.0);
    }
}

fn first(numbers: &[u32]) -> u32 {
    //{
    let bell = Bell("first");
    println!("{} hangs over {numbers:?}", bell.0);
    let sum: u32 = numbers.iter().sum();
    println!("{}", sum + numbers.len() as u32);
    println!("first");
    sum
}

fn second(numbers: &[u32]) -> u32 {
    let bell = Bell("first");
    println!("{} hangs over {numbers:?}", bell.0);
    let sum: u32 = numbers.iter().sum();
    println!("{}", sum + numbers.len() as u32);
    println!("second");
    sum * 2
}

fn main() {
    println!("{} {}", first(&[1, 2]), second(&[3]));
}
