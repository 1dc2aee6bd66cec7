//= extracted
fn rename(mut names: Vec<String>, old: &str) -> Vec<String> {
    let count = names.len();
    //{
    names.retain(|name| name != old);
    names.sort();
    //}
    println!("{count}");
    names
}

fn main() {
    println!(
        "{:?}",
        rename(vec!["b".to_owned(), "x".to_owned(), "a".to_owned()], "x")
    );
}
