//! Questions of what is held, in two calls.
use std::cell::Cell;
use std::collections::HashMap;

struct Loud(u8);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn loud(n: u8) -> Option<Loud> {
    println!("make {n}");
    (n > 1).then(|| Loud(n))
}

fn result(n: u8) -> Result<Loud, Loud> {
    if n > 1 {
        Ok(Loud(n))
    } else {
        Err(Loud(n + 100))
    }
}

fn is_big(n: u8) -> bool {
    n > 2
}

fn f1(n: u8) -> bool {
    let _first = Loud(90);
    loud(n).map(|it| it.0 > 2).unwrap_or(false)
}

fn f2(n: u8) -> bool {
    let _first = Loud(91);
    loud(n).map(|it| it.0 > 2).unwrap_or(true)
}

fn f3(n: u8) -> bool {
    let is = result(n).map(|it| it.0 > 2).unwrap_or(false);
    println!("behind");
    is
}

fn f4(n: Option<u8>) -> bool {
    if n.map(is_big).unwrap_or(false) && n.is_some() {
        println!("big");
    }
    !n.map(is_big).unwrap_or(true)
}

fn f5(words: &HashMap<&str, Cell<u8>>, word: &str) -> bool {
    words
        .get(word)
        .map(|cell| cell.replace(cell.get() + 1) > 1 || cell.get() > 100)
        .unwrap_or(false)
}

fn f7(text: &str) -> Vec<bool> {
    let parts = text.split(' ');
    parts
        .map(|part| part.parse::<u8>().map(|it| it > 2).unwrap_or(false))
        .collect()
}

fn f8<T: Iterator<Item = u8>>(mut all: T) -> u8 {
    match all.next().map(|it| it > 1).unwrap_or(false) {
        true => 1,
        false => 2,
    }
}

fn f9(n: &Option<u8>) -> bool {
    n.map(|it| it == 2).unwrap_or(false)
}

fn g1(n: Option<&mut Vec<u8>>) -> bool {
    n.map(|it| {
        it.push(1);
        it.len() > 2
    })
    .unwrap_or(false)
}

fn g2(n: Option<u8>) -> Result<bool, String> {
    let is = n.ok_or("none").map(|it| it > 1).unwrap_or(false);
    Ok(is)
}

macro_rules! asked {
    ($e:expr) => {
        $e.map(|it| it > 1).unwrap_or(false)
    };
}

const fn g3(n: Option<u8>) -> bool {
    match n {
        Some(n) => n > 1,
        None => false,
    }
}

fn main() {
    let words = HashMap::from([("a", Cell::new(1))]);
    for n in [0, 1, 2, 3] {
        println!("{} {} {}", f1(n), f2(n), f3(n));
        println!("{} {} {}", f4(Some(n)), f4(None), f5(&words, "a"));
        println!("{:?} {}", f7("1 2 x 3"), f8([n].into_iter()));
        println!(
            "{} {} {:?}",
            f9(&Some(n)),
            g1(Some(&mut vec![n, n])),
            g2(Some(n))
        );
        println!("{} {}", asked!(Some(n)), g3(Some(n)));
    }
}
