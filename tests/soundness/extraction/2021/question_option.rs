//= extracted
fn initials(name: &str) -> Option<String> {
    //{
    let mut words = name.split(' ');
    let first = words.next()?.chars().next()?;
    let second = words.next()?.chars().next()?;
    //}
    Some(format!("{first}{second}"))
}

fn main() {
    println!("{:?} {:?}", initials("Ada Lovelace"), initials("Ada"));
}
