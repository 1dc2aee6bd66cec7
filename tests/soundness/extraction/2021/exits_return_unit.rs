//= extracted
fn greet(names: &[&str]) {
    println!("start");
    //{
    for name in names {
        if name.is_empty() {
            println!("nobody");
            return;
        }
    }
    //}
    println!("hello {}", names.join(", "));
}

fn main() {
    greet(&["a", "b"]);
    greet(&["a", ""]);
}
