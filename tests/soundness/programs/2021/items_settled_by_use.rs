//! Collections whose items have a type because of one branch only.
use std::collections::BTreeMap;

fn fill(is_full: bool) {
    let mut names = Vec::new();
    if is_full {
        names.push(String::from("one"));
    } else {
        println!("{:?}", names.iter().map(|name| name.len()).max());
    }
    println!("{}", names.len());
}

fn fill_map(is_full: bool) {
    let mut ages = BTreeMap::new();
    if !is_full {
        for age in ages.values() {
            println!("{}", u8::count_ones(*age));
        }
    } else {
        ages.insert("Ann", 3_u8);
    }
    println!("{ages:?}");
}

fn drain() {
    let mut waiting = Vec::new();
    waiting.push(Default::default());
    let mut seen = 0;
    while let Some(is_last) = waiting.pop() {
        seen += 1;
        if is_last {
            println!("last");
            println!("really");
        } else {
            println!("one more");
            waiting.push(true);
        }
    }
    println!("{seen}");
}

fn main() {
    fill(true);
    fill(false);
    fill_map(true);
    fill_map(false);
    drain();
}
