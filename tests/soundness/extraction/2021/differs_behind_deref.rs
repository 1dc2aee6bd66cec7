//= repeated: refused: Reading a differing field may have side effects
use std::{cell::Cell, ops::Deref};

struct Pair {
    left: u32,
    right: u32,
}

struct Counted(Pair, Cell<u32>);

impl Deref for Counted {
    type Target = Pair;

    fn deref(&self) -> &Pair {
        self.1.set(self.1.get() + 1);
        &self.0
    }
}

fn first(pair: &Counted, names: &[&str]) -> u32 {
    //{
    let mut all = 0;
    for name in names {
        all += pair.left;
        println!("{name} {all} {}", pair.1.get());
    }
    println!("{} {}", names.len(), all.count_ones());
    //}
    all
}

fn second(pair: &Counted, names: &[&str]) -> u32 {
    println!("second");
    let mut all = 0;
    for name in names {
        all += pair.right;
        println!("{name} {all} {}", pair.1.get());
    }
    println!("{} {}", names.len(), all.count_ones());
    all + 1
}

fn main() {
    let pair = Counted(Pair { left: 1, right: 2 }, Cell::new(0));
    println!("{} {}", first(&pair, &["a", "b"]), second(&pair, &["c"]));
}
