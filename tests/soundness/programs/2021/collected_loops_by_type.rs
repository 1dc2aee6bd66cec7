//! What a collection's type, or the place of an element, makes of it.
use std::collections::HashMap;
use std::fmt::{Debug, Display};

struct Words {
    all: Vec<String>,
}

impl Words {
    fn views(&self) -> usize {
        let mut all: Vec<&str> = Vec::new();
        for word in &self.all {
            all.push(word);
        }
        println!("{all:?}");
        all.len()
    }

    fn boxes(&self) -> Vec<Box<dyn Display>> {
        let mut all: Vec<Box<dyn Display>> = Vec::new();
        for word in &self.all {
            all.push(Box::new(word.to_string()));
        }
        println!("boxes");
        all
    }

    fn debugged(&self) -> usize {
        let mut all: Vec<&dyn Debug> = vec![];
        for word in self.all.iter() {
            all.push(word);
        }
        println!("{all:?}");
        all.len()
    }
}

fn widened(bytes: &[u8]) -> u64 {
    let mut all = Vec::new();
    for byte in bytes {
        all.push((*byte).into());
    }
    println!("widened");
    all.iter().sum::<u64>()
}

fn parsed(words: &[&str]) -> Option<u16> {
    let mut all = Vec::new();
    for word in words {
        all.push(word.parse().unwrap_or(3));
    }
    println!("parsed");
    all.iter().max().copied()
}

fn numbers(count: u8) -> usize {
    let mut all = Vec::new();
    for one in 0..count {
        all.push(3 * 2 + 1 - usize::from(one));
    }
    println!("{all:?}");
    all.len()
}

fn called(count: usize) -> usize {
    let mut all: Vec<fn(usize) -> usize> = Vec::new();
    for one in 0..count {
        all.push(if one == 0 { double } else { half });
    }
    all.iter().map(|it| it(4)).sum()
}

fn double(number: usize) -> usize {
    number * 2
}

fn half(number: usize) -> usize {
    number / 2
}

fn pairs(words: &[(String, u8)]) -> usize {
    let mut all = HashMap::new();
    for (word, number) in words {
        all.insert(word, number);
    }
    println!("pairs");
    all.len()
}

struct Own(Vec<u8>);

impl Own {
    fn iter(&self) -> Vec<u8> {
        self.0.clone()
    }
}

fn of_own(own: &Own) -> usize {
    let mut all = Vec::new();
    for byte in own.iter() {
        all.push(byte + 1);
    }
    println!("{all:?}");
    all.len()
}

fn arrays() -> usize {
    let three = [String::from("a"), String::from("b")];
    let mut all = Vec::new();
    for one in three {
        all.push(one + "c");
    }
    println!("{all:?}");
    all.len()
}

fn main() {
    let words = Words {
        all: vec!["a".to_owned()],
    };
    println!("{} {}", words.views(), words.debugged());
    println!("{}", words.boxes().len());
    println!("{} {:?}", widened(&[1, 2]), parsed(&["4", "x"]));
    println!("{} {}", numbers(2), called(2));
    println!("{}", pairs(&[("a".to_owned(), 1)]));
    println!("{} {}", of_own(&Own(vec![1])), arrays());
}
