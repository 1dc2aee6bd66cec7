//= extracted
fn show(values: &[i32]) {
    let limit = values.len() as i32;
    print(/*{*/values.iter().filter(|it| **it < limit).count()/*}*/, "small");
}

fn print(count: usize, what: &str) {
    println!("{count} {what}");
}

fn main() {
    show(&[1, 5, 2]);
}
