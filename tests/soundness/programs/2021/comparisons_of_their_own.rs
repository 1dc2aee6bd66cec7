//! Comparisons that are not what a pattern asks.
use std::cell::Cell;

#[derive(Clone, Copy)]
enum Loose {
    A,
    B,
    C,
    D,
}

impl PartialEq for Loose {
    fn eq(&self, other: &Self) -> bool {
        println!("compared");
        (*self as u8) % 2 == (*other as u8) % 2
    }
}

#[derive(Clone, Copy)]
struct Number(u32);

impl PartialEq<u32> for Number {
    fn eq(&self, other: &u32) -> bool {
        self.0 % 10 == other % 10
    }
}

impl PartialEq<char> for Number {
    fn eq(&self, other: &char) -> bool {
        char::from_u32(self.0) == Some(*other)
    }
}

struct Reader {
    at: Cell<u8>,
}

impl Reader {
    fn next(&self) -> u8 {
        self.at.set(self.at.get() + 1);
        self.at.get()
    }

    fn is_any(&self) -> bool {
        self.next() == 2 || self.next() == 3 || self.next() == 3
    }
}

fn is_loose(a: Loose) -> bool {
    a == Loose::A || a == Loose::B || a == Loose::C
}

fn is_number(a: Number) -> bool {
    a == 1 || a == 2 || a == 3
}

fn is_sign(a: Number) -> bool {
    a == 'a' || a == 'b' || a == 'c'
}

fn is_generic<T: PartialEq<u8>>(a: T) -> bool {
    a == 1 || a == 2 || a == 3
}

fn is_float(a: f64) -> bool {
    a == 1.0 || a == 2.0 || a == 3.0
}

fn main() {
    for a in [Loose::A, Loose::B, Loose::C, Loose::D] {
        println!("{}", is_loose(a));
    }
    for a in [1, 11, 97, 4] {
        println!("{} {}", is_number(Number(a)), is_sign(Number(a)));
    }
    println!("{}", Reader { at: Cell::new(0) }.is_any());
    println!("{} {}", is_generic(3), is_generic(4));
    println!("{} {}", is_float(3.0), is_float(f64::NAN));
}
