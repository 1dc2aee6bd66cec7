//! Statements that end in `for_each`, and loops with an index that nobody asks for.
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Debug;
use std::sync::{Mutex, RwLock};
fn show<T: Debug>(t: T) {
    println!("{t:?}");
}
struct Noisy(&'static str);
impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}
struct Owner {
    items: Vec<String>,
    count: usize,
    map: BTreeMap<u8, u8>,
}
impl Owner {
    fn go(&mut self) {
        self.items.iter().for_each(|item| self.count += item.len());
        self.items.iter_mut().for_each(|item| item.push('!'));
        self.map.iter().for_each(|(k, v)| show((k, v)));
        self.map.values_mut().for_each(|v| *v += 1);
        self.map.iter().for_each(|(_, v)| show(v));
        self.items.drain(..1).for_each(|item| {
            let _n = Noisy("n");
            if item.is_empty() {
                return;
            }
            show(item)
        });
    }
}
fn locks(m: &Mutex<Vec<u8>>, r: &RwLock<u8>) {
    m.lock().unwrap().iter().for_each(|x| show(x));
    m.lock().unwrap().iter_mut().for_each(|x| {
        let f = |y: u8| {
            return y + 1;
        };
        *x = f(*x);
    });
    show(*r.read().unwrap());
    m.lock().unwrap().pop().unwrap();
}
fn tails(xs: &[u8], ys: Vec<u8>) {
    xs.iter()
        .filter(|x| **x > 1)
        .enumerate()
        .for_each(|(i, x)| {
            // Why.
            if i > 5 {
                return;
            }
            match x {
                2 => return,
                _ => {}
            }
            println!("{i} {}", x);
        });
    (0..3).for_each(|i| show(i));
    (0..3).rev().for_each(|i| show(i));
    let mut q = VecDeque::new();
    ys.into_iter().for_each(|y| q.push_back(y));
    [1, 2].iter().for_each(|x| show(x));
    "ab".chars().for_each(|c| show(c));
    let text = String::from("x\ny");
    text.lines().for_each(|mut l| {
        l = l.trim();
        show(
            r"raw
   text",
        );
        show(l);
    });
    q.iter().for_each(|y| show(y))
}
fn macros(xs: &[Option<u8>]) {
    macro_rules! some {
        ($e:expr) => {
            match $e {
                Some(v) => v,
                None => return,
            }
        };
    }
    xs.iter().for_each(|x| {
        let v = some!(x);
        show(v);
    });
    show("end");
}
fn enumerates(v: Vec<String>, mut w: Vec<i32>, a: &[i32], s: &str, it: impl Iterator<Item = i32>) {
    for (_, x) in a.iter().enumerate() {
        show(x);
    }
    for (i, x) in v.iter().enumerate() {
        show(x);
    }
    for (_i, x) in (0..3).enumerate() {
        show(x);
    }
    for (_, (k, x)) in a.iter().zip(&w).enumerate() {
        show((k, x));
    }
    for (_, c) in s.chars().enumerate() {
        show(c);
    }
    for (_, x) in it.enumerate() {
        show(x);
    }
    for x in a {
        show(x);
    }
    for &x in a {
        show(x);
    }
    for x in &v {
        show(x);
    }
    for x in &mut w {
        *x += 1;
        show(x);
    }
    for c in s.chars().rev() {
        show(c);
    }
    for x in 0..=2 {
        show(x);
    }
    for x in [1, 2] {
        show(x);
    }
    for x in v {
        let i = 1;
        show((x, i));
    }
    for x in w.drain(..) {
        show(x);
    }
}
fn main() {
    let mut o = Owner {
        items: vec!["a".into(), "b".into()],
        count: 0,
        map: [(1, 2)].into(),
    };
    o.go();
    show((o.count, &o.items, &o.map));
    locks(&Mutex::new(vec![1, 2]), &RwLock::new(4));
    tails(&[1, 2, 3], vec![7, 8]);
    macros(&[Some(1), None, Some(2)]);
    enumerates(vec!["a".into()], vec![4, 5], &[1, 2], "xy", [9].into_iter());
}
