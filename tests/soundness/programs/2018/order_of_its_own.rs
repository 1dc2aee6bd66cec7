//! Types that compare with integers in their own way, and whose `!=` is not the opposite of `==`.
use std::cmp::Ordering;

#[derive(Clone, Copy)]
struct Score(Option<u8>);

impl PartialEq for Score {
    fn eq(&self, other: &Score) -> bool {
        matches!((self.0, other.0), (Some(a), Some(b)) if a == b)
    }

    #[allow(clippy::partialeq_ne_impl)]
    fn ne(&self, other: &Score) -> bool {
        matches!((self.0, other.0), (Some(a), Some(b)) if a != b)
    }
}

impl PartialEq<usize> for Score {
    fn eq(&self, other: &usize) -> bool {
        self.0.map(usize::from) == Some(*other)
    }
}

impl PartialOrd<usize> for Score {
    fn partial_cmp(&self, other: &usize) -> Option<Ordering> {
        usize::from(self.0?).partial_cmp(other)
    }
}

fn rank(score: Score, others: &[u8]) {
    if score < others.len() {
        println!("below");
        println!("the");
        println!("others");
    }
}

fn compare(score: Score, other: Score) {
    if score == other {
        println!("even");
    } else {
        println!("odd, or unknown");
    }
    if score > 3 {
        println!("high");
    } else {
        println!("not high");
    }
}

fn main() {
    for score in [Score(None), Score(Some(2)), Score(Some(5))].iter() {
        rank(*score, &[1, 2, 3]);
        compare(*score, Score(Some(2)));
        compare(*score, Score(None));
    }
}
