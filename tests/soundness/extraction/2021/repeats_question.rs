//= repeated: extracted
fn first(text: &str, found: &mut Vec<i32>) -> Result<i32, std::num::ParseIntError> {
    //{
    let (left, right) = text.split_once(',').unwrap_or((text, "0"));
    let left: i32 = left.trim().parse()?;
    let right: i32 = right.trim().parse()?;
    found.push(left * right);
    Ok(left + right)
}

fn second(text: &str, found: &mut Vec<i32>) -> Result<i32, std::num::ParseIntError> {
    found.push(0);
    let (left, right) = text.split_once(',').unwrap_or((text, "0"));
    let left: i32 = left.trim().parse()?;
    let right: i32 = right.trim().parse()?;
    found.push(left * right);
    Ok(left - right)
}

fn main() {
    let mut found = Vec::new();
    for text in ["1, 2", "x", "5,y", "9"] {
        println!("{:?}", first(text, &mut found));
        println!("{:?}", second(text, &mut found));
    }
    println!("{found:?}");
}
