//! Comparisons that are seen to happen, and generic ones.
use std::{cmp::Ordering, ops::Sub};

#[derive(Clone, Copy, Debug)]
struct Loud(u8);

impl PartialEq for Loud {
    fn eq(&self, other: &Self) -> bool {
        println!("{} == {}", self.0, other.0);
        self.0 == other.0
    }
}

impl PartialOrd for Loud {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        println!("{} ? {}", self.0, other.0);
        if self.0 == 0 {
            None
        } else {
            Some(self.0.cmp(&other.0))
        }
    }

    fn lt(&self, other: &Self) -> bool {
        println!("{} < {}", self.0, other.0);
        self.0 < other.0
    }
}

fn larger<T: PartialOrd + Sub<Output = T> + Copy>(left: T, right: T) -> T {
    if left >= right {
        println!("left is larger");
        return left - right;
    } else {
        println!("right is larger, or nobody knows");
        right - left
    }
}

fn order(left: Loud, right: Loud) {
    if left < right {
        println!("up");
    } else {
        println!("not up");
    }
    if left >= right && right.0 > 1 || left == right {
        println!("mixed");
    } else {
        println!("clear");
    }
}

fn main() {
    println!("{}", larger(f32::NAN, 1.0).is_nan());
    println!("{}", larger(4, 3));
    for left in [0, 1, 2] {
        order(Loud(left), Loud(2));
    }
}
