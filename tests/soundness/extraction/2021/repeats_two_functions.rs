//= repeated: extracted
fn first(names: &[&str], count: &mut usize) {
    println!("first");
    //{
    let width = names.iter().map(|it| it.len()).max().unwrap_or(0);
    let bar = "-".repeat(width + 4);
    println!("{bar} {names:?} {bar}");
    *count += names.len() + width;
    println!("{count}");
}

fn second(names: &[&str], count: &mut usize) {
    let width = names.iter().map(|it| it.len()).max().unwrap_or(0);
    let bar = "-".repeat(width + 4);
    println!("{bar} {names:?} {bar}");
    *count += names.len() + width;
    *count *= 2;
}

fn main() {
    let mut count = 1;
    first(&["a", "bcd"], &mut count);
    second(&["ef"], &mut count);
    println!("{count}");
}
