//= repeated: extracted
const MOST_WORDS: usize = 2;
const MOST_LINES: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Word,
    Line,
}

fn words(text: &str, found: &mut Vec<(Kind, String)>) {
    //{
    for part in text.split(' ') {
        if found.len() > MOST_WORDS || part.is_empty() {
            println!("{part} is left");
            continue;
        }
        found.push((Kind::Word, part.to_uppercase()));
    }
    println!("{} found", found.len());
    //}
    found.push((Kind::Word, String::new()));
}

fn lines(text: &str, found: &mut Vec<(Kind, String)>) {
    found.clear();
    for part in text.split(' ') {
        if found.len() > MOST_LINES || part.is_empty() {
            println!("{part} is left");
            continue;
        }
        found.push((Kind::Line, part.to_uppercase()));
    }
    println!("{} found", found.len());
}

fn main() {
    let mut found = Vec::new();
    words("a b  c d e", &mut found);
    println!("{found:?}");
    lines("a b  c d e", &mut found);
    println!("{found:?}");
}
