//! Traits, types and functions of the names that deriving uses, and implementations that are not what deriving writes.
use std::fmt;

mod own {
    pub trait Clone {
        fn clone(&self) -> Self;
    }

    pub struct Count(pub u8);

    impl Clone for Count {
        fn clone(&self) -> Self {
            Count(self.0)
        }
    }
}

#[derive(Debug)]
struct Vec<T>(T);

impl Vec<u8> {
    fn new() -> Self {
        Vec(7)
    }
}

#[derive(Debug)]
struct Lists {
    list: Vec<u8>,
}

impl Default for Lists {
    fn default() -> Self {
        Self { list: Vec::new() }
    }
}

#[derive(Debug)]
struct Odd(u8);

impl Odd {
    fn default() -> Odd {
        Odd(5)
    }

    fn clone(&self) -> Odd {
        Odd(self.0 + 1)
    }
}

struct Around {
    odd: Odd,
}

impl Default for Around {
    fn default() -> Self {
        Self {
            odd: Odd::default(),
        }
    }
}

impl Clone for Around {
    fn clone(&self) -> Self {
        Self {
            odd: self.odd.clone(),
        }
    }
}

#[allow(non_upper_case_globals)]
const None: Option<u8> = Some(1);

struct Held(Option<u8>);

impl Default for Held {
    fn default() -> Self {
        Held(None)
    }
}

trait Speaks {
    fn speak(&self) -> u8;
}

#[derive(Default)]
struct Silent;

impl Speaks for Silent {
    fn speak(&self) -> u8 {
        9
    }
}

struct Speaker(Box<dyn Speaks>);

impl Default for Speaker {
    fn default() -> Self {
        Speaker(Box::new(Silent::default()))
    }
}

struct Named {
    first: u8,
    second: u8,
}

impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Named ")
            .field("first", &self.first)
            .field("second", &self.second)
            .finish()
    }
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.first == other.first || self.second == other.second
    }
}

fn main() {
    use own::Clone as _;
    println!("{}", own::Count(1).clone().0);
    println!("{:?} {:?}", Lists::default(), Lists::default().list.0);
    let around = Around::default();
    println!("{:?} {:?}", around.odd, Clone::clone(&around).odd);
    println!("{:?} {}", Held::default().0, Speaker::default().0.speak());
    let named = |second| Named { first: 1, second };
    println!("{:?} {}", named(2), named(2) == named(3));
}
