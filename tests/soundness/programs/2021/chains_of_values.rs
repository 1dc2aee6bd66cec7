//! Branches that compare one thing with one value each: numbers, signs, texts, variants; what they change, and what they compare with.
use std::cell::Cell;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Color {
    Red,
    Green,
    Blue,
}

struct Reader {
    kind: u8,
    name: String,
    asked: Cell<u32>,
}

impl Reader {
    fn next(&self) -> u32 {
        self.asked.set(self.asked.get() + 1);
        self.asked.get()
    }

    fn read(&mut self) -> u32 {
        if self.kind == 1 {
            self.kind = 2;
            println!("one");
            1
        } else if self.kind == 2 || self.kind == 3 {
            // Both are read alike.
            self.kind = 1;
            println!("two");
            2
        } else {
            self.name.clear();
            9
        }
    }

    fn ask(&self) -> &'static str {
        if self.next() == 3 {
            "three"
        } else if self.next() == 2 {
            "two"
        } else {
            "none"
        }
    }

    fn named(&self) -> u8 {
        if self.name == "a" {
            1
        } else if self.name == "b" {
            2
        } else {
            3
        }
    }
}

fn sign(sign: char, depth: &mut i32) {
    if sign == '(' {
        *depth += 1;
    } else if sign == ')' {
        *depth -= 1;
    } else if sign == '"' || ('a'..='f').contains(&sign) {
        println!("{sign}");
    }
}

fn word(word: &str) -> usize {
    let known = if word == "one" {
        1
    } else if word == "two" {
        let two = word.len();
        two - 1
    } else if word == "many" {
        return 99;
    } else {
        0
    };
    known * 10
}

fn color(color: Color) -> &'static str {
    if color == Color::Red {
        "red"
    } else if color == Color::Green {
        "green"
    } else {
        "other"
    }
}

fn all(color: Color) -> u8 {
    if color == Color::Red {
        1
    } else if color == Color::Green {
        2
    } else if color == Color::Blue {
        3
    } else {
        4
    }
}

fn number(number: f64, whole: &i64) -> u8 {
    if number == 1.0 {
        1
    } else if number == 2.0 {
        2
    } else if *whole == -1 {
        3
    } else if *whole == 7 {
        4
    } else {
        5
    }
}

fn minus(whole: &i64) -> u8 {
    if *whole == -1 {
        3
    } else if *whole == 7 {
        4
    } else {
        5
    }
}

fn main() {
    let mut reader = Reader {
        kind: 1,
        name: "a".to_owned(),
        asked: Cell::new(0),
    };
    println!("{} {}", reader.ask(), reader.named());
    println!("{} {}", reader.read(), reader.read());
    reader.kind = 7;
    println!("{} {}", reader.read(), reader.named());
    let mut depth = 0;
    "((a\")".chars().for_each(|one| sign(one, &mut depth));
    println!("{depth}");
    for text in ["one", "two", "many", "x"] {
        println!("{}", word(text));
    }
    for one in [Color::Red, Color::Green, Color::Blue] {
        println!("{} {}", color(one), all(one));
    }
    println!("{} {}", number(1.0, &2), number(f64::NAN, &-1));
    println!("{} {}", minus(&-1), minus(&7));
}
