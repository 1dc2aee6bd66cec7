//= extracted
fn read(words: &[&str]) -> String {
    println!("{}", words.len());
    //{
    let (first, rest) = match words {
        [] => return String::from("empty"),
        [one] => return format!("only {one}"),
        [first, rest @ ..] => (first, rest),
    };
    let joined = rest.join("+");
    //}
    format!("{first}: {joined}")
}

fn main() {
    println!("{} {} {}", read(&[]), read(&["a"]), read(&["a", "b", "c"]));
}
