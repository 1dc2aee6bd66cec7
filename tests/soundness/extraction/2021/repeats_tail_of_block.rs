//= repeated: extracted
fn first(words: &[&str], width: usize) -> Option<String> {
    println!("first");
    //{
    let longest = words.iter().map(|it| it.len()).max().unwrap_or(width);
    let bar = "-".repeat(longest + width);
    println!("{bar} {words:?} {bar}");
    words.get(width).map(|it| format!("{it}{bar}"))
}

fn second(words: &[&str], width: usize) -> Option<String> {
    let found = if width < 2 {
        let longest = words.iter().map(|it| it.len()).max().unwrap_or(width);
        let bar = "-".repeat(longest + width);
        println!("{bar} {words:?} {bar}");
        words.get(width).map(|it| format!("{it}{bar}"))
    } else {
        None
    };
    println!("{found:?}");
    found
}

fn main() {
    println!("{:?}", first(&["a", "bcd"], 1));
    println!("{:?} {:?}", second(&["a", "bcd"], 0), second(&[], 5));
}
