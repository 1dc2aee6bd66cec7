//= extracted
use std::fmt::Display;

fn join<T: Display, U>(items: &[T], more: &[U]) -> String
where
    U: Display + Clone,
{
    let mut text = String::new();
    //{
    for item in items {
        text.push_str(&item.to_string());
        text.push(' ');
    }
    //}
    for item in more.to_vec() {
        text.push_str(&item.to_string());
    }
    text
}

fn main() {
    println!("{}", join(&[1, 2], &["a"]));
}
