//! Choices that only ask for a pattern; whatever is dropped, and when, is seen.
use std::cell::RefCell;

struct Loud(u8);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

enum Shape {
    Dot,
    Line { length: u8 },
    Pair(Loud, Loud),
}

impl Shape {
    fn is_plain(&self) -> bool {
        match self {
            Self::Dot | Self::Line { .. } => true,
            _ => false,
        }
    }

    fn is_long(&self) -> bool {
        match *self {
            Shape::Line { length } if length > 9 => true,
            _ => false,
        }
    }

    fn is_pair(self) -> bool {
        println!("asked");
        match self {
            Self::Dot => false,
            Self::Line { .. } => false,
            _ => true,
        }
    }

    fn is_dot(&self) -> bool {
        if let Shape::Dot = self {
            true
        } else {
            false
        }
    }
}

fn made(number: u8) -> Shape {
    println!("made {number}");
    match number {
        0 => Shape::Dot,
        1..=20 => Shape::Line { length: number },
        _ => Shape::Pair(Loud(number), Loud(1)),
    }
}

fn is_made_dot(number: u8) -> bool {
    let loud = Loud(200);
    let is_dot = match made(number) {
        Shape::Dot => true,
        _ => false,
    };
    println!("behind {}", loud.0);
    is_dot
}

fn is_made_pair(number: u8) -> bool {
    let loud = Loud(100);
    println!("before {}", loud.0);
    match made(number) {
        Shape::Pair(..) => true,
        _ => false,
    }
}

fn is_letter(cell: &RefCell<Vec<char>>) -> bool {
    match cell.borrow().first() {
        Some('a'..='z' | 'A'..='Z') => true,
        _ => false,
    }
}

fn main() {
    for number in [0, 12, 30] {
        let shape = made(number);
        println!(
            "{} {} {}",
            shape.is_plain(),
            shape.is_long(),
            shape.is_dot()
        );
        println!("{}", shape.is_pair());
        println!("{} {}", is_made_dot(number), is_made_pair(number));
    }
    println!("{}", is_letter(&RefCell::new(vec!['b'])));
}
