//! Questions about what the value was taken from, which is still borrowed before a closure.
#![allow(dead_code)]
use std::collections::HashMap;
struct V {
    n: usize,
}
impl V {
    fn bump(&mut self, by: usize) -> bool {
        self.n += by;
        self.n > 1
    }
    fn over(&self, by: usize) -> bool {
        self.n > by
    }
}
fn a(map: &mut HashMap<u8, V>, k: u8) -> bool {
    println!("a");
    match map.get_mut(&k) {
        Some(v) => v.bump(1) && map.len() > 1,
        None => false,
    }
}
fn b(list: &mut Vec<V>) -> bool {
    println!("b");
    match list.last_mut() {
        Some(v) => v.bump(2) && list.is_empty(),
        None => false,
    }
}
fn c(list: &mut Vec<V>) -> bool {
    println!("c");
    if let Some(v) = list.pop() {
        v.over(list.len())
    } else {
        false
    }
}
fn d(list: &mut std::vec::IntoIter<V>) -> bool {
    println!("d");
    if let Some(v) = list.next() {
        v.over(list.len())
    } else {
        false
    }
}
struct Two {
    list: Vec<V>,
    k: usize,
}
impl Two {
    fn e(&mut self) -> bool {
        println!("e");
        match self.list.last_mut() {
            Some(v) => v.bump(self.k),
            None => false,
        }
    }
    fn g(&mut self) -> bool {
        let k = &mut self.k;
        *k += 1;
        let it = match self.list.get(1) {
            Some(v) => v.over(self.list.len()),
            None => false,
        };
        *k += 1;
        it
    }
}
fn h(list: &[V], mut two: Two) -> bool {
    let l = &mut two.list;
    let it = match list.get(1) {
        Some(v) => v.over(two.k),
        None => false,
    };
    l.clear();
    it
}
fn main() {
    println!("{}", a(&mut HashMap::from([(1, V { n: 1 })]), 1));
    println!("{}", b(&mut vec![V { n: 1 }]));
    println!("{}", c(&mut vec![V { n: 1 }]));
    println!("{}", d(&mut vec![V { n: 1 }].into_iter()));
    let mut two = Two {
        list: vec![V { n: 1 }, V { n: 4 }],
        k: 1,
    };
    println!("{} {}", two.e(), two.g());
    println!("{}", h(&[V { n: 1 }, V { n: 4 }], two));
}
