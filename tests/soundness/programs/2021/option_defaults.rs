//! What stands in for a value that is missing; what is made or moved, and when, is seen.
use std::collections::HashMap;

const LIMIT: usize = 7;
const NOBODY: &str = "nobody";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Low,
    High,
}

impl Level {
    const FIRST: Self = Self::Low;

    fn height(&self) -> usize {
        println!("height");
        usize::from(*self == Self::High)
    }
}

struct Names {
    all: Vec<String>,
    levels: HashMap<String, Level>,
    limit: Option<usize>,
    nick: Option<String>,
}

fn known(name: &str) -> Option<Level> {
    println!("known {name}");
    (name == "ann").then_some(Level::High)
}

fn parsed(text: &str) -> Result<usize, String> {
    text.parse::<usize>().map_err(|why| why.to_string())
}

impl Names {
    fn limit(&self) -> usize {
        match self.limit {
            Some(limit) => limit,
            None => LIMIT,
        }
    }

    fn level(&self, name: &str) -> Level {
        let name = name.trim();
        match known(name) {
            Some(level) => level,
            None => Level::Low,
        }
    }

    fn first_level(&self, name: &str) -> Level {
        match known(name) {
            Some(level) => level,
            None => Level::FIRST,
        }
    }

    fn nick(&self) -> &str {
        match self.nick.as_deref() {
            Some(nick) => nick,
            None => "none",
        }
    }

    /// A `&String` becomes a `&str` here.
    fn first(&self) -> &str {
        match self.all.first() {
            Some(name) => name,
            None => NOBODY,
        }
    }

    fn last(&self) -> usize {
        let last = match self.all.last() {
            Some(name) => name,
            None => "",
        };
        last.len()
    }

    fn pop(&mut self) -> String {
        match self.all.pop() {
            Some(name) => name,
            None => String::new(),
        }
    }

    fn height(&self, name: &str) -> usize {
        match self.levels.get(name) {
            Some(level) => level.height(),
            None => 0,
        }
    }

    fn copied(&self, at: usize) -> Option<String> {
        match self.all.get(at) {
            Some(name) => Some(name.to_uppercase()),
            None => None,
        }
    }
}

fn bare<'a>(text: &'a str) -> &'a str {
    match text.strip_prefix("the ") {
        Some(rest) => rest,
        None => text,
    }
}

fn number(text: &str) -> Option<usize> {
    match parsed(text) {
        Ok(number) => Some(number),
        Err(_) => None,
    }
}

fn counted(text: &str) -> usize {
    let count = match parsed(text) {
        Ok(number) => number,
        Err(_) => 1,
    };
    count + 1
}

fn small(text: &str) -> u8 {
    return match u8::try_from(text.len()) {
        Ok(size) => size,
        Err(_) => u8::MAX,
    };
}

fn guessed(text: &str) -> u8 {
    match text.parse() {
        Ok(size) => size,
        Err(_) => 9,
    }
}

fn named(name: Option<String>, other: String) -> usize {
    let chosen = match name {
        Some(name) => name,
        None => other,
    };
    chosen.len()
}

fn main() {
    let mut names = Names {
        all: vec!["ann".to_owned(), "bob".to_owned()],
        levels: HashMap::from([("ann".to_owned(), Level::High)]),
        limit: None,
        nick: None,
    };
    println!(
        "{} {:?} {:?}",
        names.limit(),
        names.level(" ann "),
        names.first_level("b")
    );
    println!("{} {} {}", names.nick(), names.first(), names.last());
    println!("{} {}", names.height("ann"), names.height("bob"));
    println!("{:?} {:?}", names.copied(1), names.copied(2));
    for _ in 0..3 {
        println!("{:?}", names.pop());
    }
    names.limit = Some(3);
    names.nick = Some("nick".to_owned());
    println!(
        "{} {} {} {}",
        names.limit(),
        names.nick(),
        names.first(),
        names.last()
    );
    println!("{} {}", bare("the end"), bare("end"));
    println!(
        "{:?} {:?} {} {}",
        number("1"),
        number("a"),
        counted("4"),
        counted("b")
    );
    println!("{} {} {}", small("abc"), guessed("12"), guessed("c"));
    println!("{}", named(None, "other".to_owned()));
}
