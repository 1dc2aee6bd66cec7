//= extracted
fn price(kind: &str, count: u32) -> u32 {
    //{
    let each = match kind {
        "apple" => 3,
        "pear" => 4,
        "gift" => return count,
        _ => return 0,
    };
    let sum = each * count;
    //}
    println!("each {each}");
    sum + 1
}

fn main() {
    for kind in ["apple", "pear", "gift", "stone"] {
        println!("{kind}: {}", price(kind, 5));
    }
}
