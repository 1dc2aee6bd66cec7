//= extracted
fn best(scores: &[(String, u32)]) -> String {
    let top = /*{*/scores
        .iter()
        .max_by_key(|(_, score)| *score)
        .map(|(name, _)| name.as_str())/*}*/;
    top.unwrap_or("nobody").to_uppercase()
}

fn main() {
    println!("{}", best(&[("a".to_owned(), 1), ("b".to_owned(), 5)]));
}
