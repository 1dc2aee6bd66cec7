//! Locks and borrows that last as long as what was taken from them is looked at.
use std::{
    cell::RefCell,
    sync::{Mutex, RwLock},
};

struct Store {
    names: Mutex<Vec<&'static str>>,
    sizes: RwLock<Vec<usize>>,
    seen: RefCell<Vec<usize>>,
}

impl Store {
    fn is_free(&self) -> bool {
        self.names.try_lock().is_ok()
    }

    fn is_readable(&self) -> bool {
        self.sizes.try_read().is_ok()
    }
}

fn first(store: &Store) -> usize {
    let name = match store.names.lock().unwrap().first().copied() {
        Some(name) => name,
        None => {
            println!("free: {}", store.is_free());
            return 0;
        }
    };
    println!("free: {}", store.is_free());
    name.len()
}

fn show(store: &Store) {
    println!("show");
    if let Some(size) = store.sizes.write().unwrap().pop() {
        println!("readable: {}", store.is_readable());
        println!("{size}");
        println!("done");
    }
}

fn count(store: &Store) -> usize {
    if let Some(size) = store.seen.borrow().last() {
        println!("borrowed: {}", store.seen.try_borrow_mut().is_err());
        return *size;
    } else {
        println!("borrowed: {}", store.seen.try_borrow_mut().is_err());
        store.seen.borrow_mut().push(4);
        store.seen.borrow().len()
    }
}

fn drain(store: &Store) {
    for round in 0..3 {
        if !store.names.lock().unwrap().is_empty() {
            let name = store.names.lock().unwrap().pop();
            println!("{round}: {name:?}");
            println!("free: {}", store.is_free());
            println!("left: {}", store.names.lock().unwrap().len())
        }
    }
}

fn main() {
    for names in [vec![], vec!["Ann", "Bo"]] {
        let sizes = names.iter().map(|name| name.len()).collect();
        let store = Store {
            names: Mutex::new(names),
            sizes: RwLock::new(sizes),
            seen: RefCell::default(),
        };
        println!("{}", first(&store));
        show(&store);
        println!("{} {}", count(&store), count(&store));
        drain(&store);
    }
}
