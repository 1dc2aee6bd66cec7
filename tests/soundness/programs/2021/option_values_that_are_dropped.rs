//! Constants and structures that say when they are dropped, which nobody may make for nothing.
#![allow(dead_code)]
struct Noisy;
impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop");
    }
}
const NOISY: Noisy = Noisy;
fn a(n: bool) -> Option<Noisy> {
    println!("a");
    if n {
        Some(NOISY)
    } else {
        None
    }
}
fn b(n: bool) -> Option<Noisy> {
    println!("b");
    if n {
        Some(Noisy)
    } else {
        None
    }
}
fn c(n: &[u8]) -> Result<&u8, Noisy> {
    println!("c");
    match n.first() {
        Some(it) => Ok(it),
        None => Err(Noisy),
    }
}
fn d(n: bool) {
    let it = if n { Some(Noisy) } else { None };
    println!("d {}", it.is_some());
}
fn e(n: bool) {
    let it = if n { Some(NOISY) } else { None };
    println!("e {}", it.is_some());
}
fn g(n: &[u8]) {
    let it = match n.first() {
        Some(it) => Ok(it),
        None => Err(Noisy),
    };
    println!("g {}", it.is_ok());
}
fn main() {
    a(false);
    b(false);
    println!("{}", c(&[1]).is_ok());
    d(false);
    e(false);
    g(&[1]);
}
