//= extracted
use std::{collections::HashMap, hash::Hash};

fn group<K, V, F>(values: Vec<V>, key: F) -> HashMap<K, Vec<V>>
where
    K: Hash + Eq,
    F: Fn(&V) -> K,
{
    let mut groups = HashMap::new();
    //{
    for value in values {
        let key = key(&value);
        let group: &mut Vec<V> = groups.entry(key).or_default();
        group.push(value);
    }
    //}
    groups
}

fn main() {
    let groups = group(vec![1, 2, 3], |it| it % 2);
    println!("{:?} {:?}", groups[&0], groups[&1]);
}
