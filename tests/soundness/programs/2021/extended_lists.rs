//! Lists that grow by what a loop goes over; what is asked, and when, is seen.
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq)]
struct Note(String);

impl Note {
    fn of(text: &str) -> Self {
        println!("note {text}");
        Self(text.to_owned())
    }
}

struct Desk {
    notes: Vec<Note>,
    waiting: Vec<Note>,
    sizes: Vec<usize>,
    names: HashMap<u8, String>,
}

impl Desk {
    fn take_waiting(&mut self) {
        println!("take");
        for note in self.waiting.drain(..) {
            self.notes.push(note);
        }
    }

    fn measure(&mut self) {
        for note in &self.notes {
            self.sizes.push(note.0.len());
        }
    }

    fn own(&mut self) {
        for note in self.made() {
            self.notes.push(note);
        }
    }

    fn made(&self) -> Vec<Note> {
        println!("made {}", self.notes.len());
        vec![Note::of("own")]
    }

    fn named(&mut self) {
        for name in self.names.values() {
            self.notes.push(Note::of(name));
        }
    }
}

fn numbers(all: &mut Vec<u32>, upto: u32) {
    for number in 0..upto {
        all.push(number);
    }
    for number in 0..upto {
        all.push(number * number);
    }
}

fn texts(all: &mut Vec<String>, words: &[&str]) {
    for word in words {
        all.push(word.to_string());
    }
}

/// What is added becomes a reference to another type.
fn lent<'a>(all: &mut Vec<&'a str>, words: &'a [String]) {
    for word in words {
        all.push(word);
    }
}

fn boxed(all: &mut Vec<Box<dyn Fn(u8) -> u8>>, steps: Vec<u8>) {
    for step in steps {
        all.push(Box::new(move |it| it + step));
    }
}

fn twice(mut all: Vec<u8>) -> Vec<u8> {
    let more: Vec<u8> = all.clone();
    for one in more {
        all.push(one);
    }
    all
}

fn main() {
    let mut desk = Desk {
        notes: Vec::new(),
        waiting: vec![Note::of("a"), Note::of("bc")],
        sizes: Vec::new(),
        names: HashMap::from([(1, "name".to_owned())]),
    };
    desk.take_waiting();
    desk.own();
    desk.named();
    desk.measure();
    println!("{:?} {:?} {:?}", desk.notes, desk.waiting, desk.sizes);
    let mut all = vec![9];
    numbers(&mut all, 3);
    println!("{all:?}");
    let mut words = Vec::new();
    texts(&mut words, &["x", "yz"]);
    let mut views = Vec::new();
    lent(&mut views, &words);
    println!("{words:?} {views:?}");
    let mut steps: Vec<Box<dyn Fn(u8) -> u8>> = Vec::new();
    boxed(&mut steps, vec![1, 2]);
    println!("{}", steps.iter().map(|step| step(1)).sum::<u8>());
    println!("{:?}", twice(vec![1, 2]));
}
