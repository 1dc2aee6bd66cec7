//! What looks like an `Option` or a `Result` and is none, errors that only the result tells, and `into` without `From`.
use std::error::Error;
use std::fmt;

#[derive(Debug)]
enum Maybe<T> {
    Some(T),
    None,
}

mod own {
    use super::Maybe::{self, *};

    pub fn first(values: &[u8]) -> Maybe<u8> {
        let value = match get(values) {
            Some(value) => value,
            None => return None,
        };
        Some(value + 1)
    }

    fn get(values: &[u8]) -> Maybe<u8> {
        if values.is_empty() {
            return None;
        }
        Some(values[0])
    }
}

#[derive(Debug)]
struct Plain(String);

#[derive(Debug)]
struct Rich(String);

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Plain {}

impl Into<Rich> for Plain {
    fn into(self) -> Rich {
        Rich(self.0)
    }
}

impl From<std::num::ParseIntError> for Rich {
    fn from(error: std::num::ParseIntError) -> Self {
        Rich(error.to_string())
    }
}

impl From<fmt::Error> for Rich {
    fn from(_: fmt::Error) -> Self {
        Rich("format".to_owned())
    }
}

fn plain(word: &str) -> Result<usize, Plain> {
    if word.is_empty() {
        return Err(Plain("empty".to_owned()));
    }
    Ok(word.len())
}

fn rich(word: &str) -> Result<usize, Rich> {
    let value = match plain(word) {
        Ok(value) => value,
        Err(error) => return Err(error.into()),
    };
    Ok(value)
}

fn boxed(word: &str) -> Result<usize, Box<dyn Error>> {
    let value = match plain(word) {
        Ok(value) => value,
        Err(error) => return Err(Box::new(error)),
    };
    let other: usize = match word.parse() {
        Ok(other) => other,
        Err(error) => return Err(From::from(error)),
    };
    Ok(value + other)
}

fn boxed_plain(word: &str) -> Result<usize, Box<Plain>> {
    plain(word).map_err(Box::new)
}

fn unsized_box(word: &str) -> Result<usize, Box<dyn Error>> {
    let value = match boxed_plain(word) {
        Ok(value) => value,
        Err(error) => return Err(error),
    };
    Ok(value)
}

fn generic<E: From<String>>(word: &str) -> Result<usize, E> {
    if word.is_empty() {
        return Err(E::from("generic".to_owned()));
    }
    Ok(word.len())
}

impl From<String> for Rich {
    fn from(text: String) -> Self {
        Rich(text)
    }
}

fn settled(word: &str) -> Result<usize, Rich> {
    let value = match generic(word) {
        Ok(value) => value,
        Err(error) => return Err(error),
    };
    let all: Vec<usize> = match word.chars().map(|c| plain(&c.to_string())).collect() {
        Ok(all) => all,
        Err(error) => return Err(as_rich(error)),
    };
    Ok(value + all.len())
}

fn as_rich(error: Plain) -> Rich {
    println!("as rich");
    error.into()
}

fn moved(word: String) -> Result<usize, Rich> {
    let value = match plain(&word) {
        Ok(value) => value,
        Err(_) => return Err(Rich(word)),
    };
    Ok(value + word.len())
}

fn named(word: &str) -> Result<usize, Rich> {
    let value = match word.parse() {
        Ok(value) => value,
        Err(error) => return Err(Rich::from(error)),
    };
    let tail = match word.get(1..) {
        Some(tail) => tail,
        None => return Err(Rich(word.to_uppercase())),
    };
    Ok(value).map(|value: usize| value + tail.len())
}

const fn constant(value: Option<u8>) -> Option<u8> {
    let value = match value {
        Some(value) => value,
        None => return None,
    };
    Some(value + 1)
}

fn looped(values: &[Option<u8>]) -> Option<u8> {
    let mut sum = 0;
    let last = Some(1);
    for value in values {
        let last = match last {
            Some(last) => last,
            None => return None,
        };
        let value = match value {
            Some(value) => value,
            None => return None,
        };
        sum += value + last;
    }
    Some(sum)
}

fn main() {
    println!("{:?} {:?}", own::first(&[1]), own::first(&[]));
    println!("{:?} {:?}", Maybe::Some(1), Maybe::<u8>::None);
    for word in ["", "12", "x"] {
        println!("{:?} {:?}", rich(word), settled(word));
        println!(
            "{:?} {:?}",
            boxed(word).map_err(|e| e.to_string()),
            named(word)
        );
        println!("{:?}", moved(word.to_owned()));
        let error = unsized_box(word).err();
        println!("{:?}", error.map(|error| error.is::<Plain>()));
    }
    println!("{:?} {:?}", constant(Some(1)), constant(None));
    println!("{:?} {:?}", looped(&[Some(1), Some(2)]), looped(&[None]));
}
