//! Functions that go on with what is held, or else give nothing; with drops that are seen.
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

struct Loud(&'static str);

impl Loud {
    fn name(&self) -> &'static str {
        self.0
    }
}

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

struct Shelf {
    held: BTreeMap<&'static str, Vec<Loud>>,
    last: Option<String>,
    copied: Option<u8>,
    log: RefCell<Vec<String>>,
    count: Cell<u8>,
}

impl Shelf {
    fn noted(&self, what: &str) -> Option<u8> {
        self.log.borrow_mut().push(what.to_owned());
        self.copied
    }

    fn with_locals(&mut self, key: &str) -> Option<usize> {
        let _first = Loud("first");
        if let Some(list) = self.held.get_mut(key) {
            let _inner = Loud("inner");
            list.push(Loud("pushed"));
            Some(list.len())
        } else {
            None
        }
    }

    fn with_temporary_in_tail(&self) -> Option<usize> {
        let _first = Loud("first");
        if let Some(count) = self.count.get().checked_add(1) {
            self.count.set(count);
            Some(self.log.borrow().len() + Loud("temporary").name().len())
        } else {
            None
        }
    }

    fn borrows_what_is_local(&self) -> Option<usize> {
        if let Some(word) = self.last.as_deref() {
            let cell = RefCell::new(word.to_owned());
            let size = cell.borrow().len();
            Some(size + 1)
        } else {
            None
        }
    }

    fn several(&self, key: &str) -> Option<u8> {
        if let Some(list) = self.held.get(key) {
            // The first one counts.
            if let Some(first) = list.first() {
                println!("found {}", first.name());
                if let Ok(number) = first.name().parse::<u8>() {
                    let doubled = number * 2;
                    return Some(doubled);
                }
            }
        }
        None
    }

    fn by_arms(&mut self) -> Option<String> {
        match self.last.take() {
            None => None,
            Some(last) => {
                self.count.set(7);
                /* Kept. */
                Some(last + "!")
            }
        }
    }

    fn of_pairs(&self) -> Option<(String, String)> {
        if let Some((before, behind)) = self.last.as_deref().and_then(|it| it.split_once('=')) {
            println!("{before}");
            Some((before.to_owned(), behind.to_owned()))
        } else {
            None
        }
    }

    fn falls(&self) -> Option<u8> {
        if let Some(last) = self.last.as_deref() {
            if let Some(first) = last.chars().next() {
                if first.is_uppercase() {
                    return Some(1);
                }
                println!("small");
            }
        }
        None
    }

    fn as_closure(&self) -> Option<u8> {
        let ask = |word: &str| {
            if let Some(rest) = word.strip_prefix("a") {
                println!("{rest}");
                Some(rest.len())
            } else {
                None
            }
        };
        ask("ab").map(|it| it as u8)
    }

    fn mixed(&self, word: &str) -> Option<u8> {
        match word.strip_prefix("n") {
            Some(rest) => {
                let rest = rest.trim();
                if let Ok(number) = rest.parse::<u8>() {
                    println!("{number}");
                    match number.checked_mul(2) {
                        Some(doubled) => {
                            self.count.set(doubled);
                            Some(doubled)
                        }
                        _ => None,
                    }
                } else {
                    None
                }
            }
            None => None,
        }
    }

    fn ends_in_choice(&self, word: &str) -> Option<&'static str> {
        if let Some(rest) = word.strip_prefix("n") {
            match rest.len() {
                0 => None,
                1 => Some("one"),
                _ => Some("more"),
            }
        } else {
            None
        }
    }

    fn commented(&self, word: &str) -> Option<u8> {
        if let Some(rest) = word.strip_prefix("n") {
            println!("{rest}");
            Some(1)
        } else {
            // Nothing is said of others.
            None
        }
    }

    fn with_items(&self, word: &str) -> Option<u8> {
        helper();
        if let Some(rest) = word.strip_prefix("n") {
            fn helper() {
                println!("inner");
            }
            helper();
            println!("{rest}");
            Some(1)
        } else {
            None
        }
    }
}

fn helper() {
    println!("outer");
}

const fn constant(word: Option<u8>) -> Option<u8> {
    if let Some(number) = word {
        let doubled = number * 2;
        Some(doubled)
    } else {
        None
    }
}

macro_rules! in_macro {
    ($word:expr) => {
        if let Some(rest) = $word.strip_prefix("n") {
            println!("{rest}");
            Some(rest.len())
        } else {
            None
        }
    };
}

fn by_macro(word: &str) -> Option<usize> {
    in_macro!(word)
}

async fn in_future(word: &str) -> Option<usize> {
    if let Some(rest) = word.strip_prefix("n") {
        println!("{rest}");
        Some(rest.len())
    } else {
        None
    }
}

fn generic<'a, I: Iterator<Item = &'a str>>(mut words: I) -> Option<String> {
    if let Some(mut word) = words.next().map(str::to_owned) {
        word.push('!');
        return Some(word);
    }
    None
}

fn shadowed(word: &str) -> Option<usize> {
    let rest = "outer";
    if let Some(rest) = word.strip_prefix("n") {
        let word = rest.len();
        println!("{rest} {word}");
        Some(word)
    } else {
        None
    }
    .map(|it| it + rest.len())
}

fn main() {
    let mut shelf = Shelf {
        held: BTreeMap::from([("a", vec![Loud("4")]), ("b", vec![])]),
        last: Some("Key=value".to_owned()),
        copied: Some(3),
        log: RefCell::new(Vec::new()),
        count: Cell::new(0),
    };
    println!("{:?}", shelf.noted("x"));
    for key in ["a", "b", "c"] {
        println!("{:?} {:?}", shelf.several(key), shelf.with_locals(key));
    }
    println!("{:?}", shelf.with_temporary_in_tail());
    println!("{:?} {:?}", shelf.borrows_what_is_local(), shelf.of_pairs());
    println!("{:?} {:?}", shelf.falls(), shelf.as_closure());
    println!("{:?} {:?}", shelf.by_arms(), shelf.by_arms());
    for word in ["n12", "nx", "n", "m", "n200"] {
        println!("{:?} {:?}", shelf.mixed(word), shelf.ends_in_choice(word));
        println!("{:?} {:?}", shelf.commented(word), shelf.with_items(word));
        println!("{:?} {:?}", by_macro(word), shadowed(word));
        drop(in_future(word));
    }
    println!("{:?} {:?}", constant(Some(1)), generic("a b".split(' ')));
}
