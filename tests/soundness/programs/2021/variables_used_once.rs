//! Variables that the next statement uses once: what is made when, what is dropped when, and what is borrowed meanwhile.
use std::cell::Cell;
use std::sync::Mutex;

#[derive(Debug, Clone, PartialEq)]
struct Loud(u8);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn loud(number: u8) -> Loud {
    println!("make {number}");
    Loud(number)
}

fn take(one: Loud, other: u8) -> u8 {
    println!("take {} {other}", one.0);
    one.0 + other
}

struct Counter {
    count: Cell<u8>,
    list: Vec<u8>,
    lock: Mutex<u8>,
}

impl Counter {
    fn next(&self) -> u8 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    fn add(&mut self, number: u8) -> usize {
        self.list.push(number);
        self.list.len()
    }

    fn steps(&mut self, start: u8) -> Result<u8, std::num::ParseIntError> {
        let first = self.next();
        self.list.push(first);
        let second = start + 1;
        let product = second * 2;
        println!("{product}");
        let length = self.list.len();
        println!("{}", self.add(length as u8));
        let locked = *self.lock.lock().unwrap();
        let freed = self.lock.try_lock().is_ok();
        println!("{locked} {freed}");
        let wide = u32::from(start);
        let shifted = wide << 2;
        println!("{shifted}");
        let parsed = "7".parse::<u8>()?;
        let sum = sum_of(1, parsed);
        let difference = sum - start;
        Ok(difference)
    }
}

fn sum_of(one: u8, other: u8) -> u8 {
    one + other
}

fn order(counter: &Counter) -> [u8; 2] {
    let second = counter.next();
    let pair = [counter.next(), second];
    let flag = counter.count.get() > 2;
    if flag {
        println!("more");
    }
    let late = counter.next();
    let both = counter.next() > 90 && late > 1;
    println!("{both}");
    pair
}

fn drops() -> u8 {
    let one = loud(1);
    let first = take(one, 1);
    let two = loud(2);
    let same = two == Loud(2);
    println!("{same} {first}");
    let three = loud(3);
    println!("{}", three.0);
    let four = loud(4);
    let kept = Some(four);
    println!("{}", kept.is_some());
    let five = loud(5);
    drop(five);
    let number = 300;
    let wide: u16 = number;
    let shadow = wide as u8;
    let shadow = shadow + 1;
    let closure = |add: u8| add;
    let closed = closure(shadow);
    let reference = &closed;
    *reference
}

fn shadowed(number: i32) -> i32 {
    let number = number - 1;
    let half = number / 2;
    let negative = -half;
    let all = negative * 3 - 1;
    let repeated = 2;
    for add in 0..repeated {
        println!("{add}");
    }
    let late = number + 1;
    {
        let number = 100;
        println!("{}", number + late);
    }
    all
}

fn main() {
    let mut counter = Counter {
        count: Cell::new(0),
        list: Vec::new(),
        lock: Mutex::new(3),
    };
    println!("{:?}", counter.steps(4));
    println!("{:?}", order(&counter));
    println!("{}", drops());
    println!("{}", shadowed(9));
}
