//= repeated: refused: at the end of the new function
struct Bell(String);

impl Drop for Bell {
    fn drop(&mut self) {
        println!("{} rings", self.0);
    }
}

fn first(numbers: &[u32]) -> usize {
    //{
    let bell = Bell(format!("{numbers:?}"));
    println!("{} hangs over {numbers:?}", bell.0);
    let sum: usize = numbers.iter().map(|it| *it as usize).sum();
    println!("{}", sum + numbers.len());
    println!("first {}", bell.0);
    sum
}

fn second(numbers: &[u32]) -> usize {
    let bell = Bell(format!("{numbers:?}"));
    println!("{} hangs over {numbers:?}", bell.0);
    let sum: usize = numbers.iter().map(|it| *it as usize).sum();
    println!("{}", sum + numbers.len());
    println!("second");
    sum * 2
}

fn main() {
    println!("{} {}", first(&[1, 2]), second(&[3]));
}
