//= repeated: refused: differ
use std::fmt::{Debug, Display};

fn first<T: Display>(things: &[T], log: &mut Vec<String>) -> usize {
    //{
    let texts: Vec<String> = things.iter().map(|it| it.to_string()).collect();
    let longest = texts.iter().map(String::len).max().unwrap_or_default();
    log.extend(texts.iter().map(|it| format!("{it:>longest$}")));
    longest + 1
}

fn second<T: Display + Debug>(things: &[T], log: &mut Vec<String>) -> usize {
    println!("{things:?}");
    let texts: Vec<String> = things.iter().map(|it| it.to_string()).collect();
    let longest = texts.iter().map(String::len).max().unwrap_or_default();
    log.extend(texts.iter().map(|it| format!("{it:>longest$}")));
    longest
}

fn main() {
    let mut log = Vec::new();
    println!("{}", first(&[1, 200], &mut log));
    println!("{}", second(&["a", "bc"], &mut log));
    println!("{log:?}");
}
