//= extracted
fn count(words: &[&str]) -> (usize, Vec<String>) {
    let mut total = 0;
    let mut seen = Vec::new();
    words.iter().for_each(|word| {
        //{
        let clean = word.trim().to_lowercase();
        if !seen.contains(&clean) {
            total += clean.len();
            seen.push(clean);
        }
        //}
    });
    (total, seen)
}

fn main() {
    println!("{:?}", count(&["a", "A ", "bcd"]));
}
