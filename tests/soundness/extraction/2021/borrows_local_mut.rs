//= extracted
fn build(count: usize) -> String {
    let mut text = String::from("start");
    let mut total = 0;
    //{
    for at in 0..count {
        total += at;
        text += &at.to_string();
    }
    //}
    println!("{total}");
    text
}

fn main() {
    println!("{}", build(4));
}
