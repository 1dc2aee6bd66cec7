//= extracted
fn fill(list: &mut Vec<u32>, count: u32) {
    list.clear();
    /*{*/list.extend((0..count).map(|it| it * it))/*}*/;
    println!("{list:?}");
}

fn main() {
    fill(&mut vec![9], 4);
}
