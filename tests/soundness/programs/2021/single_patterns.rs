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

fn checked(number: u8) -> Result<Loud, Loud> {
    if number > 2 {
        Ok(Loud(number))
    } else {
        Err(Loud(number))
    }
}

/// The second arm is the one that counts.
fn second_arms(store: &Store, number: u8) -> u8 {
    let _first = Loud(90);
    match checked(number) {
        Ok(_) => {}
        Err(wrong) => println!("wrong {}", wrong.0),
    }
    match checked(number) {
        Ok(_) => (),
        Err(Loud(wrong)) => {
            // Told once more.
            println!("again {wrong}");
        }
    };
    match store.cell.borrow().first() {
        None => {}
        Some(&first) => println!("first {first} {}", store.cell.try_borrow_mut().is_err()),
    }
    match store.lock.lock().unwrap().as_ref() {
        None => {}
        Some(held) => {
            println!("held {held} {}", store.lock.try_lock().is_err());
        }
    }
    if number > 1 {
        match checked(number) {
            Err(_) => {}
            Ok(right) => println!("right {}", right.0),
        }
    }
    match checked(number) {
        Ok(_) => {}
        Err(wrong) => return wrong.0,
    }
    9
}

fn at_the_end(number: u8) {
    let _first = Loud(80);
    match checked(number) {
        Ok(_) => {}
        Err(wrong) => println!("{}", wrong.0),
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
        println!("{}", second_arms(&store, number));
        at_the_end(number);
    }
}
