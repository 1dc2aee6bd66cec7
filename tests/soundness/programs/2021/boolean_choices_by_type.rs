//! Conditions and results that are not plainly a `bool`.
use std::ops::Not;

#[derive(Clone, Copy)]
struct Odd(bool);

impl Not for Odd {
    type Output = bool;

    fn not(self) -> bool {
        println!("not");
        self.0
    }
}

struct Held {
    flag: bool,
    odd: Odd,
    at: f64,
}

impl Held {
    fn flag(&self) -> &bool {
        &self.flag
    }

    fn odd(&self) -> Odd {
        self.odd
    }

    fn by_reference(&self) -> bool {
        let _one = 1;
        if !self.flag() {
            return false;
        }
        true
    }

    fn by_odd(&self) -> bool {
        let _one = 1;
        if !self.odd() {
            return false;
        }
        true
    }

    fn before(&self, other: f64) -> bool {
        if self.at < other {
            return false;
        }
        true
    }

    fn not_before(&self, other: f64) -> bool {
        if self.at < other {
            return false;
        }
        self.flag
    }

    fn wanted(&self, text: &str) -> bool {
        if text.parse().unwrap() {
            return false;
        }
        true
    }

    fn boxed(&self) -> Box<dyn Fn(f64) -> bool + '_> {
        Box::new(move |at| {
            let at = at + 1.0;
            if self.at.max(at) == at {
                return true;
            }
            self.flag
        })
    }
}

fn given<T: From<bool>>(held: &Held) -> T {
    if held.flag {
        return true.into();
    }
    false.into()
}

fn shown(held: &Held) -> impl std::fmt::Display {
    if held.flag {
        return true;
    }
    false
}

fn perhaps(held: &Held) -> Option<bool> {
    let inner = || {
        if held.at == 0.0 {
            return false;
        }
        held.flag
    };
    Some(inner())
}

fn main() {
    for at in [0.0, 1.0, f64::NAN] {
        for flag in [false, true] {
            let held = Held {
                flag,
                odd: Odd(flag),
                at,
            };
            println!("{} {}", held.by_reference(), held.by_odd());
            println!("{} {}", held.before(0.5), held.not_before(0.5));
            println!("{} {}", held.wanted("true"), held.boxed()(0.25));
            println!("{} {}", given::<u8>(&held), given::<bool>(&held));
            println!("{} {:?}", shown(&held), perhaps(&held));
        }
    }
}
