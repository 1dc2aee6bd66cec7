//! Loops whose condition and whose element use one variable, which only one closure may change.
#![allow(dead_code)]
struct Ids {
    next: u32,
    max: u32,
}
impl Ids {
    fn fresh(&mut self, n: u32) -> u32 {
        self.next += n;
        self.next
    }
    fn has(&self, n: u32) -> bool {
        self.next + n < self.max
    }
}
fn f(a: &[u32], ids: &mut Ids) -> Vec<u32> {
    println!("f");
    let mut all = Vec::new();
    for x in a {
        if ids.has(*x) {
            all.push(ids.fresh(*x));
        }
    }
    all
}
fn g(a: &[u32], ids: &mut Ids) -> Vec<u32> {
    println!("g");
    let mut all = Vec::new();
    for x in a {
        if *x > ids.next {
            continue;
        }
        all.push(ids.fresh(*x));
    }
    all
}
fn main() {
    println!("{:?}", f(&[1, 2, 3], &mut Ids { next: 0, max: 5 }));
    println!("{:?}", g(&[1, 2, 3], &mut Ids { next: 2, max: 5 }));
}
