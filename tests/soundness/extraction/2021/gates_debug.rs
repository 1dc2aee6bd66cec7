//= extracted
fn compute(values: &[i32]) -> i32 {
    let mut total = 0;
    //{
    for value in values {
        total += value;
    }
    #[cfg(debug_assertions)]
    println!("total {total}");
    //}
    total
}

fn main() {
    println!("{}", compute(&[1, 2]));
}
