//= refused: rustc rejects it
macro_rules! add {
    ($sum:ident, $value:expr) => {
        $sum += $value * 2
    };
}

fn total(values: &[u32]) -> u32 {
    let mut sum = 0;
    //{
    for value in values {
        add!(sum, *value);
    }
    //}
    sum + 1
}

fn main() {
    println!("{}", total(&[1, 2]));
}
