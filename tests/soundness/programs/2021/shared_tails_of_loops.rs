//! Branches that end alike where jumps, labels and macros of the file are around.
macro_rules! declare {
    ($name:ident) => {
        let $name = "declared";
    };
}

macro_rules! counted {
    () => {{
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        COUNT.fetch_add(1, Ordering::Relaxed)
    }};
}

fn jumping(limit: u32) -> u32 {
    let mut sum = 0;
    'all: for at in 0..limit {
        if at % 2 == 0 {
            if at == 4 {
                continue 'all;
            }
            sum += 10;
            println!("at {at}");
            sum += at;
        } else if at == 7 {
            break;
        } else {
            sum += 1;
            println!("at {at}");
            sum += at;
        }
    }
    sum
}

fn counting(number: u32) -> u32 {
    let mut sum = 0;
    if number == 1 {
        sum += 1;
        sum += counted!();
        println!("counted {sum}");
    } else {
        sum += 2;
        sum += counted!();
        println!("counted {sum}");
    }
    sum
}

#[allow(unused_variables)]
fn declaring(number: u32) {
    let name = "outer";
    if number == 1 {
        declare!(name);
        println!("one");
        println!("name {name}");
        println!("declaring");
    } else {
        println!("other");
        println!("name {name}");
        println!("declaring");
    }
}

fn leaving(number: u32) -> Result<u32, String> {
    match number {
        0 => {
            println!("zero");
            println!("leaving {number}");
            Err("zero".to_owned())
        }
        1 => {
            let parsed: u32 = "1".parse().map_err(|_| "one".to_owned())?;
            println!("{parsed}");
            println!("leaving {number}");
            Err("zero".to_owned())
        }
        _ => Ok(number),
    }
}

fn value_of_a_let(number: u32) -> u32 {
    let value = if number == 1 {
        println!("one");
        println!("value");
        number + 1
    } else {
        println!("other");
        println!("value");
        number + 1
    };
    value * 2
}

fn main() {
    println!("{}", jumping(9));
    for number in 0..3 {
        println!("{}", counting(number));
        declaring(number);
        println!("{:?}", leaving(number));
        println!("{}", value_of_a_let(number));
    }
}
