//= extracted
use std::borrow::Cow;

fn clean(text: &str) -> Cow<'_, str> {
    println!("{}", text.len());
    //{
    if text.contains('\t') {
        return Cow::Owned(text.replace('\t', " "));
    }
    let trimmed = text.trim();
    Cow::Borrowed(trimmed)
    //}
}

fn main() {
    println!("{} {}", clean(" a "), clean("a\tb"));
}
