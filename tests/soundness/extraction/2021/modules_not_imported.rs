//= extracted
mod clock {
    use std::collections::HashMap;

    pub fn table() -> HashMap<u8, std::time::Duration> {
        HashMap::from([(1, std::time::Duration::from_secs(5))])
    }
}

fn show() -> u64 {
    let table = clock::table();
    //{
    let mut sum = 0;
    for duration in table.values() {
        sum += duration.as_secs();
    }
    let longest = table.values().max().copied();
    //}
    println!("{longest:?}");
    sum
}

fn main() {
    println!("{}", show());
}
