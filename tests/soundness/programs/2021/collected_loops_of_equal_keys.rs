//! Keys that are equal and not the same, of which a sorted collection keeps the first one or the last.
#![allow(dead_code)]
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
#[derive(Debug)]
struct Key(u8, char);
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Key {}
impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}
fn set(a: &[(u8, char)]) -> BTreeSet<Key> {
    println!("set");
    let mut all = BTreeSet::new();
    for (n, c) in a {
        all.insert(Key(*n, *c));
    }
    all
}
fn map(a: &[(u8, char)]) -> BTreeMap<Key, char> {
    println!("map");
    let mut all = BTreeMap::new();
    for (n, c) in a {
        all.insert(Key(*n, *c), c.to_ascii_uppercase());
    }
    all
}
fn main() {
    let a = [(1, 'a'), (1, 'b'), (0, 'c')];
    println!("{:?} {:?}", set(&a), map(&a));
}
