//= repeated: extracted
fn first(words: &[&str]) -> Option<usize> {
    //{
    let longest = words.iter().max_by_key(|it| it.len())?;
    if longest.is_empty() || words.len() > 5 {
        return None;
    }
    println!("{longest} of {}", words.len());
    Some(longest.len())
}

fn second(words: &[&str]) -> Option<String> {
    println!("second");
    let longest = words.iter().max_by_key(|it| it.len())?;
    if longest.is_empty() || words.len() > 5 {
        return None;
    }
    println!("{longest} of {}", words.len());
    Some(longest.to_uppercase())
}

fn main() {
    for words in [&["a", "bcd"][..], &[], &[""]] {
        println!("{:?} {:?}", first(words), second(words));
    }
}
