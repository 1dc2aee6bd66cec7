//= extracted
fn label(name: &str, count: usize) -> String {
    let text = /*{*/if count == 1 {
        format!("one {name}")
    } else {
        format!("{count} {name}s")
    }/*}*/;
    println!("{}", text.len());
    text
}

fn main() {
    println!("{} {}", label("cat", 1), label("dog", 2));
}
