//= extracted
use std::num::ParseIntError;

fn load(text: &str) -> Result<i32, ParseIntError> {
    let number = {
        //{
        let trimmed = text.trim();
        println!("{trimmed}");
        trimmed.parse::<i32>()?
        //}
    };
    Ok(number + 1)
}

fn main() {
    println!("{:?} {}", load(" 3 "), load("x").is_err());
}
