//! Structures and variants that take what an element is converted to, or the element itself.
#![allow(dead_code)]
#[derive(Debug)]
struct Id(u32);
#[derive(Debug)]
enum Token<'a> {
    Word(&'a str),
    Number(u32),
    Name(String),
}
#[derive(Debug)]
struct Of<T>(T);
fn a(xs: &[u32]) -> usize {
    let mut all = Vec::new();
    for x in xs.iter().copied() {
        all.push(Id(x));
    }
    println!("{all:?}");
    all.len()
}
fn b(xs: &[String]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(Token::Word(x));
    }
    println!("{all:?}");
    all.len()
}
fn c(n: u32) -> usize {
    let mut all = Vec::new();
    for x in 0..n {
        all.push(Token::Number(x));
    }
    println!("{all:?}");
    all.len()
}
fn d(xs: Vec<String>) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(Token::Name(x));
    }
    println!("{all:?}");
    all.len()
}
fn e(xs: &[String]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(Of(x));
    }
    println!("{all:?}");
    all.len()
}
fn g(xs: &[String]) -> usize {
    let mut all: Vec<Of<&str>> = Vec::new();
    for x in xs {
        all.push(Of(x));
    }
    println!("{all:?}");
    all.len()
}
fn h(xs: &[String]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(std::rc::Rc::new(x));
    }
    println!("{all:?}");
    all.len()
}
fn i(xs: &[String]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(Id2 { name: x, n: 1 });
    }
    println!("{}", all[0].name.len() + all[0].n);
    all.len()
}
struct Id2<'a> {
    name: &'a str,
    n: usize,
}
fn main() {
    println!(
        "{} {} {} {}",
        a(&[1]),
        b(&["a".into()]),
        c(2),
        d(vec!["a".into()])
    );
    let s = ["b".to_owned()];
    println!("{} {} {} {}", e(&s), g(&s), h(&s), i(&s));
}
