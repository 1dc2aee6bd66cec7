//= extracted
fn longest<'a>(words: &[&'a str], limit: usize) -> Option<&'a str> {
    let mut best: Option<&'a str> = None;
    //{
    for word in words {
        if word.len() > limit {
            return Some(word);
        }
        if best.is_none_or(|best| word.len() > best.len()) {
            best = Some(word);
        }
    }
    //}
    println!("below {limit}");
    best
}

fn main() {
    println!(
        "{:?} {:?}",
        longest(&["a", "bcd", "ef"], 9),
        longest(&["a", "bcd", "ef"], 2)
    );
}
