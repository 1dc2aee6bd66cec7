//= repeated: refused: The occurrences differ in more than values
fn first(names: &[&str], out: &mut Vec<String>) {
    //{
    for name in names {
        out.push(format!("{name} is {}", names.len()));
        println!("{name} {}", name.len());
    }
    println!("{:?} of {:?} {}", out.first(), names, out.len());
    //}
    out.clear();
}

fn second(names: &[&str], out: &mut Vec<String>) {
    println!("second");
    for name in names {
        out.push(format!("{name} is {:?}", names.len()));
        println!("{name} {}", name.len());
    }
    println!("{:?} of {:?} {}", out.first(), names, out.len());
}

fn main() {
    let mut out = Vec::new();
    first(&["a", "b"], &mut out);
    second(&["b", "a"], &mut out);
    println!("{out:?}");
}
