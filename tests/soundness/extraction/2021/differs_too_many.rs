//= repeated: refused: 5 values differ
fn first(names: &[&str], out: &mut Vec<usize>) {
    //{
    for name in names {
        out.push(name.len() * 2);
        out.push(name.len() % 3);
        println!("{name} {} {}", name.len() << 4, name.repeat(5));
    }
    println!("{:?} of {:?} {}", out.first(), names, out.len() > 6);
    //}
    out.clear();
}

fn second(names: &[&str], out: &mut Vec<usize>) {
    println!("second");
    for name in names {
        out.push(name.len() * 12);
        out.push(name.len() % 13);
        println!("{name} {} {}", name.len() << 14, name.repeat(15));
    }
    println!("{:?} of {:?} {}", out.first(), names, out.len() > 16);
}

fn main() {
    let mut out = Vec::new();
    first(&["a", "b"], &mut out);
    second(&["b", "a"], &mut out);
    println!("{out:?}");
}
