//! Implementations that say what deriving does, or nearly that: what is made, cloned, compared, hashed and shown stays.
use std::{
    cell::Cell,
    collections::{hash_map::DefaultHasher, HashMap},
    fmt,
    hash::{Hash, Hasher},
    rc::Rc,
};

#[derive(Debug)]
struct Settings {
    depth: u8,
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    parent: Option<Box<Settings>>,
    ratio: f64,
    seen: Cell<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            names: Vec::new(),
            depth: 0u8,
            by_name: HashMap::new(),
            parent: None,
            ratio: 0.0,
            seen: Cell::new(0),
        }
    }
}

struct Shared<'a>(Rc<str>, &'a str, Vec<&'a u8>);

impl<'a> Clone for Shared<'a> {
    fn clone(&self) -> Shared<'a> {
        Shared(Rc::clone(&self.0), self.1, self.2.clone())
    }
}

/// Where something is.
struct Place {
    column: f32,
    line: u32,
}

impl PartialEq for Place {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.column == other.column && self.line == other.line
    }
}

#[derive(PartialEq)]
struct Key {
    name: Option<String>,
    number: u16,
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.number.hash(state);
    }
}

/// What is hashed in another order.
#[derive(PartialEq, Eq)]
struct Reversed(u8, u16);

impl Hash for Reversed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.1.hash(state);
        self.0.hash(state);
    }
}

struct Pair<T>(T, T);

impl<T: fmt::Debug> fmt::Debug for Pair<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pair").field(&self.0).field(&self.1).finish()
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Level {
    /// Nothing is said.
    Quiet = 7,
    // Much is.
    Loud,
}

impl Default for Level {
    fn default() -> Self {
        Self::Loud
    }
}

/// What has no default, and needs none.
struct Nothing;

struct Held<T>(Option<T>);

impl<T> Default for Held<T> {
    fn default() -> Self {
        Held(None)
    }
}

fn hash(of: &impl Hash) -> u64 {
    let mut state = DefaultHasher::new();
    of.hash(&mut state);
    state.finish()
}

fn main() {
    let settings = Settings::default();
    println!("{settings:?} {} {:?}", settings.depth, settings.names);
    println!("{:?} {:?}", settings.by_name, settings.parent.is_none());
    println!("{} {}", settings.ratio, settings.seen.get());
    let number = 3;
    let shared = Shared("a".into(), "b", vec![&number]).clone();
    println!("{} {} {:?}", shared.0, shared.1, shared.2);
    let place = |column| Place { column, line: 1 };
    println!(
        "{} {}",
        place(1.0) == place(1.0),
        place(f32::NAN) == place(f32::NAN)
    );
    let key = |number| Key {
        name: Some("k".to_owned()),
        number,
    };
    println!("{} {}", hash(&key(1)), key(1) == key(2));
    println!(
        "{} {}",
        hash(&Reversed(1, 2)),
        Reversed(1, 2) == Reversed(2, 1)
    );
    let pair = Pair(1, 2);
    println!("{pair:?} {pair:#?} {}", pair.0 + pair.1);
    println!("{:?} {}", Level::default(), Level::Quiet as u8);
    println!("{}", Held::<Nothing>::default().0.is_none());
    let _ = Held(Some(Nothing));
}
