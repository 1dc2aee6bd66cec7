//= repeated: refused: The comments in the statements differ
fn first(names: &[&str], out: &mut Vec<String>) {
    //{
    for name in names {
        // The first ones are loud.
        out.push(name.repeat(2));
        println!("{name} {}", name.len());
    }
    println!("{:?} of {:?} {}", out.first(), names, out.len());
    //}
    out.clear();
}

fn second(names: &[&str], out: &mut Vec<String>) {
    println!("second");
    for name in names {
        // The second ones are still.
        out.push(name.repeat(3));
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
