//! Types whose names don't tell that they are references, to which values are converted.
#![allow(dead_code)]
type Name = &'static str;
struct Names(Vec<&'static str>);
#[derive(Debug)]
enum E {
    Gone,
}
static WORD: String = String::new();
trait Has {
    type Out;
}
impl Has for E {
    type Out = &'static str;
}
fn get(n: usize) -> Option<&'static String> {
    if n > 0 {
        Some(&WORD)
    } else {
        None
    }
}
fn a(n: usize) -> Result<Name, E> {
    println!("a");
    match get(n) {
        Some(it) => Ok(it),
        None => Err(E::Gone),
    }
}
fn b(n: usize) -> Result<<E as Has>::Out, E> {
    println!("b");
    match get(n) {
        Some(it) => Ok(it),
        None => Err(E::Gone),
    }
}
fn word(_: usize) -> &'static String {
    &WORD
}
fn c(n: bool, m: usize) -> Option<Name> {
    println!("c");
    if n {
        Some(word(m))
    } else {
        None
    }
}
fn d(n: bool, m: usize) -> Option<(&'static str, usize)> {
    println!("d");
    if n {
        Some((word(m), m))
    } else {
        None
    }
}
struct S {
    name: Option<&'static str>,
}
fn e(n: bool, m: usize) -> S {
    println!("e");
    S {
        name: if n { Some(word(m)) } else { None },
    }
}
fn g(n: bool, m: usize, s: &mut S) {
    println!("g");
    s.name = if n { Some(word(m)) } else { None };
    println!("{:?}", s.name);
}
impl Has for S {
    type Out = &'static str;
}
impl S {
    fn out(n: bool, m: usize) -> Option<<Self as Has>::Out> {
        println!("out");
        if n {
            Some(word(m))
        } else {
            None
        }
    }
}
fn main() {
    println!(
        "{:?} {:?} {:?} {:?} {:?}",
        a(1),
        b(0),
        c(true, 1),
        d(true, 1),
        e(true, 2).name
    );
    g(true, 1, &mut S { name: None });
    println!("{:?} {:?}", S::out(true, 1), Names(vec![]).0);
}
