//= extracted
use std::collections::BTreeMap;

fn counts(text: &str) -> Vec<(String, usize)> {
    //{
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_default() += 1;
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    //}
    let owned = sorted.into_iter();
    owned
        .map(|(word, count)| (word.to_owned(), count))
        .collect()
}

fn main() {
    println!("{:?}", counts("a b a c b a"));
}
