//! Of types that only rustc knows.
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard};

struct Node {
    next: Option<Box<Node>>,
    value: Option<u8>,
    name: Option<String>,
    result: Result<u8, String>,
    pair: (Option<u8>, u8),
}

struct Held {
    node: Rc<Node>,
    option: Rc<Option<u8>>,
    lock: Mutex<Option<u8>>,
}

fn make(n: u8) -> Result<Option<u8>, String> {
    if n > 3 {
        Err("big".into())
    } else {
        Ok(Some(n))
    }
}

fn a1(node: &Node) -> Option<u8> {
    if let Some(value) = node.value {
        println!("{value}");
        Some(value)
    } else {
        None
    }
}
fn a2(node: &Node) -> Option<usize> {
    if let Some(name) = &node.name {
        println!("{name}");
        Some(name.len())
    } else {
        None
    }
}
fn a3(node: &mut Node) -> Option<usize> {
    if let Some(name) = &mut node.name {
        name.push('x');
        Some(name.len())
    } else {
        None
    }
}
fn a4(node: &Node) -> Option<usize> {
    if let Some(ref name) = node.name {
        println!("{name}");
        Some(name.len())
    } else {
        None
    }
}
fn a5(node: &mut Node) -> Option<usize> {
    match node.name {
        Some(ref mut name) => {
            name.push('y');
            Some(name.len())
        }
        None => None,
    }
}
fn a6(name: Option<String>) -> Option<usize> {
    if let Some(name) = name {
        println!("{name}");
        Some(name.len())
    } else {
        None
    }
}
fn a7(name: &Option<String>) -> Option<usize> {
    if let Some(name) = name {
        println!("{name}");
        Some(name.len())
    } else {
        None
    }
}
fn a8(held: &Held) -> Option<usize> {
    if let Some(name) = &held.node.name {
        println!("{name}");
        Some(name.len())
    } else {
        None
    }
}
fn a9(held: &Held) -> Option<u8> {
    if let Some(n) = *held.option {
        println!("{n}");
        Some(n)
    } else {
        None
    }
}
fn b1(held: &Held) -> Option<u8> {
    if let Some(n) = &*held.option {
        println!("{n}");
        Some(*n)
    } else {
        None
    }
}
fn b2(held: &Held) -> Option<u8> {
    if let Some(n) = *held.lock.lock().unwrap() {
        println!("{n} {}", held.lock.try_lock().is_err());
        Some(n)
    } else {
        None
    }
}
fn b3(held: &Held) -> Option<u8> {
    if let Ok(guard) = held.lock.lock() {
        let n: MutexGuard<'_, Option<u8>> = guard;
        *n
    } else {
        None
    }
}
fn b4(n: u8) -> Option<u8> {
    if let Ok(found) = make(n) {
        if let Some(found) = found {
            return Some(found);
        }
    }
    None
}
fn b5(n: u8) -> Option<u8> {
    if let Ok(Some(found)) = make(n) {
        println!("{found}");
        Some(found)
    } else {
        None
    }
}
fn b6(node: &Node) -> Option<u8> {
    if let Ok(n) = node.result {
        println!("{n}");
        Some(n)
    } else {
        None
    }
}
fn b7(node: &Node) -> Option<u8> {
    if let Ok(n) = &node.result {
        println!("{n}");
        Some(*n)
    } else {
        None
    }
}
fn b8(node: Node) -> Option<u8> {
    if let Some(next) = node.next {
        println!("{:?}", next.value);
        if let Some(value) = next.value {
            return Some(value);
        }
    }
    None
}
fn b9(node: &Node) -> Option<&Node> {
    if let Some(next) = &node.next {
        if let Some(next) = &next.next {
            return Some(next);
        }
    }
    None
}
fn c1(node: &Node) -> Option<u8> {
    if let Some(n) = node.pair.0 {
        let n = n + node.pair.1;
        Some(n)
    } else {
        None
    }
}
fn c2(node: &Node) -> Option<Option<u8>> {
    if let Ok(n) = make(1) {
        println!("{n:?}");
        Some(n)
    } else {
        None
    }
}
fn c3(node: &Node) -> Option<u32> {
    let total = {
        if let Some(v) = node.value {
            println!("{v}");
            Some(u32::from(v))
        } else {
            None
        }
    };
    total
}
fn c4(words: &[&str]) -> Option<u32> {
    for word in words {
        if let Ok(n) = word.parse::<u32>() {
            if let Some(m) = n.checked_add(1) {
                return Some(m);
            }
        }
    }
    None
}
fn c5(text: Option<&String>) -> Option<&str> {
    if let Some(text) = text {
        if let Some(rest) = Some(text) {
            return Some(rest);
        }
    }
    None
}
fn c6<T: Copy + Into<u64>>(value: Option<T>) -> Option<u64> {
    if let Some(value) = value {
        let n: u64 = value.into();
        Some(n)
    } else {
        None
    }
}
fn c7(value: Option<u8>) -> impl Iterator<Item = u8> {
    let inner = move || -> Option<u8> {
        if let Some(value) = value {
            println!("{value}");
            Some(value)
        } else {
            None
        }
    };
    inner().into_iter()
}
type Found = Option<u8>;
fn c8(value: Option<u8>) -> Found {
    if let Some(value) = value {
        println!("{value}");
        Some(value)
    } else {
        None
    }
}
fn c9(mut value: Option<u8>) -> Option<u8> {
    if let Some(value) = &mut value {
        *value += 1;
        println!("{value}");
    }
    if let Some(got) = value.take() {
        println!("{value:?}");
        Some(got)
    } else {
        None
    }
}
unsafe fn d1(value: *const Option<u8>) -> Option<u8> {
    if let Some(value) = unsafe { *value } {
        println!("{value}");
        Some(value)
    } else {
        None
    }
}

fn main() {
    let node = |n: u8| Node {
        next: Some(Box::new(Node {
            next: None,
            value: Some(n),
            name: None,
            result: Ok(1),
            pair: (None, 1),
        })),
        value: Some(n),
        name: Some(format!("n{n}")),
        result: if n > 1 { Ok(n) } else { Err("e".into()) },
        pair: (Some(n), 2),
    };
    for n in [1, 2, 5] {
        let mut one = node(n);
        println!(
            "{:?} {:?} {:?} {:?} {:?}",
            a1(&one),
            a2(&one),
            a3(&mut one),
            a4(&one),
            a5(&mut one)
        );
        println!("{:?} {:?}", a6(one.name.clone()), a7(&one.name));
        println!("{:?} {:?} {:?} {:?}", b4(n), b5(n), b6(&one), b7(&one));
        println!(
            "{:?} {:?} {:?} {:?}",
            b8(node(n)),
            b9(&one).is_some(),
            c1(&one),
            c2(&one)
        );
        println!("{:?} {:?} {:?}", c3(&one), c6(Some(n)), c7(Some(n)).count());
        println!("{:?} {:?} {:?}", c8(Some(n)), c9(Some(n)), unsafe {
            d1(&Some(n))
        });
        let held = Held {
            node: Rc::new(one),
            option: Rc::new(Some(n)),
            lock: Mutex::new(Some(n)),
        };
        println!(
            "{:?} {:?} {:?} {:?} {:?}",
            a8(&held),
            a9(&held),
            b1(&held),
            b2(&held),
            b3(&held)
        );
    }
    println!("{:?} {:?}", c4(&["x", "3"]), c5(Some(&"a".to_owned())));
}
