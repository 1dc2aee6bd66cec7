//= extracted
fn cost(count: u64, each: u64, tax: u64) -> u64 {
    let base = 5;
    base + /*{*/(count * each * (100 + tax)) / 100/*}*/ + 1
}

fn main() {
    println!("{}", cost(3, 10, 20));
}
