//! Branches that say the same are merged: what the conditions borrow from is dropped when it was.
use std::sync::Mutex;

struct Seen<'a>(&'static str, &'a Mutex<u8>);

impl Drop for Seen<'_> {
    fn drop(&mut self) {
        let is_free = self.1.try_lock().is_ok();
        println!("{} goes, {is_free}", self.0);
    }
}

impl Seen<'_> {
    fn is_long(&self) -> bool {
        println!("{} is asked", self.0);
        self.0.len() > 4
    }

    fn held(&self) -> Option<u8> {
        println!("{} gives", self.0);
        self.1.try_lock().ok().map(|held| *held)
    }
}

fn tell(what: &str, lock: &Mutex<u8>) {
    println!("{what}, {}", lock.try_lock().is_ok());
}

fn inside(lock: &Mutex<u8>, number: u8) {
    if Seen("outer", lock).is_long() {
        if number > 1 {
            tell("both", lock);
            println!("{number}");
        } else {
            tell("other", lock);
        }
    } else {
        tell("other", lock);
    }
}

fn turned(lock: &Mutex<u8>, number: u8) -> u8 {
    if number > 2 {
        if Seen("short", lock).is_long() {
            tell("other", lock);
            0
        } else {
            tell("own", lock);
            number
        }
    } else {
        tell("other", lock);
        0
    }
}

fn behind(lock: &Mutex<u8>, number: u8) {
    if number == 1 {
        tell("other", lock);
    } else if Seen("second", lock).is_long() {
        tell("own", lock);
    } else {
        tell("other", lock);
    }
}

fn patterns(lock: &Mutex<u8>, number: Option<u8>) -> u8 {
    if let Some(held) = number {
        if let Some(other) = Seen("pattern", lock).held() {
            tell("own", lock);
            held + other
        } else {
            tell("other", lock);
            1
        }
    } else {
        tell("other", lock);
        1
    }
}

fn locks(lock: &Mutex<u8>, number: u8) {
    if let Ok(held) = lock.try_lock() {
        if *held > number {
            println!("held");
        } else {
            tell("other", lock);
        }
    } else {
        tell("other", lock);
    }
}

fn hidden(lock: &Mutex<u8>, number: Option<u8>, held: u8) {
    if let Some(held) = number {
        if held > 3 {
            tell("own", lock);
        } else {
            println!("{}", held.pow(2));
        }
    } else {
        println!("{}", held.pow(2));
    }
}

fn main() {
    let lock = Mutex::new(2);
    for number in 0..5 {
        inside(&lock, number);
        println!("{}", turned(&lock, number));
        behind(&lock, number);
        println!("{}", patterns(&lock, number.checked_sub(2)));
        locks(&lock, number);
        hidden(&lock, number.checked_sub(1), 7);
    }
}
