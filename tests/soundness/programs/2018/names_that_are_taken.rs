//! Everything that a new name could collide with: statics, unit structures, parameters of constants, imports by a glob.
#![allow(non_upper_case_globals, non_camel_case_types)]

mod switches {
    pub static should_print: bool = true;
    pub static is_over_limit: bool = false;

    pub fn are_on() -> bool {
        should_print && !is_over_limit
    }
}

#[allow(unused_imports)]
use self::switches::*;

struct should_push;

struct Printer<const should_call: bool>;

impl<const should_call: bool> Printer<should_call> {
    fn print(&self, page: u8, is_last: bool) {
        if page > 1 && is_last || page == 7 {
            call(page);
        }
    }
}

fn call(page: u8) {
    println!("page {}", page);
}

fn push(list: &mut Vec<u8>, page: u8, is_last: bool) {
    let _ = should_push;
    if page > 1 && is_last || list.is_empty() {
        list.push(page);
    }
    if page > 1 && list.len() > 1 || is_last {
        println!("long");
    }
}

fn main() {
    let mut list = Vec::new();
    for page in 0..4 {
        Printer::<true>.print(page, page == 3);
        push(&mut list, page, page == 2);
    }
    println!("{:?} {}", list, are_on());
}
