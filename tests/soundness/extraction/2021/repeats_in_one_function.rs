//= repeated: extracted
fn main() {
    let mut numbers = vec![3_u32, 1, 2];
    let mut log = String::new();
    //{
    numbers.sort();
    for number in &numbers {
        log.push_str(&format!("{number},"));
    }
    log.push_str(&numbers.len().to_string());
    numbers.push(0);
    numbers.reverse();
    println!("{log}");
    numbers.sort();
    for number in &numbers {
        log.push_str(&format!("{number},"));
    }
    log.push_str(&numbers.len().to_string());
    println!("{log} {numbers:?}");
}
