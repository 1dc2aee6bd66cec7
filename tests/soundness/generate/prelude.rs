//! The types, functions and macros that generated functions use, and the `main` that calls them.

use super::chance::Chance;

/// A definition, and a word that occurs in every text that uses it.
struct Item {
    word: &'static str,
    /// Alternative definitions that are used the same way.
    texts: &'static [&'static str],
}

/// Ordered so that each may use only the following ones.
const ITEMS: &[Item] = &[
    Item {
        word: "declare!",
        texts: &[
            "macro_rules! declare {\n($name:ident, $value:expr) => {\nlet $name = $value;\n};\n}\n",
        ],
    },
    Item {
        word: "leave!",
        texts: &[
            "macro_rules! leave {\n($value:expr) => {\nreturn $value\n};\n}\n",
            "macro_rules! leave {\n($value:expr) => {{\nprintln!(\"leave\");\nreturn $value;\n}};\n}\n",
        ],
    },
    Item {
        word: "held(",
        texts: &[HELD, HELD_WITH_DROP],
    },
    Item {
        word: "Entry(",
        texts: &[ENTRY],
    },
    Item {
        word: "Log",
        texts: &[LOG],
    },
    Item {
        word: "seen(",
        texts: &[SEEN],
    },
    Item {
        word: "Flags",
        texts: &[FLAGS],
    },
    Item {
        word: "mask(",
        texts: &[MASK],
    },
    Item {
        word: "Weight",
        texts: &[WEIGHT],
    },
    Item {
        word: "make(",
        texts: &[MAKE],
    },
    Item {
        word: "count(",
        texts: &[
            "fn count(list: &RefCell<Vec<i32>>) -> i32 {\nlist.try_borrow().map_or(-1, |list| list.len() as i32)\n}\n",
        ],
    },
    Item {
        word: "list_of(",
        texts: &["fn list_of(n: i32) -> Vec<i32> {\nvec![n]\n}\n"],
    },
    Item {
        word: "add(",
        texts: &[
            "fn add(list: &RefCell<Vec<i32>>, n: i32) {\nmatch list.try_borrow_mut() {\nOk(mut list) => list.push(n),\nErr(_) => println!(\"{n} is not added\"),\n}\n}\n",
        ],
    },
    Item {
        word: "peek(",
        texts: &[
            "fn peek(lock: &Mutex<i32>) -> i32 {\nlock.try_lock().map_or(-1, |number| *number)\n}\n",
        ],
    },
    Item {
        word: "Shape::",
        texts: &["enum Shape {\nRound(i32),\nSquare(i32),\nLong(u8),\nFlat,\nNone,\n}\n"],
    },
];

const HELD: &str = "
enum Held {
    Number(i32),
    Name(Seen),
    Nothing,
}

fn held(n: i32) -> Held {
    match n % 3 {
        0 => Held::Number(n),
        1 => Held::Name(seen(\"held\")),
        _ => Held::Nothing,
    }
}
";

const HELD_WITH_DROP: &str = "
enum Held {
    Number(i32),
    Name(&'static str),
    Nothing,
}

impl Drop for Held {
    fn drop(&mut self) {
        match self {
            Self::Name(name) => println!(\"{name} goes\"),
            _ => println!(\"held goes\"),
        }
    }
}

fn held(n: i32) -> Held {
    match n % 3 {
        0 => Held::Number(n),
        1 => Held::Name(\"held\"),
        _ => Held::Nothing,
    }
}
";

/// A guard that writes when dropped.
const ENTRY: &str = "
struct Entry<'a>(&'a RefCell<Vec<i32>>);

impl Entry<'_> {
    fn first(&self) -> Option<i32> {
        self.0.try_borrow().ok()?.first().copied()
    }

    fn iter(&self) -> Self {
        Entry(self.0)
    }

    fn len(&self) -> i32 {
        self.0.try_borrow().map_or(-1, |list| list.len() as i32)
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if let Ok(mut list) = self.0.try_borrow_mut() {
            list.push(-1);
        }
    }
}
";

/// A unit structure whose name looks like a place.
const LOG: &str = "
struct Log;

impl Log {
    fn find(&self, n: i32) -> Option<i32> {
        Some(n).filter(|n| *n > 1)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        println!(\"log goes\");
    }
}
";

const SEEN: &str = "
struct Seen(&'static str);

impl Seen {
    fn ask(&self, n: i32) -> Option<i32> {
        (n > 1).then_some(n)
    }

    fn check(&self, n: i32) -> Result<i32, String> {
        if n % 2 == 0 { Ok(n) } else { Err(format!(\"{} of {n}\", self.0)) }
    }

    fn size(&self) -> i32 {
        self.0.len() as i32
    }

    fn is_long(&self) -> bool {
        self.0.len() > 4
    }

    fn speak(&self) {
        println!(\"{} speaks\", self.0);
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        println!(\"{} goes\", self.0);
    }
}

fn seen(name: &'static str) -> Seen {
    Seen(name)
}
";

const FLAGS: &str = "
struct Flags {
    is_open: bool,
    is_known: bool,
}

impl Flags {
    fn is_open(&self) -> &bool {
        &self.is_open
    }

    fn is_known(&self) -> bool {
        self.is_known
    }
}
";

/// A type whose negation is a `bool`.
const MASK: &str = "
#[derive(Clone, Copy)]
struct Mask(i32);

impl std::ops::Not for Mask {
    type Output = bool;

    fn not(self) -> bool {
        self.0 == 0
    }
}

fn mask(n: i32) -> Mask {
    Mask(n % 2)
}
";

const WEIGHT: &str = "
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Weight(f32);

impl Weight {
    fn len(&self) -> f32 {
        self.0
    }
}
";

/// A function with a result type inferred from the context.
const MAKE: &str = "
trait Make {
    fn from_number(n: i32) -> Self;
}

impl Make for bool {
    fn from_number(n: i32) -> Self {
        n > 2
    }
}

impl Make for i32 {
    fn from_number(n: i32) -> Self {
        n + 1
    }
}

fn make<T: Make>(n: i32) -> T {
    T::from_number(n)
}
";

/// The definitions that the text uses.
pub(super) fn of(chance: &mut Chance, text: &str) -> String {
    let mut uses = vec!["use std::cell::RefCell;", "use std::sync::Mutex;"];
    let mut items = String::new();
    for item in ITEMS {
        if text.contains(item.word) || items.contains(item.word) {
            items.push_str(chance.pick::<&str>(item.texts));
            items.push('\n');
        }
    }
    uses.push("");
    format!(
        "#![allow(dead_code, unused_imports, clippy::eq_op, clippy::overly_complex_bool_expr)]\n{}\n{items}",
        uses.join("\n")
    )
}

/// Calls everything with a few values for each parameter.
pub(super) fn main(calls: &str) -> String {
    format!(
        "
fn main() {{
    for round in 0..6 {{
        println!(\"round {{round}}\");
        let list = RefCell::new(vec![round; round as usize % 3]);
        let lock = Mutex::new(round);
        let result = if round % 3 == 0 {{ Ok(round) }} else {{ Err(String::from(\"bad\")) }};
        let flags = Flags {{ is_open: round % 2 == 0, is_known: round > 3 }};
        let weight = Weight(if round == 2 {{ f32::NAN }} else {{ round as f32 }});
        {calls}
        println!(\"{{:?}} {{:?}} {{:?}} {{:?}}\", list, lock, result, weight);
        println!(\"{{}}\", flags.is_known());
    }}
}}
"
    )
}
