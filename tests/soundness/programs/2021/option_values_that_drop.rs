//! What would be dropped at another time, or made where it isn't needed, is seen.
use std::sync::Mutex;

struct Loud(u8);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn made(is_open: bool) -> Option<Loud> {
    if is_open {
        Some(Loud(1))
    } else {
        None
    }
}

fn moved(is_open: bool, loud: Loud) -> Option<Loud> {
    let other = Loud(loud.0 + 1);
    println!("moved {}", other.0);
    if is_open {
        Some(loud)
    } else {
        None
    }
}

fn held(is_open: bool, loud: Loud) {
    let kept = if is_open { Some(loud) } else { None };
    println!("held {}", kept.is_some());
}

fn locked(numbers: &Mutex<Vec<u8>>) -> Option<u8> {
    println!("locked");
    if numbers.lock().unwrap().is_empty() {
        Some(numbers.lock().unwrap().len() as u8)
    } else {
        None
    }
}

fn failed(number: usize) -> Result<u8, Loud> {
    match u8::try_from(number) {
        Ok(small) => Ok(small),
        Err(_) => Err(Loud(9)),
    }
}

fn missing(numbers: &[u8]) -> Result<&u8, Loud> {
    println!("missing");
    match numbers.first() {
        Some(first) => Ok(first),
        None => Err(Loud(7)),
    }
}

fn main() {
    println!("{}", made(true).is_some());
    println!("{}", made(false).is_some());
    println!("{}", moved(true, Loud(3)).is_some());
    println!("{}", moved(false, Loud(5)).is_some());
    held(true, Loud(20));
    held(false, Loud(21));
    println!("{:?}", locked(&Mutex::new(vec![])));
    println!("{:?}", failed(3).is_ok());
    println!("{:?}", failed(300).is_ok());
    println!("{:?}", missing(&[1]).is_ok());
    println!("{:?}", missing(&[]).is_ok());
}
