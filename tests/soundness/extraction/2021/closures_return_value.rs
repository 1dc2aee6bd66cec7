//= extracted
fn evaluate(values: &[i32], limit: i32) -> Vec<i32> {
    values
        .iter()
        .map(|&value| {
            //{
            if value > limit {
                return limit;
            }
            let doubled = value * 2;
            //}
            doubled - 1
        })
        .collect()
}

fn main() {
    println!("{:?}", evaluate(&[1, 5, 9], 6));
}
