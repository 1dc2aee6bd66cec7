//= extracted
fn value(found: Option<u32>, extra: u32) -> u32 {
    let mut sum = extra;
    //{
    if let Some(found) = found {
        println!("{found}");
        sum += found;
    }
    //}
    sum + found.unwrap_or(1)
}

fn main() {
    println!("{} {}", value(Some(2), 1), value(None, 1));
}
