//= extracted
fn collatz(mut n: u64) -> (u32, u64) {
    let mut steps = 0;
    let mut peak = n;
    while n != 1 {
        //{
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
        peak = peak.max(n);
        //}
    }
    (steps, peak)
}

fn main() {
    println!("{:?}", collatz(27));
}
