//= extracted
use std::{iter::Peekable, str::Chars};

fn number(letters: &mut Peekable<Chars<'_>>) -> Option<u32> {
    let mut number = 0;
    let mut any = false;
    //{
    while let Some(digit) = letters.peek().and_then(|it| it.to_digit(10)) {
        number = number * 10 + digit;
        any = true;
        letters.next();
    }
    //}
    any.then_some(number)
}

fn main() {
    let mut letters = "42x".chars().peekable();
    println!("{:?} {:?}", number(&mut letters), number(&mut letters));
}
