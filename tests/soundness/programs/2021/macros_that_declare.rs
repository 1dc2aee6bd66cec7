//! Macros that declare what a block then uses, and that have the names of the standard library's.
macro_rules! announce {
    ($name:ident, $word:expr) => {
        fn $name() {
            println!($word);
        }
    };
}

macro_rules! panic {
    ($word:expr) => {
        println!("no panic: {}", $word)
    };
}

macro_rules! step {
    ($into:ident) => {
        let $into = $into + 1;
    };
}

announce!(greet, "outside");

fn meet(is_friend: bool) {
    greet();
    if is_friend {
        announce!(greet, "inside");
        greet();
        println!("how are you");
        println!("well");
    }
}

fn count(is_long: bool, steps: u8) -> u8 {
    if is_long {
        step!(steps);
        println!("{steps}");
        return steps;
    } else {
        step!(steps);
        step!(steps);
        println!("{steps}");
    }
    steps
}

fn stop(is_bad: bool) -> u8 {
    if is_bad {
        panic!("bad");
    } else {
        println!("good");
    }
    let text = match is_bad {
        true => "bad",
        false => {
            panic!("good");
            "good"
        }
    };
    text.len() as u8
}

fn main() {
    meet(true);
    meet(false);
    println!("{} {}", count(true, 1), count(false, 1));
    println!("{} {}", stop(true), stop(false));
}
