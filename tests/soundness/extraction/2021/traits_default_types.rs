//= extracted
use std::collections::VecDeque;

trait Queue {
    type Item: Clone + std::fmt::Debug;

    fn items(&mut self) -> &mut VecDeque<Self::Item>;

    fn rotate(&mut self, by: usize) -> Option<Self::Item> {
        let items = self.items();
        //{
        for _ in 0..by {
            if let Some(front) = items.pop_front() {
                println!("{front:?}");
                items.push_back(front);
            }
        }
        let first = items.front().cloned();
        //}
        first
    }
}

struct Names(VecDeque<String>);

impl Queue for Names {
    type Item = String;
    fn items(&mut self) -> &mut VecDeque<String> {
        &mut self.0
    }
}

fn main() {
    let mut names = Names(["a", "b", "c"].map(String::from).into());
    println!("{:?}", names.rotate(2));
}
