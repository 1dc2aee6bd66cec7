//! Names that look like the standard library's, and conditions that do more than ask.
use std::collections::HashMap;
use std::sync::Mutex;

struct Arena {
    items: Vec<u8>,
}

impl<'a> IntoIterator for &'a Arena {
    type Item = u8;
    type IntoIter = std::vec::IntoIter<u8>;

    fn into_iter(self) -> Self::IntoIter {
        println!("into");
        self.items.clone().into_iter()
    }
}

impl Arena {
    fn iter(&self) -> std::slice::Iter<'_, u8> {
        println!("iter");
        self.items.iter()
    }

    fn lines(&self) -> Vec<u8> {
        self.items.clone()
    }
}

struct Holder {
    arena: Arena,
    all: Mutex<Vec<u8>>,
    boxes: Vec<Box<str>>,
}

struct Guard<'a>(&'a Mutex<Vec<u8>>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        println!("free: {}", self.0.try_lock().is_ok());
    }
}

impl Holder {
    fn in_arena(&self, wanted: u8) -> bool {
        for one in &self.arena {
            if one.is_power_of_two() && one > wanted {
                return true;
            }
        }
        false
    }

    fn in_lines(&self, wanted: u8) -> bool {
        for one in self.arena.lines() {
            if one > wanted {
                return true;
            }
        }
        false
    }

    fn in_lock(&self, wanted: u8) -> bool {
        let _guard = Guard(&self.all);
        for one in self.all.lock().unwrap().iter() {
            if *one > wanted {
                return true;
            }
        }
        false
    }

    fn first_box(&self) -> Option<&str> {
        let mut found = None;
        for one in self.boxes.iter() {
            if one.len() > 1 {
                found = Some(one);
                break;
            }
        }
        found.map(|one| &**one)
    }
}

fn parsed(words: &[&str]) -> Result<bool, std::num::ParseIntError> {
    let mut found = false;
    for word in words {
        if word.parse::<u8>()? > 7 {
            found = true;
            break;
        }
    }
    Ok(found)
}

fn counted(words: &[&str]) -> (bool, usize) {
    let mut asked = 0;
    let mut found = false;
    for word in words {
        if {
            asked += 1;
            word.is_empty()
        } {
            found = true;
            break;
        }
    }
    (found, asked)
}

fn whole(words: &[&str], log: &mut Vec<String>) -> bool {
    let mut found = false;
    for word in words {
        if told(log, word) {
            found = true;
        }
    }
    found
}

fn told(log: &mut Vec<String>, word: &str) -> bool {
    log.push(word.to_owned());
    word.len() > 2
}

fn later(words: &[&str]) -> bool {
    let mut found = false;
    for word in words {
        if word.len() > 2 {
            found = true;
            break;
        }
    }
    if words.len() > 3 {
        found = !found;
    }
    found
}

fn reborrowed(words: &[&str], log: &mut Vec<String>) -> bool {
    for word in words {
        if told(log, word) && log.len() > 1 {
            return true;
        }
    }
    false
}

fn is_long(word: &&str) -> bool {
    word.len() > 2
}

fn by_name(words: &[&str]) -> bool {
    for word in words {
        if is_long(word) {
            return true;
        }
    }
    false
}

fn keyed(map: &HashMap<u8, String>) -> bool {
    for (key, value) in map.iter() {
        if value.len() == usize::from(*key) {
            return true;
        }
    }
    false
}

macro_rules! leave {
    ($word:expr) => {
        match $word {
            "" => return false,
            word => word.len() > 2,
        }
    };
}

fn leaves(words: &[&str]) -> bool {
    for word in words {
        if leave!(*word) {
            return true;
        }
    }
    false
}

fn nested(rows: &[Vec<u8>]) -> bool {
    for row in rows {
        let mut full = true;
        for cell in row {
            if cell.leading_zeros() > 7 {
                full = false;
                break;
            }
        }
        if full {
            return true;
        }
    }
    false
}

fn main() {
    let holder = Holder {
        arena: Arena {
            items: vec![1, 2, 8],
        },
        all: Mutex::new(vec![3, 9]),
        boxes: vec!["a".into(), "bc".into()],
    };
    println!("{} {}", holder.in_arena(4), holder.in_arena(200));
    println!("{} {}", holder.in_lines(4), holder.in_lock(4));
    println!("{:?} {}", holder.first_box(), holder.arena.iter().count());
    println!("{:?} {:?}", parsed(&["1", "9"]), parsed(&["x", "9"]));
    println!("{:?} {:?}", counted(&["a", "", "b"]), counted(&["a"]));
    let mut log = Vec::new();
    println!("{} {}", whole(&["one", "two"], &mut log), log.len());
    println!("{} {}", later(&["one"]), later(&["a", "b", "c", "one"]));
    println!("{} {:?}", reborrowed(&["x", "one"], &mut log), log);
    println!("{} {}", by_name(&["a", "one"]), by_name(&[]));
    println!("{}", keyed(&HashMap::from([(1, "a".to_owned())])));
    println!("{} {}", leaves(&["a", "", "one"]), leaves(&["one"]));
    println!("{}", nested(&[vec![1, 0], vec![2, 3]]));
}
