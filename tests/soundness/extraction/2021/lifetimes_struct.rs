//= extracted
struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn word(&mut self) -> Option<&'a str> {
        println!("at {}", self.at);
        //{
        let rest = &self.text[self.at..];
        let end = rest.find(' ').unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        let word = &rest[..end];
        //}
        self.at += end + 1;
        Some(word)
    }
}

fn main() {
    let mut parser = Parser {
        text: "ab cd",
        at: 0,
    };
    println!("{:?} {:?}", parser.word(), parser.word());
}
