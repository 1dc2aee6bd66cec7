//= extracted
fn admit(age: u32, guest: bool, names: &[&str]) -> &'static str {
    if /*{*/age > 17 && (guest || names.contains(&"me"))/*}*/ {
        "in"
    } else {
        "out"
    }
}

fn main() {
    println!("{} {}", admit(20, false, &["me"]), admit(3, true, &[]));
}
