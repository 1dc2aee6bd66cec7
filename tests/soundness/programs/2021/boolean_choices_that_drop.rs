//! Conditions that borrow from variables, and temporaries that tell when they are dropped.
use std::cell::RefCell;
use std::sync::Mutex;

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

fn own_cell() -> bool {
    let cell = RefCell::new(vec![1, 2]);
    if cell.borrow().is_empty() {
        return true;
    }
    false
}

fn own_lock(wanted: usize) -> bool {
    let all = Mutex::new(vec![1, 2]);
    if all.lock().unwrap().len() == wanted {
        return false;
    }
    true
}

#[allow(clippy::needless_return)]
fn own_lock_twice(wanted: usize) -> bool {
    let all = Mutex::new(vec![1, 2]);
    if all.lock().unwrap().len() == wanted {
        return true;
    }
    return all.lock().unwrap().contains(&wanted);
}

fn loud(wanted: u8) -> bool {
    let _own = Loud(7);
    if Loud(1).is(wanted) {
        return true;
    }
    false
}

fn loud_before_a_value(wanted: u8) -> bool {
    let _own = Loud(7);
    if Loud(1).is(wanted) {
        return true;
    }
    Loud(2).is(wanted)
}

fn loud_branches(wanted: u8) -> bool {
    let _own = Loud(7);
    if Loud(1).is(wanted) {
        Loud(2).is(wanted)
    } else {
        false
    }
}

fn loud_value(wanted: u8) -> u8 {
    let is_it = if Loud(1).is(wanted) {
        true
    } else {
        Loud(2).is(wanted)
    };
    let _own = Loud(8);
    u8::from(is_it)
}

fn main() {
    println!("{} {}", own_cell(), own_lock(2));
    println!("{}", own_lock_twice(1));
    for wanted in 0..3 {
        println!("{}", loud(wanted));
        println!("{}", loud_before_a_value(wanted));
        println!("{}", loud_branches(wanted));
        println!("{}", loud_value(wanted));
    }
}
