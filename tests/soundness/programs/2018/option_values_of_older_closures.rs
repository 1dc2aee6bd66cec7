//! Values that borrow from what moves, which closures of this edition borrow whole.
#![allow(dead_code)]
#[derive(Debug)]
struct S {
    a: String,
    b: Vec<u8>,
}
impl S {
    fn whole(self) -> String {
        self.a
    }
    fn ok(&self) -> bool {
        self.b.len() > 1
    }
}
fn a(s: S) -> Option<String> {
    println!("a");
    if s.ok() {
        Some(s.whole())
    } else {
        None
    }
}
fn b(s: S) -> Option<String> {
    println!("b");
    if s.ok() {
        Some(s.a)
    } else {
        None
    }
}
fn c(s: S, n: bool) -> (Option<String>, usize) {
    let it = if n { Some(s.a) } else { None };
    (it, s.b.len())
}
fn d(s: S, n: bool) -> Option<S> {
    println!("d");
    let it = if n { Some(s) } else { None };
    println!("{it:?}");
    it
}
fn e(s: &mut S, n: bool) -> Option<&mut S> {
    println!("e");
    if n {
        Some(s)
    } else {
        None
    }
}
fn g(all: &mut Vec<S>) -> Option<String> {
    println!("g");
    match all.pop() {
        Some(it) => it.whole().strip_suffix("x").map(str::to_owned),
        None => None,
    }
}
fn h(all: &mut Vec<S>, s: S) -> Result<S, String> {
    println!("h");
    match all.pop() {
        Some(it) => Ok(it),
        None => Err(s.whole()),
    }
}
struct Guard<'a>(&'a mut S);
impl<'a> Guard<'a> {
    fn new(s: &'a mut S) -> Self {
        Guard(s)
    }
}
fn i(s: &mut S, n: bool) -> Option<Guard<'_>> {
    println!("i");
    if n {
        Some(Guard::new(s))
    } else {
        None
    }
}
impl S {
    fn guard(&mut self) -> Guard<'_> {
        Guard(self)
    }
    fn maybe(&mut self) -> Option<Guard<'_>> {
        println!("maybe");
        if self.ok() {
            Some(self.guard())
        } else {
            None
        }
    }
    fn maybe_ref(&self) -> Option<std::slice::Iter<'_, u8>> {
        println!("maybe");
        if self.ok() {
            Some(self.b.iter())
        } else {
            None
        }
    }
}
fn j(mut s: S) -> Option<usize> {
    println!("j");
    if s.ok() {
        Some(s.guard().0.b.len())
    } else {
        None
    }
}
fn main() {
    let s = || S {
        a: "ax".into(),
        b: vec![1, 2],
    };
    println!(
        "{:?} {:?} {:?} {:?}",
        a(s()),
        b(s()),
        c(s(), true),
        d(s(), false)
    );
    println!(
        "{:?} {:?} {:?}",
        e(&mut s(), true),
        g(&mut vec![s()]),
        h(&mut vec![], s())
    );
    println!(
        "{:?} {:?}",
        i(&mut s(), true).map(|it| it.0.b.len()),
        s().maybe().is_some()
    );
    println!("{:?} {:?}", s().maybe_ref().map(|it| it.len()), j(s()));
}
