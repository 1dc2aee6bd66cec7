//= extracted
fn title(lines: &[String]) -> String {
    let mut skipped = 0;
    //{
    for line in lines {
        if let Some(title) = line.strip_prefix("# ") {
            return title.to_owned();
        }
        skipped += 1;
    }
    //}
    format!("untitled after {skipped}")
}

fn main() {
    println!("{}", title(&["a".to_owned(), "# b".to_owned()]));
    println!("{}", title(&["a".to_owned()]));
}
