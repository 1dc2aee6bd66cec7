//= extracted
fn check(age: i32, name: &str) -> Result<String, String> {
    //{
    if age < 0 {
        return Err(format!("{name} isn't born"));
    }
    if age > 150 {
        return Err(String::from("too old"));
    }
    //}
    Ok(format!("{name} is {age}"))
}

fn main() {
    println!(
        "{:?} {:?} {:?}",
        check(1, "a"),
        check(-1, "b"),
        check(151, "c")
    );
}
