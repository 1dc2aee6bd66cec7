//= repeated: extracted
fn first(names: &[&str], other: usize) -> usize {
    //{
    let mut all = 0;
    for name in names {
        all += name.len() * other;
        println!("{name} {all} {}", names.len() + other);
    }
    println!("{all} {:?}", names.first());
    //}
    all
}

fn second(names: &[&str], all: usize) -> usize {
    println!("second");
    let mut other = 0;
    for name in names {
        other += name.len() * all;
        println!("{name} {other} {}", names.len() + all);
    }
    println!("{other} {:?}", names.first());
    other
}

fn main() {
    println!("{} {}", first(&["a"], 2), second(&["b", "c"], 3));
}
