//! Loops that do more than fill a collection, and collections that go on.
use std::cell::RefCell;

struct Store {
    all: Vec<u8>,
    asked: usize,
}

impl Store {
    fn step(&mut self, byte: u8) -> u8 {
        self.asked += 1;
        byte.wrapping_add(1)
    }

    fn steps(&mut self, bytes: &[u8]) -> usize {
        let mut all = Vec::new();
        for byte in bytes {
            all.push(self.step(*byte));
        }
        println!("{all:?}");
        self.asked
    }

    fn taken(&mut self) -> usize {
        let mut all = Vec::new();
        for byte in self.all.drain(..) {
            all.push(byte.wrapping_mul(2));
        }
        println!("{all:?}");
        all.len()
    }
}

fn until(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    for byte in bytes {
        all.push(byte.checked_sub(1).unwrap_or(9));
        if *byte == 0 {
            break;
        }
    }
    all
}

fn questioned(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    for byte in bytes {
        all.push(byte.checked_sub(1)?);
    }
    Some(all)
}

fn growing(bytes: &[u8]) -> usize {
    let mut all = Vec::new();
    for byte in bytes {
        all.push(usize::from(*byte) + all.len());
    }
    println!("{all:?}");
    all.len()
}

fn counted(bytes: &[u8]) -> usize {
    let mut count = 0;
    let mut all = Vec::new();
    for byte in bytes {
        all.push({
            count += 1;
            byte.wrapping_add(count)
        });
    }
    println!("{all:?} {count}");
    all.len()
}

fn locked(cell: &RefCell<Vec<u8>>) -> usize {
    let mut all = Vec::new();
    for byte in cell.borrow().iter() {
        all.push(byte.wrapping_add(1));
    }
    cell.borrow_mut().push(4);
    println!("{all:?}");
    all.len()
}

fn shadowed(bytes: &[u8]) -> usize {
    let mut all = Vec::new();
    for byte in bytes {
        all.push(byte.wrapping_add(1));
    }
    let all = all.len();
    println!("{all}");
    all
}

fn given(bytes: &[u8]) -> usize {
    let mut all = Vec::new();
    for byte in bytes {
        all.push(byte.wrapping_add(1));
    }
    fill(&mut all);
    all[0] = 7;
    println!("{all:?}");
    all.len()
}

fn fill(all: &mut Vec<u8>) {
    all.push(3);
}

fn nested(rows: &[Vec<u8>]) -> usize {
    let mut all = Vec::new();
    for row in rows {
        let mut inner = Vec::new();
        for byte in row {
            inner.push(byte.wrapping_add(1));
        }
        all.push(inner);
    }
    println!("{all:?}");
    all.len()
}

fn with_macro(bytes: &[u8]) -> usize {
    macro_rules! step {
        ($byte:expr) => {
            if *$byte > 3 {
                continue;
            } else {
                *$byte
            }
        };
    }
    let mut all = Vec::new();
    for byte in bytes {
        all.push(step!(byte));
    }
    println!("{all:?}");
    all.len()
}

fn main() {
    let mut store = Store {
        all: vec![1, 2],
        asked: 0,
    };
    println!("{} {}", store.steps(&[1]), store.taken());
    println!("{:?} {:?}", until(&[1, 0, 1]), questioned(&[1, 0]));
    println!("{} {}", growing(&[1, 2]), counted(&[1, 2]));
    println!("{}", locked(&RefCell::new(vec![1])));
    println!("{} {}", shadowed(&[1]), given(&[1]));
    println!("{} {}", nested(&[vec![1]]), with_macro(&[1, 9]));
}
