//= extracted
fn show(numbers: &[u8]) {
    if numbers.len() > 1 {
        //{
        let sum: u8 = numbers.iter().sum();
        println!("{sum}")
        //}
    } else {
        println!("few")
    }
}

fn main() {
    show(&[1, 2]);
    show(&[1]);
}
