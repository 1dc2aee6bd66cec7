//= extracted
fn lookup<'a>(pairs: &'a [(String, String)], key: &str, fallback: &'a str) -> &'a str {
    //{
    for (name, value) in pairs {
        if name == key {
            return value;
        }
    }
    //}
    println!("no {key}");
    fallback
}

fn main() {
    let pairs = [("a".to_owned(), "1".to_owned())];
    println!("{} {}", lookup(&pairs, "a", "-"), lookup(&pairs, "b", "-"));
}
