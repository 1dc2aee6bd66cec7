//= repeated: refused: has a different type there
fn first(small: u8, names: &[&str]) -> usize {
    //{
    let mut all = 0;
    for name in names {
        println!("{name} and {}", small.count_ones());
        all += name.len() + 3;
    }
    println!("{all} of {:?}", names.first());
    //}
    all
}

fn second(names: &[&str], large: u64) -> usize {
    println!("second");
    let mut all = 0;
    for name in names {
        println!("{name} and {}", large.count_ones());
        all += name.len() + 3;
    }
    println!("{all} of {:?}", names.first());
    all + 1
}

fn main() {
    println!("{} {}", first(3, &["a"]), second(&["b", "c"], 7));
}
