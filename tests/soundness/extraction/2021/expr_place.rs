//= refused: The selection is a place expression
struct Counter {
    count: u32,
}

fn bump(counter: &mut Counter) {
    /*{*/counter.count/*}*/ += 1;
}

fn main() {
    let mut counter = Counter { count: 1 };
    bump(&mut counter);
    println!("{}", counter.count);
}
