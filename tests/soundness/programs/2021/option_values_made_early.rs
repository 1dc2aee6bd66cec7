//! Fields behind a `Deref` that does something, which nobody may read for nothing.
#![allow(dead_code)]
use std::ops::Deref;
use std::sync::LazyLock;
struct Config {
    level: u8,
}
static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    println!("configured");
    Config { level: 3 }
});
struct Loud(Config);
impl Deref for Loud {
    type Target = Config;
    fn deref(&self) -> &Config {
        println!("deref");
        &self.0
    }
}
fn a(n: bool) -> Option<u8> {
    println!("a");
    if n {
        Some(CONFIG.level)
    } else {
        None
    }
}
fn b(n: bool, l: &Loud) -> Option<u8> {
    println!("b");
    if n {
        Some(l.level)
    } else {
        None
    }
}
fn c(n: Option<u8>, l: &Loud) -> Result<u8, u8> {
    println!("c");
    match n.map(|it| it + 1) {
        Some(it) => Ok(it),
        None => Err(l.level),
    }
}
fn d(n: bool, l: &Loud) -> Option<&u8> {
    println!("d");
    if n {
        Some(&l.level)
    } else {
        None
    }
}
fn main() {
    let l = Loud(Config { level: 1 });
    println!(
        "{:?} {:?} {:?} {:?}",
        a(false),
        b(false, &l),
        c(Some(1), &l),
        d(false, &l)
    );
}
