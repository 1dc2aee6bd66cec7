//= extracted
fn score(line: &str) -> i32 {
    //{
    let trimmed = line.trim();
    if trimmed.is_empty() {
        return -1;
    }
    let words = trimmed.split(' ').count();
    //}
    let letters = trimmed.len();
    (words * 10 + letters) as i32
}

fn main() {
    println!("{} {}", score(" a bc "), score("  "));
}
