//! Branches that assign to one place: what is dropped when, what borrows from what, and what is declared where.
use std::cell::RefCell;
use std::sync::Mutex;

#[derive(Default)]
struct State {
    count: usize,
    name: String,
    text: &'static str,
    list: Vec<u8>,
    boxed: Option<Box<u32>>,
    lock: Mutex<usize>,
    cell: RefCell<Vec<usize>>,
}

impl State {
    fn set(&mut self, number: usize) -> usize {
        if number == 1 {
            self.count = 10;
        } else {
            self.count = 20;
        }
        match number {
            1 => {
                self.name = "one".to_owned();
            }
            2 => self.name = format!("two {}", self.count),
            3 => return 3,
            _ => {
                // Any other.
                let other = number.to_string();
                self.name = other + "!";
            }
        }
        if number > 2 {
            println!("large");
            self.text = "large";
        } else if number == 0 {
            panic!("none");
        } else {
            self.text = "small"; // As most are.
        }
        self.count + self.name.len() + self.text.len()
    }

    fn take(&mut self) {
        match self.boxed.take() {
            Some(boxed) if *boxed > 3 => self.count = *boxed as usize,
            Some(_) => self.count = self.list.len(),
            None => self.count = self.lock.lock().unwrap().saturating_add(1),
        }
        if let Some(first) = self.list.first() {
            self.count = usize::from(*first) + self.count;
        } else {
            self.count = self.cell.borrow().len();
        }
        if self.count > 1 {
            let cell = &self.cell;
            self.count = cell.borrow().iter().sum();
        } else {
            self.count = 4;
        }
    }
}

fn declared(number: u8) -> String {
    let label;
    if number == 1 {
        label = "one";
    } else {
        label = "other";
    }
    let mut size: usize;
    match number {
        1 => size = 1,
        2 => {
            println!("two");
            size = 2;
        }
        _ => return "none".to_owned(),
    }
    size += 1;
    let shadow;
    if number == 1 {
        let number = 5;
        shadow = number;
    } else {
        shadow = number;
        println!("{shadow}");
    }
    let wide: &[u8];
    if number == 1 {
        wide = &[1, 2];
    } else {
        wide = &[3];
    }
    format!("{label} {size} {shadow} {}", wide.len())
}

fn pointed(target: &mut u32, flag: bool) {
    if flag {
        *target = 1;
    } else {
        *target = 2;
    }
    if flag {
        let target = &mut 5;
        *target = 1;
        println!("{target}");
    } else {
        *target = 7;
    }
}

fn coerced(flag: bool) -> usize {
    let mut parts: Box<dyn Fn(usize) -> usize> = Box::new(|n| n);
    if flag {
        parts = Box::new(|n| n + 1);
    } else {
        parts = Box::new(move |n| n * 2);
    }
    let show: Option<&dyn std::fmt::Display>;
    if flag {
        show = Some(&1);
    } else {
        show = Some(&"x");
    }
    println!("{}", show.unwrap());
    parts(4)
}

fn main() {
    let mut state = State::default();
    for number in [1, 2, 3, 4] {
        println!("{} {}", state.set(number), state.name);
    }
    state.boxed = Some(Box::new(9));
    state.list = vec![1];
    state.take();
    println!("{}", state.count);
    state.list.clear();
    state.take();
    println!("{}", state.count);
    for number in [1, 2, 3] {
        println!("{}", declared(number));
    }
    let mut target = 0;
    pointed(&mut target, true);
    println!("{target}");
    pointed(&mut target, false);
    println!("{target} {} {}", coerced(true), coerced(false));
}
