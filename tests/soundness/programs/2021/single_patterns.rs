//! Choices that ask for one pattern: what is kept alive, what is dropped when, and what is done otherwise.
use std::cell::RefCell;
use std::sync::Mutex;

struct Loud(u8);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn loud(number: u8) -> Option<Loud> {
    (number > 1).then_some(Loud(number))
}

struct Store {
    lock: Mutex<Option<u8>>,
    cell: RefCell<Vec<u8>>,
    kept: Option<String>,
}

impl Store {
    fn run(&mut self, number: u8) {
        match self.kept.as_ref() {
            Some(kept) => {
                println!("kept {kept}");
            }
            None => {}
        }
        match self.kept.take() {
            Some(kept) => {
                self.kept = Some(kept + "!");
                println!("again");
            }
            _ => {
                // Nothing was kept.
                self.kept = Some(number.to_string());
            }
        }
        match *self.lock.lock().unwrap() {
            Some(held) => {
                println!("held {held} {}", self.lock.try_lock().is_err());
            }
            None => {
                println!("free {}", self.lock.try_lock().is_err());
            }
        }
        match self.cell.borrow().first() {
            Some(first) => {
                println!("first {first} {}", self.cell.try_borrow_mut().is_err());
            }
            None => (),
        }
        match loud(number) {
            Some(one) => {
                println!("one {}", one.0);
            }
            None => {
                println!("none");
            }
        }
        match loud(number) {
            Some(Loud(2)) => {
                println!("two");
            }
            other => {
                println!("other {}", other.is_some());
            }
        }
        match (number, self.kept.is_some()) {
            (3, kept) => {
                println!("three {kept}");
            }
            _ => {
                if number > 3 {
                    println!("more");
                }
            }
        }
    }
}

fn main() {
    let mut store = Store {
        lock: Mutex::new(Some(1)),
        cell: RefCell::new(vec![5]),
        kept: None,
    };
    for number in [1, 2, 3, 4] {
        store.run(number);
    }
}
