//= extracted
use std::fmt::Write;

#[derive(Default)]
struct Upper {
    text: String,
    calls: usize,
}

impl Write for Upper {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        //{
        self.calls += 1;
        for letter in text.chars() {
            self.text.extend(letter.to_uppercase());
        }
        //}
        if self.calls > 100 {
            return Err(std::fmt::Error);
        }
        Ok(())
    }
}

fn main() {
    let mut upper = Upper::default();
    write!(upper, "a{}", "bc").unwrap();
    println!("{} {}", upper.text, upper.calls);
}
