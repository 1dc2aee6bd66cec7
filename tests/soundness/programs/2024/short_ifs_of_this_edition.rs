//! What this edition's style writes on one line: short last expressions, short `let … else`, patterns.
fn sign(number: Option<i32>, is_strict: bool) -> Option<i32> {
    if is_strict {
        println!("strict");
        return None;
    } else {
        if number.is_some_and(|number| number > 4) && number.unwrap_or_default() < 1_000 {
            number
        } else {
            None
        }
    }
}

fn step(number: Option<i32>, is_strict: bool) -> i32 {
    let number = match number {
        Some(number) => number,
        None => return 0,
    };
    if is_strict {
        println!("{number}");
        return 1;
    } else if number > 4 {
        number
    } else {
        4
    }
}

fn kind(number: i32) -> &'static str {
    match number {
        i32::MIN..=-1 => "a number that is less than nothing, or as little as can be said of it",
        0 => "nothing",
        1 | 2 | 3 => "a few, and a few is what people say when they don't want to count them",
        4 => "a few, and a few is what people say when they don't want to count them",
        _ => "many",
    }
}

fn late(is_late: bool) -> u8 {
    let hour = {
        if !is_late {
            return 3;
        } else if is_late && kind(1).len() > 4 {
            4
        } else {
            5
        }
    };
    hour
}

fn main() {
    for number in [None, Some(-3), Some(0), Some(2), Some(4), Some(9)] {
        println!("{:?} {:?}", sign(number, true), sign(number, false));
        println!("{} {}", step(number, true), step(number, false));
        println!("{}", kind(number.unwrap_or(1)));
    }
    println!("{} {}", late(true), late(false));
}
