//! Functions and methods that only have names of the standard library's, and equal bodies that are not the same.
use std::cell::Cell;

struct Index(Vec<u8>);

impl Index {
    fn binary_search(&self, key: u8) -> Result<usize, String> {
        let place = self.0.iter().position(|one| *one == key);
        place.ok_or_else(|| format!("no {key}"))
    }

    fn get(&self, at: usize) -> Option<Lent> {
        self.0.get(at).map(|byte| Lent(*byte))
    }

    fn is_empty(&self) -> Cell<bool> {
        Cell::new(self.0.is_empty())
    }
}

struct Lent(u8);

impl Drop for Lent {
    fn drop(&mut self) {
        println!("{} is given back", self.0);
    }
}

mod process {
    pub fn exit(code: i32) {
        println!("exit with {code}, or not");
    }
}

fn search(index: &Index, key: u8) -> String {
    match index.binary_search(key) {
        Ok(at) => at.to_string(),
        Err(at) => at.to_string(),
    }
}

fn count(word: &str) -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    match word {
        "a" => {
            static SEEN: AtomicU32 = AtomicU32::new(1);
            SEEN.fetch_add(1, Ordering::Relaxed)
        }
        "b" => {
            static SEEN: AtomicU32 = AtomicU32::new(1);
            SEEN.fetch_add(1, Ordering::Relaxed)
        }
        _ => 0,
    }
}

fn leave(index: &Index, at: usize) -> u8 {
    if index.0.len() < at {
        process::exit(3);
    } else {
        println!("inside");
    }
    let byte = match index.get(at) {
        Some(lent) => lent.0,
        None => {
            println!("nothing at {at}");
            return 0;
        }
    };
    println!("{byte}");
    byte
}

fn peek(index: &Index) {
    println!("peek");
    if !index.is_empty().get() {
        println!("some");
        println!("more");
        println!("most");
    }
}

fn main() {
    let index = Index(vec![4, 8]);
    println!("{} {}", search(&index, 8), search(&index, 9));
    println!(
        "{} {} {} {}",
        count("a"),
        count("b"),
        count("b"),
        count("c")
    );
    println!(
        "{} {} {}",
        leave(&index, 0),
        leave(&index, 2),
        leave(&index, 3)
    );
    peek(&index);
    peek(&Index(Vec::new()));
}
