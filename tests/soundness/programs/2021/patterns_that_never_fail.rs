//! Matches whose second arm can't happen, and warnings that are errors.
#![deny(warnings)]

use std::convert::Infallible;

enum Single {
    Only(u8),
}

fn parse(word: &str) -> Result<usize, Infallible> {
    Ok(word.len())
}

fn measure(word: &str) -> usize {
    let length = match parse(word) {
        Ok(length) => length,
        Err(_) => unreachable!(),
    };
    length + 1
}

fn open(single: Single) -> u8 {
    let Single::Only(number) = single;
    number
}

fn main() {
    println!("{}", measure("word"));
    println!("{}", open(Single::Only(3)));
}
