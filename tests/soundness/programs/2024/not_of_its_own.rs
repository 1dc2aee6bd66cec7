//! A type whose `!` says something else, and whose opposite is another type.
use std::ops::Not;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Signal(i8);

impl Not for Signal {
    type Output = bool;

    fn not(self) -> bool {
        self.0 < 1
    }
}

struct Line {
    signal: Signal,
}

impl Line {
    fn signal(&self) -> Signal {
        self.signal
    }
}

fn pass(line: &Line) {
    if !line.signal() {
        println!("stop");
    } else {
        println!("go");
    }
    if !line.signal {
        println!("wait");
        println!("for");
        println!("the next");
    }
}

fn main() {
    for n in [-1, 0, 1] {
        pass(&Line { signal: Signal(n) });
    }
}
