//! Branches that end alike: what is done behind them, with which names, and what is dropped when, is seen.
use std::cell::{Cell, RefCell};
use std::sync::Mutex;

struct Loud(u8);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

struct Log {
    lines: Vec<String>,
    count: u32,
    lock: Mutex<u32>,
    cell: RefCell<u32>,
}

impl Log {
    fn say(&mut self, text: &str) {
        println!("say {text}");
        self.lines.push(text.to_owned());
        self.count += 1;
    }

    fn end(&mut self, number: u32) -> u32 {
        println!("end {number} {}", self.lock.try_lock().is_ok());
        self.count + number
    }

    fn plain(&mut self, number: u32) -> u32 {
        if number == 1 {
            self.say("one");
            self.say("more");
            self.end(number)
        } else if number == 2 {
            self.say("two");
            self.say("more");
            self.end(number)
        } else {
            println!("none");
            return 9;
        }
    }

    fn early(&mut self, number: Option<u32>) {
        match number {
            Some(1) => {
                if self.count > 3 {
                    return;
                }
                self.say("one");
                self.say("early");
                self.end(1);
            }
            Some(_) => {
                self.say("other");
                self.say("early");
                self.end(1);
            }
            None => return,
        }
        println!("late");
    }

    fn shadowed(&mut self, number: u32) -> u32 {
        let text = "outer";
        if number == 1 {
            let text = "inner";
            self.say("own");
            self.say(text);
            self.end(number);
        } else {
            self.say("none");
            self.say(text);
            self.end(number);
        }
        self.count
    }

    fn captured(&mut self, number: Option<u32>) {
        let value = 7;
        if let Some(value) = number {
            self.say("some");
            println!("captured {value}");
            self.end(1);
        } else {
            self.say("none");
            println!("captured {value}");
            self.end(1);
        }
    }

    fn dropping(&mut self, number: u32) {
        if number == 1 {
            let _own = Loud(1);
            self.say("loud");
            self.say("dropping");
            self.end(2);
        } else {
            self.say("quiet");
            self.say("dropping");
            self.end(2);
        }
    }

    fn bound(&mut self, own: Option<Loud>) {
        match own {
            Some(own) => {
                println!("{}", own.0);
                self.say("bound");
                self.end(2);
            }
            None => {
                println!("none");
                self.say("bound");
                self.end(2);
            }
        }
    }
}

fn locked(log: &Log, number: u32) {
    if number == 1 {
        let guard = log.lock.lock().unwrap();
        println!("held {guard}");
        println!("free: {}", log.lock.try_lock().is_ok());
        println!("locked {number}");
    } else {
        println!("not held");
        println!("free: {}", log.lock.try_lock().is_ok());
        println!("locked {number}");
    }
}

fn borrowed(log: &Log) {
    match *log.cell.borrow() {
        0 => {
            println!("zero");
            println!("free: {}", log.cell.try_borrow_mut().is_ok());
            println!("borrowed");
        }
        _ => {
            println!("more");
            println!("free: {}", log.cell.try_borrow_mut().is_ok());
            println!("borrowed");
        }
    }
}

fn settled(number: u32) -> u32 {
    let mut all = Vec::new();
    if number == 1 {
        println!("one");
        all.push(number);
        println!("pushed");
    } else {
        all.push(2);
        println!("{}", all[0].count_ones());
        all.push(number);
        println!("pushed");
    }
    all.iter().sum()
}

fn set_late(number: u32) -> u32 {
    let value;
    let count = Cell::new(0);
    match number {
        1 => {
            value = 10;
            count.set(count.get() + 1);
            println!("{value}");
        }
        _ => {
            value = 20;
            count.set(count.get() + 1);
            println!("{value}");
        }
    }
    value + count.get()
}

fn items(number: u32) {
    fn told() -> u32 {
        1
    }
    if number == 1 {
        fn told() -> u32 {
            2
        }
        println!("own");
        println!("told {}", told());
        println!("items");
    } else {
        println!("outer");
        println!("told {}", told());
        println!("items");
    }
}

fn main() {
    let mut log = Log {
        lines: Vec::new(),
        count: 0,
        lock: Mutex::new(0),
        cell: RefCell::new(0),
    };
    for number in 0..3 {
        println!("{}", log.plain(number));
        log.early(Some(number));
        log.early(None);
        println!("{}", log.shadowed(number));
        log.captured(Some(number));
        log.captured(None);
        log.dropping(number);
        log.bound(Some(Loud(3)));
        log.bound(None);
        locked(&log, number);
        borrowed(&log);
        println!("{} {}", settled(number), set_late(number));
        items(number);
    }
    println!("{}", log.lines.len());
}
