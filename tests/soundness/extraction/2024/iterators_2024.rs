//= extracted
fn lines<'a>(text: &'a str, skip: usize) -> impl Iterator<Item = &'a str> {
    text.lines().skip(skip)
}

fn show(text: &str) -> usize {
    let mut count = 0;
    //{
    let wanted = lines(text, 1).filter(|line| !line.is_empty());
    let wanted = wanted.map(|line| line.trim());
    //}
    for line in wanted {
        println!("{line}");
        count += line.len();
    }
    count
}

fn main() {
    println!("{}", show("a\n b\n\nccc"));
}
