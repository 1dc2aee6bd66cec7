//= extracted
fn visit(numbers: &[i32]) -> i32 {
    let mut sum = 0;
    for number in numbers {
        //{
        if *number == 0 {
            continue;
        }
        if *number < 0 {
            break;
        }
        sum += number;
        //}
    }
    sum
}

fn main() {
    println!("{} {}", visit(&[1, 0, 2]), visit(&[1, -1, 2]));
}
