//= repeated: extracted
fn first(names: &[&str], most: usize) -> Vec<String> {
    //{
    let mut list: Vec<String> = Vec::new();
    for name in names {
        if name.len() < most + 1 {
            list.push(name.to_uppercase());
        }
    }
    list.sort_unstable();
    list.dedup();
    //}
    list.push("first".to_owned());
    list
}

fn second(titles: &[&str], least: usize) -> usize {
    println!("second");
    let mut others: Vec<String> = Vec::new();
    for title in titles {
        if title.len() < least + 1 {
            others.push(title.to_uppercase());
        }
    }
    others.sort_unstable();
    others.dedup();
    others.push("second".to_owned());
    others.len()
}

fn main() {
    println!("{:?} {}", first(&["b", "a", "ccc"], 2), second(&["b"], 3));
}
