//= extracted
fn collatz(start: u64) -> u32 {
    let mut number = start;
    let mut steps = 0;
    while number != 1 {
        //{
        steps += 1;
        if steps > 50 {
            break;
        }
        number = if number % 2 == 0 {
            number / 2
        } else {
            number * 3 + 1
        };
        //}
    }
    steps
}

fn main() {
    println!("{} {}", collatz(6), collatz(27));
}
