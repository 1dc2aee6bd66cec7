//! What a closure would borrow while the value it is called for is still borrowed.
use std::collections::HashMap;

#[derive(Debug)]
struct Fault(String);

impl Fault {
    fn of(store: &Store, name: &str) -> Self {
        Self(format!("{} {name}", store.len()))
    }
}

struct Store {
    all: HashMap<String, Vec<u8>>,
    spare: Vec<u8>,
    asked: usize,
}

impl Store {
    fn len(&self) -> usize {
        self.all.len()
    }

    fn change(&mut self, name: &str) -> Result<&mut Vec<u8>, String> {
        println!("change");
        match self.all.get_mut(name) {
            Some(found) => Ok(found),
            None => Err(name.to_string()),
        }
    }

    fn count(&mut self, name: &str) -> Result<usize, String> {
        let mut found = self.all.remove(name);
        match found.take() {
            Some(list) => Ok(list.len()),
            None => Err(format!("{} {name}", self.asked)),
        }
    }

    fn look(&self, name: &str) -> Result<&Vec<u8>, Fault> {
        println!("look");
        match self.all.get(name) {
            Some(found) => Ok(found),
            None => Err(Fault::of(self, name)),
        }
    }

    fn pop(&mut self) -> Result<u8, Fault> {
        println!("pop");
        match self.spare.pop() {
            Some(last) => Ok(last),
            None => Err(Fault::of(self, "pop")),
        }
    }

    fn step(&mut self) -> Option<usize> {
        let spare = &mut self.spare;
        spare.push(1);
        if spare.len() > 1 {
            Some(self.bump())
        } else {
            None
        }
    }

    fn bump(&mut self) -> usize {
        self.asked += 1;
        self.asked
    }

    fn later(&mut self, is_open: bool) -> usize {
        let first = &mut self.spare;
        let bumped = if is_open { Some(self.asked + 1) } else { None };
        first.push(2);
        bumped.unwrap_or_default()
    }
}

fn given(is_open: bool, mut list: Vec<u8>) -> Option<Vec<u8>> {
    list.push(3);
    let copy = if is_open { Some(list.clone()) } else { None };
    list.push(4);
    println!("{list:?}");
    copy
}

fn kept(is_open: bool) -> Vec<Option<Vec<u8>>> {
    let mut all = Vec::new();
    let mut list = vec![1];
    for number in 0..2 {
        let one = if is_open {
            Some(list.split_off(1))
        } else {
            None
        };
        all.push(one);
        list.push(number);
    }
    all
}

fn main() {
    let mut store = Store {
        all: HashMap::from([("a".to_owned(), vec![1])]),
        spare: vec![],
        asked: 0,
    };
    println!("{:?}", store.change("a"));
    println!("{:?}", store.change("b"));
    println!("{:?} {:?}", store.look("a").is_ok(), store.look("b").err());
    println!("{:?} {:?}", store.count("a"), store.count("b"));
    println!("{:?} {:?}", store.pop(), store.pop());
    println!("{:?} {:?}", store.step(), store.step());
    println!("{} {}", store.later(true), store.later(false));
    println!("{:?} {:?}", given(true, vec![]), given(false, vec![]));
    println!("{:?} {:?}", kept(true), kept(false));
}
