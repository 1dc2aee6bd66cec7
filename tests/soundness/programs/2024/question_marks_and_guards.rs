//! A `?` keeps what its value borrows from to the end of the statement, an `if let` of this edition drops it before the `else`.
use std::collections::HashMap;
use std::sync::Mutex;

struct Loud<'a>(&'a str);

impl Drop for Loud<'_> {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

impl Loud<'_> {
    fn get(&self, at: usize) -> Option<u8> {
        self.0.bytes().nth(at)
    }
}

#[derive(Debug)]
struct Fault(String);

impl Fault {
    fn new(text: &str) -> Self {
        println!("fault {text}");
        Fault(text.to_owned())
    }
}

struct Store {
    values: Mutex<HashMap<String, u8>>,
}

impl Store {
    fn of(&self, key: &str) -> Result<u8, Fault> {
        let value = if let Some(value) = self.values.lock().unwrap().get(key) {
            *value
        } else {
            return Err(Fault::new(key));
        };
        let same = match self.values.lock().unwrap().get(key).copied() {
            Some(same) => same,
            None => return Err(Fault::new(self.describe())),
        };
        let third = if let Some(third) = self.values.lock().unwrap().get(key).copied() {
            third
        } else {
            return Err(Fault::new(self.describe()));
        };
        Ok(value + same + third)
    }

    fn describe(&self) -> &'static str {
        "a store"
    }

    async fn later(&self, key: &str) -> Option<u8> {
        let value = match self.values.lock().unwrap().get(key).copied() {
            Some(value) => value,
            None => return None,
        };
        let block = async {
            let value = match self.values.lock().unwrap().get(key).copied() {
                Some(value) => value,
                None => return None,
            };
            Some(value)
        };
        drop(block);
        Some(value)
    }
}

fn late(word: &str) -> Result<u8, Fault> {
    let value = if let Some(value) = Loud(word).get(1) {
        value
    } else {
        return Err(Fault::new("late"));
    };
    println!("between");
    let other = match Loud(word).get(1) {
        Some(other) => other,
        None => return Err(Fault::new("never")),
    };
    println!("after");
    Ok(value + other)
}

fn tail(word: &str) -> Option<u8> {
    let loud = Loud("local");
    println!("{}", loud.0);
    if let Some(value) = Loud(word).get(1) {
        Some(value)
    } else {
        None
    }
}

fn nothing(word: &str) -> Option<u8> {
    let Some(value) = Loud(word).get(1) else {
        return None;
    };
    println!("some");
    Some(value)
}

fn main() {
    let store = Store {
        values: Mutex::new(HashMap::from([("a".to_owned(), 1)])),
    };
    for key in ["a", "b"] {
        println!("{:?}", store.of(key));
        drop(store.later(key));
    }
    for word in ["ab", "a"] {
        println!("{:?} {:?} {:?}", late(word), tail(word), nothing(word));
    }
}
