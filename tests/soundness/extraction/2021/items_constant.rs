//= extracted
fn price(count: u32) -> u32 {
    const UNIT: u32 = 7;
    //{
    let full = count * UNIT;
    let reduced = full - full / 10;
    //}
    reduced
}

fn main() {
    println!("{}", price(30));
}
