//! Branches that say what their conditions say: what is asked, in which order, and how often, is seen.
use std::cell::Cell;

struct Door {
    asked: Cell<u32>,
    is_open: bool,
    names: Vec<String>,
}

#[derive(Clone, Copy)]
enum State {
    Open,
    Ajar,
    Shut(u8),
}

impl Door {
    fn open(&self) -> bool {
        self.asked.set(self.asked.get() + 1);
        println!("open?");
        self.is_open
    }

    fn has(&self, name: &str) -> bool {
        println!("has {name}?");
        self.names.iter().any(|it| it == name)
    }

    fn first(&self) -> bool {
        let count = self.names.len();
        if self.names.contains(&count.to_string()) {
            return true;
        }
        false
    }

    fn second(&self) -> bool {
        if self.has("a") {
            return false;
        }
        true
    }

    fn third(&self) -> bool {
        if self.open() {
            return true;
        }
        self.has("b")
    }

    fn fourth(&self) -> bool {
        if !self.names.is_empty() {
            return false;
        }
        self.open()
    }

    fn fifth(&self) -> bool {
        if self.open() {
            self.has("c")
        } else {
            false
        }
    }

    fn sixth(&self) -> bool {
        if self.open() {
            false
        } else {
            self.has("d")
        }
    }

    fn seventh(&self) -> bool {
        if self.has("a") {
            return true;
        }
        if self.has("b") {
            return true;
        }
        false
    }

    fn eighth(&self) -> u32 {
        let is_good = if self.has("a") { true } else { self.open() };
        let is_bad = if self.has("b") {
            self.has("the first of some names") && self.open()
        } else {
            false
        };
        u32::from(is_good) + 2 * u32::from(is_bad) + 10 * self.asked.get()
    }
}

fn is_shut(state: State) -> bool {
    let wanted = state;
    if let State::Shut(1..=3) = wanted {
        return true;
    }
    false
}

fn is_wide(state: &State, door: &Door) -> bool {
    if let State::Open | State::Ajar = state {
        return true;
    }
    door.open()
}

fn main() {
    for is_open in [false, true] {
        for names in [vec![], vec!["a"], vec!["b", "2"], vec!["1", "c", "d"]] {
            let door = Door {
                asked: Cell::new(0),
                is_open,
                names: names.into_iter().map(str::to_owned).collect(),
            };
            println!("{} {} {}", door.first(), door.second(), door.third());
            println!("{} {} {}", door.fourth(), door.fifth(), door.sixth());
            println!("{} {}", door.seventh(), door.eighth());
            for state in [State::Open, State::Ajar, State::Shut(2), State::Shut(9)] {
                println!("{} {}", is_shut(state), is_wide(&state, &door));
            }
        }
    }
}
