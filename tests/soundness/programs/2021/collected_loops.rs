//! Loops that fill a new collection; what is made, in which order, and what becomes of it is seen.
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

#[derive(Debug, Clone, PartialEq)]
struct Note {
    text: String,
    number: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Mark(u8);

fn made(text: &str, number: usize) -> Note {
    println!("note {text} {number}");
    Note {
        text: text.to_owned(),
        number,
    }
}

fn notes(words: &[&str]) -> Vec<Note> {
    let mut all = Vec::new();
    for word in words {
        all.push(made(word, word.len()));
    }
    all
}

fn marks(bytes: &[u8]) -> usize {
    let mut all = Vec::with_capacity(bytes.len());
    for byte in bytes.iter().copied() {
        all.push(Mark(byte));
    }
    println!("{all:?}");
    all.len()
}

fn long(words: &[&str], least: usize) -> String {
    let mut all = vec![];
    for word in words {
        if word.len() >= least {
            all.push(word.to_uppercase());
        }
    }
    all.join(" ")
}

fn short(words: &[&str]) -> usize {
    let mut all = Vec::new();
    for word in words.iter() {
        if word.is_empty() {
            continue;
        }
        all.push(word.len());
    }
    all.sort();
    all.push(3);
    println!("{all:?}");
    all.len()
}

fn texts(notes: Vec<Note>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for note in notes {
        all.push(note.text);
    }
    println!("{}", all.len());
    all
}

fn by_text(notes: &[Note]) -> Option<usize> {
    let mut all = HashMap::new();
    for (at, note) in notes.iter().enumerate() {
        all.insert(note.text.as_str(), note.number + at);
    }
    all.get("one").copied()
}

fn ordered(notes: &[Note]) -> BTreeMap<usize, String> {
    let mut all = BTreeMap::new();
    for note in notes {
        all.insert(note.number, note.text.to_string());
    }
    all
}

fn different(bytes: &[u8]) -> bool {
    let mut all = HashSet::new();
    for byte in bytes {
        all.insert(byte % 3);
    }
    let mut sorted = BTreeSet::new();
    for one in &all {
        sorted.insert(one.to_string());
    }
    println!("{sorted:?}");
    all.contains(&1)
}

fn structures(count: usize) -> Vec<Note> {
    let mut all = Vec::new();
    for number in 0..count {
        all.push(Note {
            text: format!("number {number}"),
            number: number.wrapping_mul(7),
        });
    }
    all
}

struct Maker {
    made: std::cell::Cell<usize>,
    words: Vec<String>,
}

impl Maker {
    fn next(&self, word: &str) -> usize {
        self.made.set(self.made.get() + word.len());
        println!("made {}", self.made.get());
        self.made.get()
    }

    fn all(&self) -> usize {
        let mut all = Vec::new();
        for word in &self.words {
            all.push(self.next(word));
        }
        println!("all");
        all.iter().sum()
    }

    fn many(&self, times: usize) -> Vec<usize> {
        let mut all = Vec::new();
        for _ in 0..times {
            all.push(self.next("x"));
        }
        all
    }
}

fn main() {
    let notes_of = notes(&["one", "three"]);
    println!("{notes_of:?}");
    println!("{}", marks(&[1, 2]));
    println!("{}", long(&["a", "bcd"], 2));
    println!("{}", short(&["ab", "", "c"]));
    println!("{:?} {:?}", by_text(&notes_of), ordered(&notes_of));
    println!("{:?}", texts(notes_of));
    println!("{}", different(&[1, 2, 4]));
    println!("{:?}", structures(3));
    let maker = Maker {
        made: std::cell::Cell::new(0),
        words: vec!["a".to_owned(), "bc".to_owned()],
    };
    println!("{} {:?}", maker.all(), maker.many(2));
}
