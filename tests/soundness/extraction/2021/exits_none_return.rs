//= extracted
fn middle(text: &str) -> Option<(usize, char)> {
    //{
    let length = text.chars().count();
    if length % 2 == 0 {
        return None;
    }
    let found = text.chars().nth(length / 2)?;
    //}
    println!("{length}");
    Some((length, found))
}

fn main() {
    println!("{:?} {:?} {:?}", middle("abc"), middle("ab"), middle(""));
}
