//= extracted
use std::borrow::Cow;

fn show(name: Option<&str>, count: usize) -> String {
    //{
    let name: Cow<'_, str> = match name {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(format!("nameless {count}")),
    };
    //}
    let mut text = name.into_owned();
    text.push('.');
    text
}

fn main() {
    println!("{} {}", show(Some("a"), 1), show(None, 2));
}
