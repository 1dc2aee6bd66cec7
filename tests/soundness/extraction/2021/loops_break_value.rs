//= extracted
fn search(numbers: &[u64]) -> u64 {
    let mut at = 0;
    let found = loop {
        //{
        let number = numbers[at % numbers.len()];
        if number > 10 {
            break number * 2;
        }
        if at > 100 {
            break at as u64;
        }
        //}
        at += 1;
    };
    found + 1
}

fn main() {
    println!("{} {}", search(&[1, 20]), search(&[1, 2]));
}
