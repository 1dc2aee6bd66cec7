//= repeated: refused: `items` has a different type there.
fn of_numbers(items: &[u32]) -> String {
    //{
    let first = items.first().map(|it| it.to_string());
    let first = first.unwrap_or_else(|| "nothing".to_owned());
    println!("{first} of {}", items.len());
    let text = format!("{first} and {}", items.len());
    println!("{}", text.len() + items.len());
    println!("{}", "-".repeat(text.len() + first.len() + 1));
    text + "!"
}

fn of_words(items: &[&str]) -> String {
    let first = items.first().map(|it| it.to_string());
    let first = first.unwrap_or_else(|| "nothing".to_owned());
    println!("{first} of {}", items.len());
    let text = format!("{first} and {}", items.len());
    println!("{}", text.len() + items.len());
    println!("{}", "-".repeat(text.len() + first.len() + 1));
    text + "?"
}

fn main() {
    println!("{} {}", of_numbers(&[1]), of_words(&["a"]));
}
