//= repeated: refused: may create a new value at each use
mod counts {
    pub mod of {
        use std::sync::atomic::AtomicU32;
        macro_rules! counts {
            ($($name:ident: $type:ty = $value:expr;)*) => { $(pub static $name: $type = $value;)* };
        }
        counts! {
            LEFT_COUNT: AtomicU32 = AtomicU32::new(1);
            RIGHT_COUNT: AtomicU32 = AtomicU32::new(5);
        }
    }
}

use std::sync::atomic::Ordering;

fn one(marks: &[u32]) {
    //{
    println!("start {}", marks.len());
    let before = counts::of::LEFT_COUNT.fetch_add(2, Ordering::SeqCst);
    println!("{before} of {:?}", marks);
    for mark in marks {
        if *mark > 2 || marks.len() > 4 {
            println!("{mark} is left of {}", marks.len());
        }
    }
    //}
    println!("one");
}

fn two(marks: &[u32]) {
    println!("two");
    println!("start {}", marks.len());
    let before = counts::of::RIGHT_COUNT.fetch_add(2, Ordering::SeqCst);
    println!("{before} of {:?}", marks);
    for mark in marks {
        if *mark > 2 || marks.len() > 4 {
            println!("{mark} is left of {}", marks.len());
        }
    }
}

fn main() {
    one(&[1, 2]);
    two(&[3]);
}
