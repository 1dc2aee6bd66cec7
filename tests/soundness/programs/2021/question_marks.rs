//! Values that are taken out of an `Option` or a `Result`, or else the function returns; with drops that are seen.
use std::cell::RefCell;
use std::fmt;

#[derive(Debug)]
enum Fault {
    Missing(&'static str),
    Number(std::num::ParseIntError),
    Line {
        at: usize,
        source: std::num::ParseIntError,
    },
    Other(String),
}

impl From<std::num::ParseIntError> for Fault {
    fn from(error: std::num::ParseIntError) -> Self {
        println!("converted");
        Fault::Number(error)
    }
}

impl Fault {
    fn other(text: &str) -> Self {
        println!("made of {text}");
        Fault::Other(text.to_owned())
    }
}

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

struct Shelf {
    held: Vec<Option<u8>>,
    owned: Option<String>,
    result: Result<u8, String>,
    log: RefCell<Vec<String>>,
}

fn number(word: &str) -> Result<u8, std::num::ParseIntError> {
    let value = match word.parse() {
        Ok(value) => value,
        Err(error) => return Err(error),
    };
    Ok(value)
}

fn doubled(word: &str) -> Result<u8, Fault> {
    let value = match number(word) {
        Ok(value) => value,
        Err(error) => return Err(error.into()),
    };
    Ok(value * 2)
}

fn made(word: &str) -> Result<u8, Fault> {
    let _guard = Loud("guard");
    let value = match number(word) {
        Ok(value) => value,
        Err(error) => return Err(Fault::Number(error)),
    };
    let twice = match number(word) {
        Ok(twice) => twice,
        Err(_) => return Err(Fault::Missing("twice")),
    };
    Ok(value + twice)
}

fn at_line(word: &str, at: usize) -> Result<u8, Fault> {
    let value = match number(word) {
        Ok(value) => value,
        Err(source) => return Err(Fault::Line { at, source }),
    };
    Ok(value)
}

fn described(word: &str) -> Result<u8, String> {
    let value = match number(word) {
        Ok(value) => value,
        Err(error) => return Err(format!("no number: {error}")),
    };
    let other = match number(word) {
        Ok(other) => other,
        Err(error) => return Err(error.to_string()),
    };
    Ok(value ^ other)
}

impl Shelf {
    fn lent(&self, at: usize) -> Option<&Option<u8>> {
        self.held.get(at)
    }

    fn element(&self, at: usize) -> &Option<u8> {
        &self.held[at]
    }

    fn first(&self) -> Option<u8> {
        let first = match self.held.first() {
            Some(first) => first,
            None => return None,
        };
        let Some(value) = self.lent(0) else {
            return None;
        };
        self.log.borrow_mut().push(format!("{first:?}"));
        *value
    }

    fn referred(&self) -> Option<&u8> {
        let value = match self.element(0) {
            Some(value) => value,
            None => return None,
        };
        Some(value)
    }

    fn of_reference(&self) -> Result<&u8, &String> {
        let value = match &self.result {
            Ok(value) => value,
            Err(error) => return Err(error),
        };
        Ok(value)
    }

    fn text(&self) -> Option<usize> {
        let text = if let Some(text) = self.owned.as_ref() {
            text
        } else {
            return None;
        };
        Some(text.len())
    }

    fn required(&self, at: usize) -> Result<u8, Fault> {
        let value = match self.held.get(at) {
            Some(value) => value,
            None => return Err(Fault::Missing("value")),
        };
        let inner = match self.lent(at).copied() {
            Some(inner) => inner,
            None => return Err(Fault::other("inner")),
        };
        Ok(value.unwrap_or(1) + inner.unwrap_or(2))
    }

    fn taken(&mut self) -> Option<String> {
        let owned = match self.owned.take() {
            Some(owned) => owned,
            None => return None,
        };
        Some(owned + "!")
    }
}

impl fmt::Display for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Err(error) = write!(f, "{} values", self.held.len()) {
            return Err(error);
        }
        match f.write_str(".") {
            Ok(()) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn used_again(value: Option<u8>) -> Option<u8> {
    let first = match value {
        Some(first) => first,
        None => return None,
    };
    println!("{value:?}");
    Some(first)
}

fn used_once(value: Option<Loud>) -> Option<&'static str> {
    let loud = match value {
        Some(loud) => loud,
        None => return None,
    };
    Some(loud.0)
}

fn in_closure(words: &[&str]) -> Result<u8, Fault> {
    let parse = |word: &str| {
        let value = match number(word) {
            Ok(value) => value,
            Err(error) => return Err(error),
        };
        Ok(value)
    };
    let first = match parse(words[0]) {
        Ok(first) => first,
        Err(error) => return Err(Fault::Number(error)),
    };
    Ok(first)
}

fn chain_of_some_length(words: &[&str]) -> Result<u8, Fault> {
    let word = match words.iter().map(|word| word.trim_end()).skip(1).next() {
        Some(word) => word,
        None => return Err(Fault::Missing("second word")),
    };
    let sum = match words
        .iter()
        .map(|word| word.parse::<u8>())
        .sum::<Result<u8, _>>()
    {
        Ok(sum) => sum,
        Err(error) => return Err(Fault::Number(error)),
    };
    Ok(number(word)? + sum)
}

fn main() {
    for word in ["7", "x"] {
        println!("{:?} {:?}", number(word), doubled(word));
        println!("{:?} {:?}", made(word), at_line(word, 3));
        println!("{:?} {:?}", described(word), in_closure(&[word]));
        println!("{:?}", chain_of_some_length(&[word, "2 "]));
    }
    for held in [vec![Some(1)], vec![None], vec![]] {
        let is_empty = held.is_empty();
        let mut shelf = Shelf {
            held,
            owned: (!is_empty).then(|| "owned".to_owned()),
            result: if is_empty {
                Err("gone".to_owned())
            } else {
                Ok(1)
            },
            log: RefCell::default(),
        };
        println!(
            "{:?} {:?} {:?}",
            shelf.first(),
            shelf.text(),
            shelf.required(0)
        );
        println!("{:?} {shelf}", shelf.of_reference());
        if !is_empty {
            println!("{:?}", shelf.referred());
        }
        println!("{:?} {:?}", shelf.taken(), shelf.log.borrow());
    }
    println!("{:?} {:?}", used_again(Some(1)), used_again(None));
    println!("{:?} {:?}", used_once(Some(Loud("a"))), used_once(None));
}
