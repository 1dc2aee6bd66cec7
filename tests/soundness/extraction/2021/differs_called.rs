//= repeated: refused: The occurrences differ in more than values
fn first(names: &[&str], out: &mut Vec<String>) {
    //{
    for name in names {
        let long = format!("{name}{}", name.len());
        out.push(long.to_uppercase());
        println!("{name} {} {long}", out.len());
    }
    println!("{:?} of {:?}", out.first(), names);
    //}
    out.clear();
}

fn second(names: &[&str], out: &mut Vec<String>) {
    println!("second");
    for name in names {
        let long = format!("{name}{}", name.len());
        out.push(long.to_lowercase());
        println!("{name} {} {long}", out.len());
    }
    println!("{:?} of {:?}", out.first(), names);
}

fn main() {
    let mut out = Vec::new();
    first(&["aA"], &mut out);
    second(&["bB"], &mut out);
    println!("{out:?}");
}
