//= extracted
const fn digits(mut number: u32) -> u32 {
    let mut count = 0;
    //{
    while number > 0 {
        number /= 10;
        count += 1;
    }
    //}
    count + 1
}

const DIGITS: u32 = digits(1234);

fn main() {
    println!("{DIGITS} {}", digits(7));
}
