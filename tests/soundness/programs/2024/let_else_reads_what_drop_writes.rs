//! The way out reads what the drop of the matched value's temporary changes.
use std::cell::Cell;

struct Counter {
    free: Cell<u8>,
}

struct Pass<'a>(&'a Counter);

impl Counter {
    fn pass(&self) -> Pass<'_> {
        self.free.set(self.free.get() - 1);
        Pass(self)
    }

    fn free(&self) -> u8 {
        self.free.get()
    }

    fn is_empty(&self) -> bool {
        self.free.get() == 4
    }
}

impl Pass<'_> {
    fn number(&self, at: u8) -> Option<u8> {
        at.checked_sub(3)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.free.set(self.0.free.get() + 1);
    }
}

fn take(counter: &Counter, at: u8) -> u8 {
    let number = match counter.pass().number(at) {
        Some(number) => number,
        None => return counter.free(),
    };
    number + 100
}

fn take_until(counter: &Counter) -> bool {
    let mut at = 5;
    loop {
        let number = match counter.pass().number(at) {
            Some(number) => number,
            None => break counter.is_empty(),
        };
        println!("{number}");
        at -= 1;
    }
}

fn main() {
    let counter = Counter { free: Cell::new(5) };
    println!("{} {}", take(&counter, 1), take(&counter, 4));
    println!("{}", take_until(&counter));
}
