//= repeated: refused: The occurrences differ in more than values
fn first(names: &[&str]) -> usize {
    //{
    let mut lengths = [0; 4];
    for (length, name) in lengths.iter_mut().zip(names) {
        *length = name.len() * 3;
        println!("{name} {length} {}", names.len());
    }
    println!("{:?}", lengths);
    //}
    names.len()
}

fn second(names: &[&str]) -> usize {
    println!("second");
    let mut lengths = [0; 6];
    for (length, name) in lengths.iter_mut().zip(names) {
        *length = name.len() * 3;
        println!("{name} {length} {}", names.len());
    }
    println!("{:?}", lengths);
    names.len() + 1
}

fn main() {
    println!("{} {}", first(&["a"]), second(&["b", "c"]));
}
