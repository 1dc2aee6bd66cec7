//= extracted
fn first_long(names: Vec<String>, limit: usize) -> Vec<String> {
    //{
    for name in &names {
        if name.len() > limit {
            println!("{name}");
            return names;
        }
    }
    //}
    println!("none");
    Vec::new()
}

fn main() {
    println!("{:?}", first_long(vec!["abc".to_owned()], 2));
    println!("{:?}", first_long(vec!["abc".to_owned()], 5));
}
