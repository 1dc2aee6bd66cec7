//= repeated: extracted
use std::collections::HashMap;

fn leak(words: &mut Vec<&'static str>, word: &'static str) -> usize {
    words.push(word);
    words.len()
}

fn open(counts: &HashMap<&str, u32>, words: &mut Vec<&'static str>) -> u32 {
    //{
    let count = leak(words, "open");
    let all = counts.values().map(|it| it + 1).sum::<u32>();
    println!("{count} of {all} {:?}", words.last());
    let own = counts["opened"] + all;
    println!("{own} {:?}", counts.len());
    //}
    own
}

fn close(counts: &HashMap<&str, u32>, words: &mut Vec<&'static str>) -> u32 {
    println!("close");
    let count = leak(words, "close");
    let all = counts.values().map(|it| it + 1).sum::<u32>();
    println!("{count} of {all} {:?}", words.last());
    let own = counts["closed"] + all;
    println!("{own} {:?}", counts.len());
    own * 2
}

fn main() {
    let counts = HashMap::from([("opened", 2), ("closed", 3)]);
    let mut words = Vec::new();
    println!("{} {}", open(&counts, &mut words), close(&counts, &mut words));
    println!("{words:?}");
}
