//! Expressions that stand twice: what changes them, where they are evaluated, and who keeps their values.
use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};

/// Says when it is printed.
struct Loud<'a>(&'a RefCell<u32>);

impl fmt::Display for Loud<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        *self.0.borrow_mut() += 1;
        write!(out, "loud {}", self.0.borrow())
    }
}

fn show(text: &str) -> bool {
    println!("show {text}");
    !text.is_empty()
}

fn keep(text: String) -> usize {
    println!("keep {text}");
    text.len()
}

fn equal_texts(name: &str) -> usize {
    if show(&name.to_lowercase()) {
        println!("lower");
    }
    show(&name.to_lowercase());
    keep(name.to_lowercase())
}

fn taken_twice(name: &str) -> usize {
    let first = keep(name.to_uppercase());
    first + keep(name.to_uppercase())
}

fn changed_between(mut name: String) {
    show(&name.to_lowercase());
    name.push('!');
    show(&name.to_lowercase());
}

fn shadowed_between(name: &str) {
    show(&name.to_lowercase());
    let name = "Other";
    show(&name.to_lowercase());
}

fn changed_in_a_loop(mut name: String) {
    for round in 0..2 {
        show(&name.trim().to_lowercase());
        if round == 0 {
            show(&name.trim().to_lowercase());
        }
        name.push_str(" More");
    }
}

fn sometimes(name: &str, is_wanted: bool) {
    if is_wanted && show(&name.to_lowercase()) {
        show(&name.to_lowercase());
    }
    let ask = || show(&name.to_lowercase());
    if !is_wanted {
        ask();
    }
    show(&name.to_lowercase());
}

fn paths(dir: &Path) -> PathBuf {
    if dir.join("a.toml").exists() {
        println!("exists");
    }
    println!("{}", dir.join("a.toml").display());
    dir.join("a.toml")
}

fn counted(text: &str, lent: &mut Vec<u8>) -> usize {
    let before = text.chars().count();
    lent.push(1);
    let amount = lent.len() * 2 + lent.len() * 2;
    lent.push(2);
    before + text.chars().count() + amount + lent.len() * 2
}

fn overflows(small: u8, large: u8) -> u8 {
    let ask = |text: &str| show(text);
    if ask("first") && small < large && large - small > 3 {
        return large - small;
    }
    large.wrapping_sub(small)
}

fn loud(count: &RefCell<u32>) {
    let one = Loud(count);
    show(&one.to_string());
    show(&one.to_string());
}

fn written(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        out.push_str(&part.to_uppercase());
        out.push_str(&format!("{out}-{part}"));
        out.push_str(&format!("{out}-{part}"));
    }
    out
}

fn main() {
    println!("{}", equal_texts("Some Name"));
    println!("{}", taken_twice("Some Name"));
    changed_between("Some".to_owned());
    shadowed_between("Some");
    changed_in_a_loop(" Some ".to_owned());
    sometimes("Some", true);
    sometimes("Some", false);
    println!("{}", paths(Path::new("nowhere")).display());
    println!("{}", counted("some", &mut vec![1]));
    println!("{} {}", overflows(1, 9), overflows(9, 1));
    loud(&RefCell::new(0));
    println!("{}", written(&["a", "b"]));
}
