//= extracted
fn pick(numbers: &[i64], wanted: bool) -> i64 {
    let sum: i64 = if wanted {
        //{
        let positive = numbers.iter().filter(|it| **it > 0);
        positive.sum()
        //}
    } else {
        0
    };
    sum * 2
}

fn main() {
    println!("{} {}", pick(&[1, -2, 3], true), pick(&[1], false));
}
