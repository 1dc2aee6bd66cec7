//= extracted
fn walk(numbers: &[i32]) -> i32 {
    let mut sum = 0;
    for number in numbers {
        //{
        if *number == 0 {
            continue;
        }
        if *number < 0 {
            return sum;
        }
        //}
        sum += number;
    }
    sum
}

fn main() {
    println!("{} {}", walk(&[1, 0, 2]), walk(&[1, -1, 2]));
}
