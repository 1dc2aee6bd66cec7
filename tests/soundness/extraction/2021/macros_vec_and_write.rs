//= extracted
use std::fmt::Write;

fn render(count: usize, mark: char) -> String {
    let mut out = String::new();
    //{
    let marks = vec![mark; count];
    for (at, mark) in marks.iter().enumerate() {
        write!(out, "{at}{mark}").unwrap();
    }
    //}
    writeln!(out).unwrap();
    out
}

fn main() {
    print!("{}", render(3, '*'));
}
