//= repeated: refused: more than half as long
type Found<T> = Result<T, String>;

fn first(words: &[&str]) -> Found<usize> {
    //{
    if words.is_empty() {
        return Err("nothing".to_owned());
    }
    if words.len() > 2 {
        return Err(words.join(" "));
    }
    let mut sum = 0;
    for word in words {
        sum += word.len();
    }
    Ok(sum)
}

fn second(words: &[&str]) -> Found<usize> {
    println!("second");
    if words.is_empty() {
        return Err("nothing".to_owned());
    }
    if words.len() > 2 {
        return Err(words.join(" "));
    }
    let mut sum = 0;
    for word in words.iter().rev() {
        sum += word.len() * 2;
    }
    Ok(sum)
}

fn main() {
    for words in [&["a", "bcd"][..], &[], &["a", "b", "c"]] {
        println!("{:?} {:?}", first(words), second(words));
    }
}
