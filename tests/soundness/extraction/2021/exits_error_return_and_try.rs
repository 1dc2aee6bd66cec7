//= extracted
use std::num::ParseIntError;

#[derive(Debug)]
enum Fault {
    Number(ParseIntError),
    Large(i64),
}

impl From<ParseIntError> for Fault {
    fn from(fault: ParseIntError) -> Self {
        Self::Number(fault)
    }
}

fn sum(words: &[&str]) -> Result<i64, Fault> {
    //{
    let mut total = 0;
    for word in words {
        let number: i64 = word.parse()?;
        if number > 100 {
            return Err(Fault::Large(number));
        }
        total += number;
    }
    //}
    println!("summed");
    Ok(total * 2)
}

fn main() {
    println!("{:?}", sum(&["1", "2"]));
    println!("{:?}", sum(&["x"]));
    println!("{:?}", sum(&["101"]));
}
