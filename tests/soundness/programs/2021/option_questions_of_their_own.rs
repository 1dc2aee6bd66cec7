//! Choices that look like one question of an `Option`, and are more: values that are moved, drops, and other types.
use std::cell::RefCell;
use std::sync::Mutex;

struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

impl Loud {
    fn is(&self, wanted: &str) -> bool {
        self.0 == wanted
    }
}

fn eats(own: Loud, other: &str) -> bool {
    println!("eaten {other}");
    own.is(other)
}

struct Shelf {
    held: Option<Loud>,
    all: Vec<Loud>,
    tried: Vec<u8>,
    locked: Mutex<Vec<u8>>,
}

fn fails(fails: bool) -> Result<Loud, Loud> {
    if fails {
        Err(Loud("error"))
    } else {
        Ok(Loud("value"))
    }
}

impl Shelf {
    fn lent(&self) -> &Option<Loud> {
        &self.held
    }

    fn is_lent(&self) -> bool {
        match self.lent() {
            Some(one) => one.is("held"),
            None => false,
        }
    }

    fn is_held(&self) -> bool {
        match self.held {
            Some(ref one) => one.is("held"),
            None => false,
        }
    }

    fn tries(&mut self) -> bool {
        match self.all.last() {
            Some(one) => one.is("last") && self.remember(1),
            None => false,
        }
    }

    fn remember(&mut self, one: u8) -> bool {
        self.tried.push(one);
        self.tried.len() > 1
    }

    fn is_locked(&self) -> bool {
        match self.locked.lock().unwrap().first() {
            Some(first) => *first > 1 && self.locked.try_lock().is_err(),
            None => false,
        }
    }

    fn takes(&mut self) -> bool {
        let _guard = Loud("guard");
        match self.all.pop() {
            Some(one) => one.is("last"),
            None => false,
        }
    }
}

fn moved(words: &[&'static str], own: Loud) -> bool {
    let found = match words.first() {
        Some(word) => eats(own, word),
        None => false,
    };
    println!("found {found}");
    found
}

fn erred(with: bool) -> bool {
    let found = match fails(with) {
        Ok(value) => value.is("value"),
        Err(_) => false,
    };
    println!("found {found}");
    found
}

fn both(with: bool) -> (bool, bool) {
    let pair = (
        match fails(with) {
            Ok(value) => value.is("value"),
            Err(_) => false,
        },
        said("second"),
    );
    pair
}

fn said(word: &str) -> bool {
    println!("{word}");
    true
}

fn leaves(words: &[&str]) -> Option<bool> {
    let found = match words.first() {
        Some(word) => word.chars().next()?.is_uppercase(),
        None => false,
    };
    Some(found)
}

fn written(log: &RefCell<Vec<String>>, words: &[&str]) -> bool {
    let mut all = Vec::new();
    let found = match words.first() {
        Some(word) => told(&mut all, word),
        None => false,
    };
    log.borrow_mut().extend(all);
    found
}

fn told(all: &mut Vec<String>, word: &str) -> bool {
    all.push(word.to_owned());
    true
}

fn is_set(values: &[bool]) -> bool {
    match values.first() {
        Some(value) => *value,
        None => false,
    }
}

mod other {
    #[derive(Clone, Copy)]
    pub struct Maybe(pub u8);

    impl Maybe {
        pub fn get(self, at: usize) -> Option<u8> {
            println!("get {at}");
            Some(self.0)
        }
    }
}

fn of_other(maybe: other::Maybe) -> bool {
    match maybe.get(3) {
        Some(one) => one > 3 && maybe.0 < 9,
        None => false,
    }
}

fn main() {
    let mut shelf = Shelf {
        held: Some(Loud("held")),
        all: vec![Loud("first"), Loud("last")],
        tried: Vec::new(),
        locked: Mutex::new(vec![2]),
    };
    println!("{} {}", shelf.is_lent(), shelf.is_held());
    println!("{} {} {:?}", shelf.tries(), shelf.tries(), shelf.tried);
    println!("{}", shelf.is_locked());
    println!("{} {}", shelf.takes(), shelf.takes());
    println!(
        "{} {}",
        moved(&["own"], Loud("own")),
        moved(&[], Loud("own"))
    );
    println!("{} {}", erred(true), erred(false));
    println!("{:?} {:?}", both(true), both(false));
    println!("{:?} {:?}", leaves(&["A"]), leaves(&[""]));
    let log = RefCell::new(Vec::new());
    println!("{} {}", written(&log, &["a"]), log.borrow().len());
    println!("{} {}", is_set(&[true]), is_set(&[]));
    println!("{}", of_other(other::Maybe(4)));
}
