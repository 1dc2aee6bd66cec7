//= repeated: refused: may create a new value at each use
use std::cell::Cell;

struct Guard(Cell<u32>);

#[allow(clippy::declare_interior_mutable_const)]
const LOW_GUARD: Guard = Guard(Cell::new(1));
#[allow(clippy::declare_interior_mutable_const)]
const HIGH_GUARD: Guard = Guard(Cell::new(7));

#[allow(clippy::borrow_interior_mutable_const)]
fn low(marks: &[u32]) {
    //{
    for mark in marks {
        let before = LOW_GUARD.0.replace(*mark + 3);
        println!("{mark} {before} {}", marks.len());
    }
    println!("{} of {:?}", LOW_GUARD.0.get(), marks);
    //}
    println!("low");
}

#[allow(clippy::borrow_interior_mutable_const)]
fn high(marks: &[u32]) {
    println!("high");
    for mark in marks {
        let before = HIGH_GUARD.0.replace(*mark + 3);
        println!("{mark} {before} {}", marks.len());
    }
    println!("{} of {:?}", HIGH_GUARD.0.get(), marks);
}

fn main() {
    low(&[1, 2]);
    high(&[3]);
}
