//= extracted
fn add(left: &str, right: &str) -> Result<i32, std::num::ParseIntError> {
    let sum = /*{*/left.trim().parse::<i32>()?/*}*/ + right.parse::<i32>()?;
    Ok(sum)
}

fn main() {
    println!("{:?} {:?}", add(" 1", "2").ok(), add("x", "2").ok());
}
