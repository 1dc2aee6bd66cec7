//! Bindings whose names look like constants, and constants whose names look like bindings.
#![allow(non_snake_case, non_upper_case_globals)]

const limit: u8 = 3;

enum Value {
    Whole(i64),
    Word(&'static str),
    Part(i64),
    Nothing,
}

fn text(value: &Value) -> String {
    match value {
        Value::Whole(N) => N.to_string(),
        Value::Word(N) => N.to_string(),
        Value::Part(N) => N.to_string(),
        Value::Nothing => String::new(),
    }
}

fn grade(points: Option<u8>) -> u8 {
    match points {
        Some(limit) => 1,
        Some(7) => 2,
        Some(P) => P,
        None => 1,
    }
}

fn name(letter: Option<char>) -> usize {
    let 名 = match letter {
        Some(名) => 名,
        None => return 0,
    };
    名.len_utf8()
}

fn main() {
    for value in [
        Value::Whole(1),
        Value::Word("x"),
        Value::Part(2),
        Value::Nothing,
    ] {
        println!("{}", text(&value));
    }
    for points in [Some(3), Some(7), Some(9), None] {
        println!("{}", grade(points));
    }
    println!("{} {}", name(None), name(Some('名')));
}
