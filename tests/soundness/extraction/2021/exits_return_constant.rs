//= extracted
fn is_sorted(numbers: &[i32]) -> bool {
    let mut last = i32::MIN;
    //{
    for number in numbers {
        if *number < last {
            return false;
        }
        last = *number;
    }
    //}
    println!("last: {last}");
    true
}

fn main() {
    println!("{}", is_sorted(&[1, 2, 3]));
    println!("{}", is_sorted(&[1, 3, 2]));
}
