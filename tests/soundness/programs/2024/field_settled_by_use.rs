//! A generic field that is given a type by one block and used by the other.
#[derive(Default)]
struct Shelf<T> {
    top: Option<T>,
    rest: Vec<u8>,
}

fn stack(is_first: bool) {
    let mut shelf = Shelf {
        top: None,
        rest: vec![1_u8],
    };
    if is_first {
        shelf.top = Some(String::from("book"));
    } else {
        println!("{:?}", shelf.top.as_ref().map(String::len));
        return;
    }
    println!("{:?} {}", shelf.top, shelf.rest.len());
}

fn ask<T: Default>(answer: impl Fn(T)) {
    answer(T::default());
}

fn main() {
    stack(true);
    stack(false);
    ask(|is_known| {
        if is_known {
            println!("known");
        } else {
            println!("unknown");
        }
    });
    ask(|(is_known, age): (_, u8)| {
        if is_known {
            println!("{age}");
        } else {
            println!("{age} or so");
        }
    });
}
