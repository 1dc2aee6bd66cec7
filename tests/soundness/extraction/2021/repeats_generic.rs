//= repeated: extracted
use std::fmt::Display;

fn first<T: Display + Clone>(things: &[T], log: &mut Vec<String>) -> usize {
    //{
    let texts: Vec<String> = things.iter().map(|it| it.to_string()).collect();
    let longest = texts.iter().map(String::len).max().unwrap_or_default();
    log.extend(texts.iter().map(|it| format!("{it:>longest$}")));
    longest + 1
}

fn second<T: Display + Clone>(things: &[T], log: &mut Vec<String>) -> usize {
    log.clear();
    let texts: Vec<String> = things.iter().map(|it| it.to_string()).collect();
    let longest = texts.iter().map(String::len).max().unwrap_or_default();
    log.extend(texts.iter().map(|it| format!("{it:>longest$}")));
    longest
}

fn main() {
    let mut log = Vec::new();
    println!("{} {log:?}", first(&[1, 200], &mut Vec::new()));
    println!("{}", second(&["a", "bc"], &mut log));
    println!("{log:?}");
}
