//! A short branch at the end of a function is returned early: what is dropped, and when, stays.
use std::cell::RefCell;

struct Seen(&'static str);

impl Drop for Seen {
    fn drop(&mut self) {
        println!("{} goes", self.0);
    }
}

impl Seen {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn is_long(&self) -> bool {
        self.0.len() > 4
    }
}

fn made(name: &'static str) -> Seen {
    println!("{name} is made");
    Seen(name)
}

fn rest(list: &RefCell<Vec<u8>>, number: usize) -> Option<usize> {
    let _outer = Seen("outer");
    if number > 2 && made("condition").len() > number {
        let inner = Seen("inner");
        list.borrow_mut().push(1);
        // Kept.
        let _other = made("other");
        Some(inner.len() + list.borrow().len())
    } else {
        None
    }
}

fn first(list: &RefCell<Vec<u8>>) -> Result<usize, String> {
    let _outer = Seen("outer");
    if list.borrow().is_empty() {
        // Nothing to do.
        Ok(0)
    } else {
        let inner = made("inner");
        list.borrow_mut().pop();
        println!("{} left", list.borrow().len());
        Ok(inner.len())
    }
}

fn matched(value: Option<Seen>) -> Result<usize, String> {
    let _outer = Seen("outer");
    if let Some(seen) = value {
        let inner = made("inner");
        println!("{}", seen.len());
        Ok(inner.len() + seen.len())
    } else {
        Err(String::from("none"))
    }
}

fn lent(list: &RefCell<Vec<u8>>) -> Result<u8, String> {
    let _outer = Seen("outer");
    if let Some(first) = list.borrow().first() {
        let inner = made("inner");
        println!("{first}");
        Ok(*first + u8::try_from(inner.len()).unwrap_or(0))
    } else {
        Err(String::new())
    }
}

fn short_first(number: Option<u8>) -> Vec<u8> {
    if let None = number {
        Vec::new()
    } else {
        let mut all = vec![1];
        all.extend(number);
        println!("{}", all.len());
        all
    }
}

fn asked(seen: &Seen, other: Option<&Seen>) -> bool {
    if !seen.is_long() {
        return false;
    }
    let Some(other) = other else {
        return false;
    };
    other.len() > seen.len()
}

fn asked_of_list(list: &[Seen], at: usize) -> bool {
    let _outer = Seen("outer");
    let Some(seen) = list.get(at) else {
        return true;
    };
    seen.is_long()
}

fn kept(list: &RefCell<Vec<u8>>) -> bool {
    let _outer = Seen("outer");
    match list.borrow().get(1) {
        Some(held) => held.is_power_of_two(),
        None => false,
    }
}

fn stands_in(list: &RefCell<Vec<u8>>, number: u8) -> u8 {
    let mut number = number;
    if number > 2 {
        number = match list.borrow().first().copied() {
            Some(held) => held,
            None => number,
        };
    }
    number
}

fn main() {
    let list = RefCell::new(vec![3, 4]);
    for number in [1, 3, 30] {
        println!("{:?}", rest(&list, number));
        println!("{:?}", first(&list));
        println!("{:?}", lent(&list));
        println!("{}", kept(&list));
        println!("{}", stands_in(&list, 7));
    }
    println!("{:?}", matched(Some(Seen("held"))));
    println!("{:?}", matched(None));
    println!("{:?} {:?}", short_first(None), short_first(Some(2)));
    let both = [Seen("a long one"), Seen("short")];
    for at in 0..3 {
        println!("{}", asked_of_list(&both, at));
        println!("{}", asked(&both[0], both.get(at)));
        println!("{}", asked(&both[1], both.get(at)));
    }
}
