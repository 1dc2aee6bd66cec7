//= repeated: extracted
use std::collections::BTreeMap;

#[derive(Default)]
struct Index {
    words: BTreeMap<String, Vec<usize>>,
    longest: usize,
}

impl Index {
    fn add(&mut self, word: &str, at: usize) -> bool {
        //{
        if let Some(places) = self.words.get_mut(word)
            && !places.contains(&at)
        {
            places.push(at);
        }
        self.longest = self.longest.max(word.len());
        self.words.entry(word.to_owned()).or_default();
        self.words.len() > 1
    }

    fn add_last(&mut self, word: &str) -> usize {
        let at = self.words.len();
        if let Some(places) = self.words.get_mut(word)
            && !places.contains(&at)
        {
            places.push(at);
        }
        self.longest = self.longest.max(word.len());
        self.words.entry(word.to_owned()).or_default();
        at
    }
}

fn main() {
    let mut index = Index::default();
    for word in ["a", "bc", "a", "a"] {
        println!("{} {}", index.add(word, 3), index.add_last(word));
    }
    println!("{:?} {}", index.words, index.longest);
}
