//= extracted
fn scale(numbers: &[i32], factor: i32) -> Vec<i32> {
    println!("{factor}");
    //{
    let double = |it: &i32| it * factor;
    let scaled: Vec<i32> = numbers.iter().map(double).collect();
    //}
    println!("{}", scaled.len());
    scaled
}

fn main() {
    println!("{:?}", scale(&[1, 2], 4));
}
