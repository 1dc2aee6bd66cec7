//! `keys` and `values` of a type of one's own, which hold a lock for as long as they live.
use std::cell::Cell;

struct Register {
    names: Vec<&'static str>,
    locks: Cell<u8>,
}

struct Keys<'a>(&'a Register);

impl Register {
    fn keys(&self) -> Keys<'_> {
        self.locks.set(self.locks.get() + 1);
        Keys(self)
    }
}

impl Keys<'_> {
    fn last(&self) -> Option<&'static str> {
        self.0.names.last().copied()
    }

    fn count(&self) -> usize {
        self.0.names.len()
    }
}

impl Drop for Keys<'_> {
    fn drop(&mut self) {
        self.0.locks.set(self.0.locks.get() - 1);
        println!("{} locks left", self.0.locks.get());
    }
}

fn show(register: &Register) {
    println!("show");
    if let Some(name) = register.keys().last() {
        println!("{}", name);
        println!("{} locks", register.locks.get());
        println!("done");
    }
}

fn size(register: &Register, is_lazy: bool) -> usize {
    let more = Register {
        names: vec!["Zoe"],
        locks: Cell::new(9),
    };
    if is_lazy {
        println!("lazy");
        return 0;
    } else {
        println!("{} more", more.names.len());
        more.keys().count() + register.names.len()
    }
}

fn first(register: &Register) -> usize {
    let last = match register.keys().last() {
        Some(last) => last,
        None => return usize::from(register.locks.get()),
    };
    last.len()
}

fn main() {
    for names in vec![vec![], vec!["Ann", "Bob"]] {
        let register = Register {
            names,
            locks: Cell::new(0),
        };
        show(&register);
        println!("{} {}", size(&register, true), size(&register, false));
        println!("{}", first(&register));
    }
}
