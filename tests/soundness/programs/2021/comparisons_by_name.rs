//! Names that may be something else than they look like, and values that stand there twice.
#![allow(clippy::eq_op)]

mod outer {
    #[derive(Clone, Copy)]
    pub enum Kind {
        A,
        B,
        C,
    }

    impl Kind {
        pub fn number(self) -> u8 {
            self as u8
        }
    }
}

mod inner {
    pub struct Kind(pub u8);

    impl Kind {
        pub const A: u8 = 0;
        pub const B: u8 = 1;
        pub const C: u8 = 1;
    }

    pub fn is_any(a: u8) -> bool {
        a == Kind::A || a == Kind::B || a == Kind::C
    }
}

const FIRST: u8 = 1;
const SECOND: u8 = 1;
const THIRD: u8 = 3;

fn is_constant(a: u8) -> bool {
    a == FIRST || a == SECOND || a == THIRD
}

fn is_twice(a: char) -> bool {
    a == 'a' || a == '\x61' || a == 'b'
}

fn is_within(a: u8) -> bool {
    (1..=5).contains(&a) || a == 3 || a == 9 || a == 10
}

fn is_digit(a: char) -> bool {
    ('0'..='9').contains(&a) || ('a'..='f').contains(&a) || ('A'..='F').contains(&a)
}

fn is_referred(a: &&str, b: &String) -> bool {
    *a == "a" || *a == "b" || *a == "c" || b == "a" || b == "b" || b == "c"
}

fn is_hidden(a: u8) -> bool {
    macro_rules! matches {
        ($($any:tt)*) => {
            false
        };
    }
    let is_none = matches!(a, 1);
    is_none || a == 1 || a == 2 || a == 3
}

fn main() {
    for a in 0..4 {
        println!("{} {}", inner::is_any(a), is_constant(a));
        println!("{} {}", is_within(a), is_hidden(a));
    }
    for kind in [outer::Kind::A, outer::Kind::B, outer::Kind::C] {
        println!("{}", kind.number());
    }
    println!("{}", inner::Kind(1).0);
    println!("{} {}", is_twice('a'), is_digit('c'));
    println!("{}", is_referred(&"b", &"d".to_owned()));
}
