//! Loops that look for something: what is asked, how often, and what is dropped when, is seen.
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet, VecDeque};

struct Loud(u8);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

impl Loud {
    fn is(&self, wanted: u8) -> bool {
        println!("ask {}", self.0);
        self.0 == wanted
    }
}

/// An iterator that says what is asked of it.
struct Counter<'a> {
    at: u8,
    log: &'a RefCell<Vec<u8>>,
}

impl Iterator for Counter<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        self.at += 1;
        self.log.borrow_mut().push(self.at);
        (self.at < 6).then_some(self.at)
    }
}

impl Drop for Counter<'_> {
    fn drop(&mut self) {
        println!("counted {}", self.at);
    }
}

struct Shelf {
    all: Vec<Loud>,
    seen: Vec<u8>,
    names: VecDeque<String>,
    log: RefCell<Vec<u8>>,
}

impl Shelf {
    fn counted(&self) -> impl Iterator<Item = u8> + '_ {
        Counter {
            at: 0,
            log: &self.log,
        }
    }

    fn has(&self, wanted: u8) -> bool {
        for one in &self.all {
            if one.is(wanted) {
                return true;
            }
        }
        false
    }

    fn has_none(&self, wanted: u8) -> bool {
        for one in self.all.iter() {
            if one.is(wanted) {
                return false;
            }
        }
        true
    }

    fn counts_to(&self, wanted: u8) -> bool {
        let _guard = Loud(100);
        for one in self.counted() {
            if one >= wanted {
                return true;
            }
        }
        false
    }

    fn at(&self, wanted: u8) -> Option<usize> {
        for (at, one) in self.all.iter().enumerate() {
            if one.is(wanted) {
                return Some(at);
            }
        }
        None
    }

    fn remembers(&mut self, wanted: u8) -> bool {
        for one in &self.all {
            if remember(&mut self.seen, one.0) && one.0 == wanted {
                return true;
            }
        }
        false
    }

    fn is_named(&self, wanted: &str) -> bool {
        for name in &self.names {
            if name.starts_with(wanted) {
                return true;
            }
        }
        false
    }
}

fn remember(seen: &mut Vec<u8>, one: u8) -> bool {
    seen.push(one);
    true
}

fn all_even(numbers: &[u32]) -> bool {
    for number in numbers {
        if number % 2 != 0 {
            return false;
        }
    }
    true
}

fn none_below(numbers: &[f64], least: f64) -> bool {
    for &number in numbers {
        if number < least {
            return false;
        }
    }
    true
}

fn local() -> bool {
    let all = vec![Loud(7), Loud(8), Loud(9)];
    for one in &all {
        if one.is(8) {
            return true;
        }
    }
    false
}

fn borrowed(cell: &RefCell<Vec<u8>>) -> bool {
    let guard = cell.borrow();
    for one in guard.iter() {
        if one.count_ones() == 2 {
            return true;
        }
    }
    false
}

fn counts_tries(numbers: &[u32], tries: &Cell<u32>) -> bool {
    let mut found = false;
    for number in numbers.iter().rev() {
        if next(tries) > 2 && *number > 3 {
            found = true;
            break;
        }
    }
    println!("{found} after {}", tries.get());
    found
}

fn next(tries: &Cell<u32>) -> u32 {
    tries.set(tries.get() + 1);
    tries.get()
}

fn first_long(words: &[String]) -> usize {
    let mut found = None;
    for word in words.iter() {
        if word.len() > 3 {
            found = Some(word);
            break;
        }
    }
    found.map_or(0, |word| word.len())
}

fn first_upper(text: &str) -> Option<usize> {
    let mut at = None;
    for (index, character) in text.chars().enumerate() {
        if character.is_uppercase() {
            at = Some(index);
            break;
        }
    }
    println!("{at:?}");
    at
}

fn in_closure(limits: &[u32]) -> Vec<bool> {
    let asks = |number: u32| {
        for limit in limits {
            if number > *limit {
                return true;
            }
        }
        false
    };
    vec![asks(1), asks(5), asks(50)]
}

fn shadows(number: &[u32]) -> bool {
    for number in number.iter() {
        if number.is_power_of_two() {
            return true;
        }
    }
    false
}

fn in_map(map: &BTreeMap<u8, Vec<u8>>, set: &HashSet<u8>) -> bool {
    for (key, values) in map {
        if set.contains(key) && !values.is_empty() {
            return true;
        }
    }
    false
}

enum Kind {
    Word(u8),
    Space,
    End,
}

fn has_space(kinds: &[Kind]) -> bool {
    for kind in kinds {
        if let Kind::Space | Kind::End = kind {
            return true;
        }
    }
    false
}

fn has_word(kinds: &[Kind]) -> bool {
    for kind in kinds {
        if matches!(kind, Kind::Word(1..=3)) {
            return true;
        }
    }
    false
}

fn counts(from: usize, to: usize, words: &[&str]) -> bool {
    for at in from..to {
        if words[at].is_empty() {
            return true;
        }
    }
    false
}

fn main() {
    let mut shelf = Shelf {
        all: vec![Loud(1), Loud(2), Loud(3)],
        seen: Vec::new(),
        names: VecDeque::from(["one".to_owned(), "two".to_owned()]),
        log: RefCell::new(Vec::new()),
    };
    println!("{} {}", shelf.has(2), shelf.has(5));
    println!("{} {}", shelf.has_none(2), shelf.has_none(5));
    println!("{} {}", shelf.counts_to(3), shelf.counts_to(9));
    println!("{:?}", shelf.log.borrow());
    println!("{:?} {:?}", shelf.at(3), shelf.at(4));
    println!("{} {:?}", shelf.remembers(2), shelf.seen);
    println!("{} {}", shelf.is_named("tw"), shelf.is_named("x"));
    println!("{} {}", all_even(&[2, 4]), all_even(&[2, 3, 4]));
    println!("{}", none_below(&[1.0, f64::NAN], 0.5));
    println!("{}", local());
    println!("{}", borrowed(&RefCell::new(vec![1, 2, 3])));
    println!("{}", counts_tries(&[5, 4, 3, 2, 1], &Cell::new(0)));
    println!("{}", first_long(&["a".to_owned(), "four".to_owned()]));
    println!("{:?} {:?}", first_upper("abC"), first_upper(""));
    println!("{:?}", in_closure(&[4, 40]));
    println!("{} {}", shadows(&[3, 4]), shadows(&[]));
    let map = BTreeMap::from([(1, vec![]), (2, vec![3])]);
    println!("{}", in_map(&map, &HashSet::from([2])));
    let kinds = [Kind::Word(2), Kind::Space];
    println!("{} {}", has_space(&kinds), has_word(&kinds));
    println!("{} {}", has_space(&[Kind::End]), has_word(&[Kind::Word(9)]));
    println!("{}", counts(1, 3, &["", "a", ""]));
    let broken = std::panic::catch_unwind(|| counts(1, 5, &["a", "b"]));
    println!("{}", broken.is_err());
}
