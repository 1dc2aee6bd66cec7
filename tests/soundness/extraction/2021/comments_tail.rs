//= extracted
fn pick(number: u32) -> u32 {
    println!("{number}");
    //{
    // Half of it.
    let half = number / 2;
    half + 1 // and one
             //}
}

fn main() {
    println!("{}", pick(9));
}
