//= repeated: extracted
fn first(words: Vec<String>, kept: &mut Vec<String>) -> usize {
    //{
    let count = words.len();
    for word in words {
        kept.push(word.to_uppercase() + &count.to_string());
    }
    kept.sort();
    println!("{kept:?} of {count}");
    count
}

fn second(words: Vec<String>, kept: &mut Vec<String>) -> usize {
    kept.clear();
    let count = words.len();
    for word in words {
        kept.push(word.to_uppercase() + &count.to_string());
    }
    kept.sort();
    println!("{kept:?} of {count}");
    count * 2
}

fn main() {
    let mut kept = Vec::new();
    println!("{}", first(vec!["b".to_owned(), "a".to_owned()], &mut kept));
    println!("{}", second(vec!["c".to_owned()], &mut kept));
}
