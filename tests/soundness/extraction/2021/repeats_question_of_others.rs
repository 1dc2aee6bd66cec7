//= repeated: refused: differ
#[derive(Debug)]
struct Failure {
    _why: String,
}

impl From<std::num::ParseIntError> for Failure {
    fn from(error: std::num::ParseIntError) -> Self {
        println!("turned");
        Failure {
            _why: error.to_string(),
        }
    }
}

fn first(text: &str, found: &mut Vec<i32>) -> Result<i32, std::num::ParseIntError> {
    //{
    let (left, right) = text.split_once(',').unwrap_or((text, "0"));
    let left: i32 = left.trim().parse()?;
    let right: i32 = right.trim().parse()?;
    found.push(left * right);
    Ok(left + right)
}

fn second(text: &str, found: &mut Vec<i32>) -> Result<i32, Failure> {
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
}
