//! Values that are unwrapped where what they are taken from says why they should be there.
use std::fmt::Debug;

fn show<T: Debug>(t: T) {
    println!("{t:?}");
}
fn expects(words: Vec<&str>, name: &str, path: &std::path::Path) {
    let first = words.first().unwrap();
    let (a, b) = name.split_once('=').unwrap();
    let n = b.parse::<u16>().unwrap();
    let m: i64 = b.parse().unwrap();
    let s = u8::try_from(n).unwrap();
    let p = path.parent().unwrap().to_str().unwrap();
    let _c = std::env::var("PATH").unwrap();
    let t = std::thread::spawn(|| 1).join().unwrap();
    let long = name
        .strip_prefix("abc")
        .unwrap_or(name)
        .strip_prefix("k")
        .unwrap();
    show((first, a, n, m, s, p, t, long));
    show(words.iter().max().unwrap());
    let mut it = words.iter();
    let w = it.next().unwrap();
    if words.last().unwrap().is_empty() {
        show(w);
    }
}
fn main() {
    expects(vec!["a", "b"], "k=12", std::path::Path::new("/a/b"));
}
