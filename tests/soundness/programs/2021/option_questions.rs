//! One question of what an `Option` or a `Result` holds; what is asked, moved and dropped is seen.
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};

#[derive(Clone)]
struct Loud(u8);

impl Loud {
    fn is(&self, wanted: u8) -> bool {
        println!("ask {}", self.0);
        self.0 == wanted
    }

    fn ends(self) -> bool {
        self.0 > 1
    }
}

struct Shelf {
    all: Vec<Loud>,
    named: HashMap<String, Loud>,
    first: Option<Loud>,
    count: Cell<u8>,
}

impl Shelf {
    fn has(&self, at: usize, wanted: u8) -> bool {
        match self.all.get(at) {
            Some(one) => one.is(wanted),
            None => false,
        }
    }

    fn lacks(&self, name: &str, wanted: u8) -> bool {
        if let Some(one) = self.named.get(name) {
            !one.is(wanted)
        } else {
            true
        }
    }

    fn begins(&self, wanted: u8) -> bool {
        match &self.first {
            Some(one) => one.is(wanted) && self.all.is_empty(),
            None => false,
        }
    }

    fn counts(&self, at: usize) -> bool {
        match self.all.get(at) {
            Some(one) => one.is(self.next()),
            None => false,
        }
    }

    fn next(&self) -> u8 {
        self.count.set(self.count.get() + 1);
        println!("next {}", self.count.get());
        self.count.get()
    }

    fn takes(&mut self) -> bool {
        match self.all.pop() {
            Some(one) => one.ends(),
            None => false,
        }
    }

    fn changes(&mut self, wanted: u8) -> bool {
        match self.all.get_mut(0) {
            Some(one) => one.is(wanted) && self.count.get() < 9,
            None => false,
        }
    }
}

fn copied(value: Option<u8>, limit: u8) -> bool {
    match value {
        Some(value) => value > limit,
        None => true,
    }
}

fn shadowed(limit: Option<&u8>) -> bool {
    let found = match limit {
        Some(&limit) => limit > 3 && limit < 9,
        None => false,
    };
    println!("{found}");
    found
}

fn parsed(word: &str) -> bool {
    match u8::try_from(word.len()) {
        Ok(length) => length > 3,
        Err(_) => false,
    }
}

fn first(words: &[&str], wanted: &str) -> bool {
    let is_first = if let Some(word) = words.iter().next() {
        word.starts_with(wanted) || word.ends_with(wanted)
    } else {
        false
    };
    println!("{is_first}");
    is_first
}

fn in_map(map: &BTreeMap<u8, Vec<u8>>, limit: usize) -> bool {
    match map.get(&7) {
        Some(list) => list.len() > limit && !list.contains(&0),
        None => false,
    }
}

fn nested(cell: &RefCell<Vec<u8>>) -> bool {
    let guard = cell.borrow();
    match guard.last() {
        Some(last) => last.count_ones() > 1,
        None => false,
    }
}

fn in_closure(words: &[&str]) -> Vec<bool> {
    let asks = |at: usize| {
        let at = at + 1;
        match words.get(at) {
            Some(word) => word.len() > at,
            None => true,
        }
    };
    vec![asks(0), asks(1), asks(5)]
}

fn main() {
    let mut shelf = Shelf {
        all: vec![Loud(1), Loud(2)],
        named: HashMap::from([("a".to_owned(), Loud(3))]),
        first: Some(Loud(4)),
        count: Cell::new(0),
    };
    println!(
        "{} {} {}",
        shelf.has(0, 1),
        shelf.has(1, 1),
        shelf.has(9, 1)
    );
    println!(
        "{} {} {}",
        shelf.lacks("a", 3),
        shelf.lacks("a", 4),
        shelf.lacks("b", 3)
    );
    println!("{} {}", shelf.begins(4), shelf.begins(5));
    println!("{} {}", shelf.counts(0), shelf.counts(9));
    println!("{} {}", shelf.changes(1), shelf.changes(2));
    println!("{} {} {}", shelf.takes(), shelf.takes(), shelf.takes());
    println!(
        "{} {} {}",
        copied(Some(3), 2),
        copied(Some(1), 2),
        copied(None, 2)
    );
    println!("{} {}", shadowed(Some(&4)), shadowed(None));
    println!("{} {}", parsed("four"), parsed(&"x".repeat(300)));
    println!("{} {}", first(&["one"], "ne"), first(&[], "ne"));
    println!("{}", in_map(&BTreeMap::from([(7, vec![1, 2])]), 1));
    println!(
        "{} {}",
        nested(&RefCell::new(vec![3])),
        nested(&RefCell::new(vec![]))
    );
    println!("{:?}", in_closure(&["a", "bc", "d"]));
}
