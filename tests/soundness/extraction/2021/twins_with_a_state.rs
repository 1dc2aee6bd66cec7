//= repeated: refused: The selection declares an item
use std::sync::atomic::{AtomicU32, Ordering};

struct Left;

struct Right;

impl Left {
    //{
    fn next(&self, count: u32) -> u32 {
        //}
        static SEEN: AtomicU32 = AtomicU32::new(0);
        let before = SEEN.fetch_add(1, Ordering::Relaxed);
        let mut sum = count * 3;
        for at in 0..count {
            sum += at * 2;
            if at > 3 {
                sum -= 1;
            }
        }
        sum % 7 + sum / 2 + before
    }
}

impl Right {
    fn next(&self, count: u32) -> u32 {
        static SEEN: AtomicU32 = AtomicU32::new(0);
        let before = SEEN.fetch_add(1, Ordering::Relaxed);
        let mut sum = count * 3;
        for at in 0..count {
            sum += at * 2;
            if at > 3 {
                sum -= 1;
            }
        }
        sum % 7 + sum / 2 + before
    }
}

fn main() {
    println!("{} {} {}", Left.next(1), Left.next(1), Right.next(1));
}
