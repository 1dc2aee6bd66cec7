//= extracted
fn merge(into: &mut Vec<String>, from: &[String], limit: usize) -> usize {
    let before = into.len();
    //{
    for name in from {
        if into.len() < limit && !into.contains(name) {
            into.push(name.clone());
        }
    }
    //}
    into.len() - before
}

fn main() {
    let mut names = vec!["a".to_owned()];
    println!(
        "{} {names:?}",
        merge(&mut names, &["a".to_owned(), "b".to_owned()], 5)
    );
}
