//= refused: starts or ends inside a statement
fn sum(a: u32, b: u32, c: u32) -> u32 {
    a * /*{*/b + c/*}*/
}

fn main() {
    println!("{}", sum(1, 2, 3));
}
