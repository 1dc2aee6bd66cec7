//! Errors in boxes that become those of a trait where they go.
#![allow(dead_code)]
use std::error::Error;
use std::fmt;
#[derive(Debug)]
struct X;
impl fmt::Display for X {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("x")
    }
}
impl Error for X {}
#[derive(Debug)]
enum E {
    Wide(Box<dyn Error>),
    Text(&'static str),
}
fn g(n: u8) -> Result<u8, Box<X>> {
    if n > 1 {
        Ok(n)
    } else {
        Err(Box::new(X))
    }
}
static WORD: String = String::new();
fn h(n: u8) -> Result<u8, &'static String> {
    if n > 1 {
        Ok(n)
    } else {
        Err(&WORD)
    }
}
fn a(n: u8) -> Result<u8, E> {
    println!("a");
    match g(n) {
        Ok(it) => Ok(it),
        Err(e) => Err(E::Wide(e)),
    }
}
fn b(n: u8) -> Result<u8, E> {
    println!("b");
    match h(n) {
        Ok(it) => Ok(it),
        Err(e) => Err(E::Text(e)),
    }
}
fn c(n: u8) -> Result<u8, Box<dyn Error>> {
    println!("c");
    match g(n) {
        Ok(it) => Ok(it.wrapping_add(1)),
        Err(e) => Err(e),
    }
}
fn d(n: u8) -> Result<u8, Box<dyn Error>> {
    println!("d");
    match g(n) {
        Ok(it) => it.checked_add(1).ok_or_else(|| Box::new(X)),
        Err(e) => Err(e),
    }?;
    match h(n) {
        Ok(it) => Ok(it),
        Err(e) => Err(make(e, 1)),
    }
}
fn make(e: &str, n: u8) -> Box<X> {
    println!("{e} {n}");
    Box::new(X)
}
type Failure = Box<dyn Error>;
fn i(n: u8) -> Result<u8, Failure> {
    println!("i");
    match h(n) {
        Ok(it) => Ok(it),
        Err(e) => Err(make(e, 1)),
    }
}
fn j(n: Option<u8>) -> Result<u8, Failure> {
    println!("j");
    match n {
        Some(it) => Ok(it),
        None => Err(make("j", 1)),
    }
}
fn k(n: Option<u8>) -> Result<u8, &'static dyn Error> {
    println!("k");
    match n {
        Some(it) => Ok(it),
        None => Err(&X),
    }
}
fn main() {
    println!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        a(1),
        b(1),
        c(1),
        d(1),
        i(1),
        j(None),
        k(None)
    );
}
