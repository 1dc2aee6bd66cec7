//= extracted
fn run(numbers: &[i32]) -> i32 {
    let offset = numbers.len() as i32;
    let shift = |it: i32| it + offset;
    let mut sum = 0;
    //{
    for number in numbers {
        sum += shift(*number);
    }
    //}
    sum * shift(0)
}

fn main() {
    println!("{}", run(&[1, 2]));
}
