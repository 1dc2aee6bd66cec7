//= extracted
use std::error::Error;

fn total(texts: &[&str]) -> Result<f64, Box<dyn Error>> {
    let mut sum = 0.0;
    for text in texts {
        //{
        let number: f64 = text.parse()?;
        if number < 0.0 {
            return Err("negative".into());
        }
        sum += number;
        //}
    }
    println!("{}", texts.len());
    Ok(sum)
}

fn main() {
    println!("{:?}", total(&["1", "2.5"]).ok());
    println!("{}", total(&["-1"]).unwrap_err());
    println!("{}", total(&["q"]).unwrap_err());
}
