//= extracted
fn find(words: &[&str], wanted: u32) -> Result<u32, std::num::ParseIntError> {
    let mut last = 0;
    //{
    for word in words {
        let number: u32 = word.parse()?;
        if number > wanted {
            return Ok(number);
        }
        last = number;
    }
    //}
    println!("the end");
    Ok(last)
}

fn main() {
    println!("{:?}", find(&["1", "2"], 5));
    println!("{:?}", find(&["1", "7"], 5));
    println!("{:?}", find(&["1", "q"], 5));
}
