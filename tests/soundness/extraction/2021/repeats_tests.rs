//= repeated: refused: There are no statements here that are repeated in the file.
fn first(numbers: &[u32]) -> u32 {
    //{
    let scaled: Vec<u32> = numbers.iter().map(|it| it * 2).collect();
    println!("{scaled:?} of {numbers:?}");
    let sum: u32 = scaled.iter().sum();
    println!("{}", sum + scaled.len() as u32);
    sum
}

#[cfg(test)]
mod tests {
    #[test]
    fn second() {
        let numbers = [3];
        let scaled: Vec<u32> = numbers.iter().map(|it| it * 2).collect();
        println!("{scaled:?} of {numbers:?}");
        let sum: u32 = scaled.iter().sum();
        println!("{}", sum + scaled.len() as u32);
    }
}

fn main() {
    println!("{}", first(&[1, 2]));
}
