//! Panics behind a condition, each of which is caught and told.
use std::collections::BTreeMap;
use std::panic::{self, UnwindSafe};

struct Level(f64);

fn told(what: impl FnOnce() + UnwindSafe) {
    let caught = panic::catch_unwind(what);
    let message = match &caught {
        Ok(()) => "fine".to_owned(),
        Err(held) => match (held.downcast_ref::<String>(), held.downcast_ref::<&str>()) {
            (Some(text), _) => text.clone(),
            (None, Some(text)) => (*text).to_owned(),
            (None, None) => "?".to_owned(),
        },
    };
    println!("{message}");
}

fn of_map(map: &BTreeMap<u8, u8>, key: u8) {
    if map.contains_key(&key) {
        panic!("{key} is there already");
    }
    if map.get(&key).is_some() {
        panic!("there")
    }
    if !map.is_empty() && key > 3 {
        panic!("both");
    }
    println!("behind");
}

fn of_numbers(a: usize, b: usize) {
    if a == b {
        panic!("{} is {}", a, b);
    }
    if a > 100 {
        panic!("a value that is too large for what is done here, as everybody knows: {a}, {b}");
    }
    if a.checked_add(b).is_none() {
        panic!(
            "the sum of {} and {} is larger than what there is room for in here",
            a, b
        );
    }
}

fn of_floats(level: &Level) {
    if level.0 < 1.0 {
        panic!("low");
    }
    if !level.0.is_finite() {
        panic!("{}", level.0)
    }
}

fn side(list: &mut Vec<u8>) {
    if list.pop().is_none() {
        panic!("empty");
    }
    if !{
        list.push(1);
        true
    } {
        panic!("block");
    }
}

fn in_arms(n: u8) {
    match n {
        0 => {
            if n.is_power_of_two() {
                panic!("zero")
            }
        }
        _ => {
            if !n.is_power_of_two() {
                // Why.
                panic!("commented");
            }
            if n == 8 {
                panic!("eight {{}}");
            } else {
                println!("other");
            }
        }
    }
}

fn typed(text: &str) -> u8 {
    if text.is_empty() {
        panic!("no text");
    }
    if text.len() == 3 {
        panic!();
    }
    if text.len() == 4 {
        panic!("{0} {0:?} {n}", text, n = text.len(),);
    }
    let Ok(n) = text.parse() else {
        panic!("{text}")
    };
    n
}

const fn constant(n: u8) -> u8 {
    if n == 0 {
        panic!("zero");
    }
    n
}

macro_rules! checked {
    ($e:expr) => {
        if $e == 2 {
            panic!("two");
        }
    };
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    for key in [1, 2, 5] {
        told(move || of_map(&BTreeMap::from([(1, 1)]), key));
        told(move || of_numbers(usize::from(key), 2));
        told(move || of_floats(&Level(f64::from(key) - 1.5)));
        told(move || in_arms(key));
        told(move || checked!(key));
        told(move || println!("{}", constant(key)));
    }
    told(|| of_floats(&Level(f64::NAN)));
    told(|| of_floats(&Level(f64::INFINITY)));
    told(|| of_numbers(101, 3));
    told(|| of_numbers(usize::MAX, 3));
    told(|| side(&mut Vec::new()));
    told(|| side(&mut vec![1]));
    for text in ["", "1", "abc", "abcd", "x"] {
        told(move || println!("{}", typed(text)));
    }
}
