//= extracted
fn count(lines: &[&str]) -> usize {
    let mut count = 0;
    for line in lines {
        //{
        if line.is_empty() {
            continue;
        }
        if line.starts_with('#') {
            println!("comment");
            continue;
        }
        //}
        count += line.len();
    }
    count
}

fn main() {
    println!("{}", count(&["ab", "", "# c", "d"]));
}
