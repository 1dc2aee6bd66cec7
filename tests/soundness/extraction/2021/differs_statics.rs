//= repeated: refused: The occurrences differ in more than values
use std::sync::atomic::{AtomicU32, Ordering};

static LEFT_COUNT: AtomicU32 = AtomicU32::new(1);
static RIGHT_COUNT: AtomicU32 = AtomicU32::new(5);

fn one(marks: &[u32]) {
    //{
    println!("start {}", marks.len());
    let before = LEFT_COUNT.fetch_add(2, Ordering::SeqCst);
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
    let before = RIGHT_COUNT.fetch_add(2, Ordering::SeqCst);
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
    println!("{LEFT_COUNT:?} {RIGHT_COUNT:?}");
}
