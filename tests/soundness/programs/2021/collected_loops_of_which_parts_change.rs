//! Lists that are changed through patterns, brackets and assignments to several places.
#![allow(dead_code)]
fn a(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    let n;
    (all, n) = (vec![4], 3);
    println!("{all:?} {n}");
    all.len()
}
fn b(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    let m = (all).pop();
    println!("{all:?} {m:?}");
    all.len()
}
fn c(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    if let [ref mut first, ..] = all[..] {
        *first = 3;
    }
    println!("{all:?}");
    all.len()
}
fn d(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    let f = || all.len();
    println!("{}", f());
    all.len()
}
fn e(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    while let Some(x) = all.pop() {
        println!("{x}");
    }
    all.len()
}
fn g(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    let p = &raw mut all;
    println!("{}", unsafe { (&*p).len() });
    all.len()
}
fn h(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    println!("{:?} {:?}", { &mut all }.pop(), 1);
    all.len()
}
fn i(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(vec![*x]);
    }
    let r = &mut all[0];
    r.push(1);
    for v in all.iter_mut() {
        v.clear();
    }
    println!("{}", vec![all.len()][0]);
    Vec::push(&mut all, vec![]);
    all.len()
}
fn j(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    let all = all;
    println!("{all:?}");
    all.len()
}
fn k(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    {
        let all = 3;
        println!("{all}");
    }
    all.push(3);
    all.len()
}
fn l(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    println!("{all:?} {0:?} {n}", all.last(), n = all.len());
    dbg!(&all).len()
}
fn m(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    struct S {
        all: Vec<u8>,
    }
    let mut s = S { all };
    s.all.push(3);
    s.all.len()
}
fn n(xs: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in xs {
        all.push(x + 1);
    }
    let S2 { v: ref mut q } = (S2 { v: all });
    q.push(1);
    q.len()
}
struct S2 {
    v: Vec<u8>,
}
fn main() {
    let x = [1, 2];
    println!(
        "{} {} {} {} {} {} {}",
        a(&x),
        b(&x),
        c(&x),
        d(&x),
        e(&x),
        g(&x),
        h(&x)
    );
    println!(
        "{} {} {} {} {} {}",
        i(&x),
        j(&x),
        k(&x),
        l(&x),
        m(&x),
        n(&x)
    );
}
