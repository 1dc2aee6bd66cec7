//! Functions that stand word for word twice: what they give, count and drop is seen.
use std::cell::Cell;
use std::fmt::Display;

struct Loud(u8);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn total(values: &[u32]) -> u32 {
    let odd = values.iter().filter(|value| *value % 2 == 1);
    odd.sum()
}

pub fn revenue(values: &[u32]) -> u32 {
    let odd = values.iter().filter(|value| *value % 2 == 1);
    odd.sum()
}

fn taken(first: Loud, second: Loud) {
    println!("take {}", second.0);
    let _first = first;
    println!("end");
}

fn consumed(first: Loud, second: Loud) {
    println!("take {}", second.0);
    let _first = first;
    println!("end");
}

fn longest<'a>(one: &'a str, other: &'a str) -> &'a str {
    println!("compare");
    if one.len() < other.len() { other } else { one }
}

fn wider<'a>(one: &'a str, other: &'a str) -> &'a str {
    println!("compare");
    if one.len() < other.len() { other } else { one }
}

fn shown<T: Display, const N: usize>(values: [T; N]) -> String {
    let all = values.iter().map(|value| value.to_string());
    all.collect::<Vec<_>>().join(",")
}

fn listed<T: Display, const N: usize>(values: [T; N]) -> String {
    let all = values.iter().map(|value| value.to_string());
    all.collect::<Vec<_>>().join(",")
}

fn evens(up_to: u32) -> impl Iterator<Item = u32> {
    println!("evens");
    (0..up_to).filter(|n| n % 2 == 0)
}

fn pairs(up_to: u32) -> impl Iterator<Item = u32> {
    println!("evens");
    (0..up_to).filter(|n| n % 2 == 0)
}

fn down(from: u32) -> u32 {
    println!("down {from}");
    if from == 0 { 0 } else { lower(from - 1) }
}

fn lower(from: u32) -> u32 {
    println!("down {from}");
    if from == 0 { 0 } else { lower(from - 1) }
}

fn first_place() -> u32 {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

fn second_place() -> u32 {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

struct Counter {
    count: Cell<u32>,
    names: Vec<String>,
}

impl Counter {
    fn note(&mut self, name: &str) -> &str {
        self.count.set(self.count.get() + 1);
        self.names.push(name.to_owned());
        &self.names[0]
    }

    fn record(&mut self, name: &str) -> &str {
        self.count.set(self.count.get() + 1);
        self.names.push(name.to_owned());
        &self.names[0]
    }

    fn size(&self) -> usize {
        println!("size {}", self.count.get());
        self.names.len()
    }

    fn extent(&self) -> usize {
        println!("size {}", self.count.get());
        self.names.len()
    }

    fn made(name: String) -> Self {
        println!("new");
        Self { count: Cell::new(1), names: vec![name] }
    }

    fn with(name: String) -> Self {
        println!("new");
        Self { count: Cell::new(1), names: vec![name] }
    }

    fn into_names(self) -> Vec<String> {
        println!("names");
        self.names
    }

    fn taken_names(self) -> Vec<String> {
        println!("names");
        self.names
    }
}

trait Size {
    fn size(&self) -> usize {
        println!("own");
        1
    }

    fn length(&self) -> usize {
        println!("own");
        1
    }
}

struct Two;

impl Size for Two {
    fn size(&self) -> usize {
        2
    }
}

fn main() {
    println!("{} {}", total(&[1, 2, 3]), revenue(&[3, 4, 5]));
    taken(Loud(1), Loud(2));
    consumed(Loud(3), Loud(4));
    println!("{} {}", longest("a", "bc"), wider("abc", "de"));
    println!("{} {}", shown([1, 2]), listed(["a", "b", "c"]));
    println!("{:?} {:?}", evens(5).collect::<Vec<_>>(), pairs(7).collect::<Vec<_>>());
    println!("{} {}", down(2), lower(1));
    println!("{} {} {}", first_place(), first_place(), second_place());
    let mut counter = Counter::made("a".to_owned());
    println!("{} ", counter.note("b"));
    println!("{} ", counter.record("c"));
    println!("{} {}", counter.size(), counter.extent());
    println!("{:?} {:?}", counter.into_names(), Counter::with("d".to_owned()).taken_names());
    println!("{} {}", Two.size(), Two.length());
}
