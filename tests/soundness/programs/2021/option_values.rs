//! Values that `then`, `ok_or`, `unwrap_or_else`, `and_then`, `map` and `map_err` give; what is made, and when, is seen.
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq)]
struct Note(String);

impl Note {
    fn new(text: &str, number: usize) -> Self {
        println!("note {text} {number}");
        Self(format!("{text}{number}"))
    }

    fn tail(&self) -> Option<&str> {
        println!("tail");
        self.0.get(1..)
    }

    fn halved(self) -> Result<Note, Problem> {
        println!("halved");
        if self.0.len() > 3 {
            return Err(Problem::Long(self.0.len()));
        }
        Ok(self)
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Problem {
    Missing,
    Long(usize),
    Named(String),
    Number(std::num::TryFromIntError),
}

impl Problem {
    fn named(name: &str, number: usize) -> Self {
        println!("problem {name}");
        Self::Named(format!("{name}-{number}"))
    }
}

struct Shelf {
    notes: Vec<Note>,
    by_name: HashMap<String, usize>,
    taken: usize,
}

impl Shelf {
    fn take_one(&mut self) -> Note {
        self.taken += 1;
        Note::new("taken", self.taken)
    }

    fn taken_at_most(&mut self, limit: usize) -> Option<Note> {
        if self.taken < limit {
            Some(self.take_one())
        } else {
            None
        }
    }

    fn second(&mut self) -> Option<&mut Note> {
        if self.notes.len() > 1 {
            Some(&mut self.notes[1])
        } else {
            None
        }
    }

    fn notes_of(&mut self, is_open: bool) -> Option<std::slice::IterMut<'_, Note>> {
        println!("notes");
        if is_open {
            Some(self.notes.iter_mut())
        } else {
            None
        }
    }

    fn number_of(&self, name: &str) -> Result<&usize, Problem> {
        match self.by_name.get(name) {
            Some(number) => Ok(number),
            None => Err(Problem::Missing),
        }
    }

    fn last_tail(&self) -> Option<&str> {
        match self.notes.last() {
            Some(note) => note.tail(),
            None => None,
        }
    }

    fn popped(&mut self) -> Note {
        match self.notes.pop() {
            Some(note) => note,
            None => Note::new("made for nothing at all", 4),
        }
    }
}

fn small(number: usize) -> Result<u8, Problem> {
    match u8::try_from(number) {
        Ok(small) => Ok(small),
        Err(error) => Err(Problem::Number(error)),
    }
}

fn checked(number: usize, name: &str) -> Result<usize, Problem> {
    match number.checked_sub(3) {
        Some(rest) => Ok(rest),
        None => Err(Problem::named(name, 3)),
    }
}

fn doubled(number: usize) -> Result<u16, Problem> {
    let found = small(number);
    match small(number) {
        Ok(small) => Ok(u16::from(small) + found.map_or(1, u16::from)),
        Err(error) => Err(error),
    }
}

fn halves(note: Option<Note>, is_open: bool) -> Option<Note> {
    let kept = if is_open { note.clone() } else { None };
    println!("{kept:?}");
    note
}

fn indexed(all: &[u8], at: usize) -> Option<u8> {
    if at < all.len() {
        Some(all[at])
    } else {
        None
    }
}

fn divided(by: u8) -> Option<u8> {
    if by != 0 {
        Some(100 / by)
    } else {
        None
    }
}

fn described(number: usize) -> Option<String> {
    let described = if number > 3 {
        Some(format!("{number} is more than three"))
    } else {
        None
    };
    println!("{described:?}");
    described
}

fn constant(number: usize) -> Option<Problem> {
    if number > 3 && number < 9 || number == 100 {
        return None;
    }
    if number.is_power_of_two() {
        Some(Problem::Long(number))
    } else {
        None
    }
}

fn main() {
    let mut shelf = Shelf {
        notes: vec![Note("ab".to_owned()), Note("cdef".to_owned())],
        by_name: HashMap::from([("one".to_owned(), 1)]),
        taken: 0,
    };
    for _ in 0..3 {
        println!("{:?}", shelf.taken_at_most(2));
    }
    println!("{:?}", shelf.second());
    println!("{:?}", shelf.notes_of(true).map(|notes| notes.count()));
    println!("{:?}", shelf.notes_of(false).map(|notes| notes.count()));
    println!("{:?} {:?}", shelf.number_of("one"), shelf.number_of("two"));
    println!("{:?}", shelf.last_tail());
    for _ in 0..3 {
        println!("{:?}", shelf.popped().halved());
    }
    println!("{:?}", shelf.last_tail());
    println!("{:?} {:?}", small(3), small(300));
    println!("{:?} {:?}", checked(3, "a"), checked(2, "a"));
    println!("{:?} {:?}", doubled(3), doubled(300));
    println!("{:?}", halves(Some(Note::new("x", 1)), true));
    println!("{:?} {:?}", indexed(&[1, 2], 1), indexed(&[1, 2], 2));
    println!("{:?} {:?}", divided(3), divided(0));
    println!("{:?} {:?}", described(3), described(4));
    println!("{:?} {:?}", constant(16), constant(3));
}
