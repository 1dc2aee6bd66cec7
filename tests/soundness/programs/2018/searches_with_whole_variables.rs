//! Closures of this edition borrow whole variables; what is at the end of a function is dropped last.
struct Shelf {
    all: Vec<u8>,
    seen: Vec<u8>,
}

impl Shelf {
    fn has(&mut self, wanted: u8) -> bool {
        for one in self.all.iter() {
            if remember(&mut self.seen, *one) > 1 && *one > wanted {
                return true;
            }
        }
        false
    }

    fn reads(&self, wanted: u8) -> bool {
        for one in self.all.iter() {
            if self.seen.contains(one) && *one > wanted {
                return true;
            }
        }
        false
    }

    fn boxed(&self) -> impl Iterator<Item = u8> + '_ {
        let all: Box<dyn Iterator<Item = u8> + '_> = Box::new(self.all.iter().copied());
        all
    }
}

fn remember(seen: &mut Vec<u8>, one: u8) -> usize {
    seen.push(one);
    seen.len()
}

fn local() -> bool {
    let shelf = Shelf {
        all: vec![1, 2],
        seen: Vec::new(),
    };
    for one in shelf.boxed() {
        if one.is_power_of_two() && one > 1 {
            return true;
        }
    }
    false
}

fn main() {
    let mut shelf = Shelf {
        all: vec![4, 6, 8],
        seen: vec![],
    };
    println!("{} {:?}", shelf.has(5), shelf.seen);
    println!("{} {}", shelf.reads(3), shelf.reads(7));
    println!("{}", local());
}
