//= extracted
fn clamp(value: i32, limit: i32) -> i32 {
    let mut value = value;
    //{
    if value > limit {
        println!("clamped");
        value = limit;
    }
    //}
    value * 2
}

fn main() {
    println!("{} {}", clamp(1, 5), clamp(9, 5));
}
