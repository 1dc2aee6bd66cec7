//= extracted
fn grade(points: u32) -> String {
    let mut text = String::new();
    //{
    match points {
        low @ 0..=9 => text.push_str(&format!("low {low}")),
        10 | 20 | 30 => text.push_str("round"),
        high if high > 90 => text.push_str("high"),
        _ => {}
    }
    //}
    text + "."
}

fn main() {
    println!("{} {} {} {}", grade(3), grade(20), grade(95), grade(50));
}
