//! Closures of this edition borrow whole variables.
struct Shelf {
    all: Vec<u8>,
    limit: u8,
}

impl Shelf {
    fn is_above(&mut self, at: usize) -> bool {
        match self.all.get_mut(at) {
            Some(one) => *one > self.limit,
            None => false,
        }
    }

    fn is_below(&self, at: usize) -> bool {
        match self.all.get(at) {
            Some(one) => *one < self.limit,
            None => false,
        }
    }
}

fn main() {
    let mut shelf = Shelf {
        all: vec![1, 9],
        limit: 5,
    };
    println!("{} {}", shelf.is_above(0), shelf.is_above(1));
    println!(
        "{} {} {}",
        shelf.is_below(0),
        shelf.is_below(1),
        shelf.is_below(2)
    );
}
