//= repeated: extracted
fn first(names: &[&str]) -> String {
    //{
    let mut joined = String::new();
    for name in names {
        joined.push_str(name.trim());
        joined.push_str(", ");
    }
    joined.truncate(joined.len().saturating_sub(2));
    joined.insert(0, '[');
    //}
    joined.push(']');
    joined
}

fn second(names: &[&str]) -> String {
    println!("second");
    let mut list = String::new();
    for entry in names {
        list.push_str(entry.trim());
        list.push_str("; ");
    }
    list.truncate(list.len().saturating_sub(2));
    list.insert(0, '[');
    list.push('}');
    list
}

fn main() {
    println!("{} {}", first(&["a", " b"]), second(&["c", "d "]));
}
