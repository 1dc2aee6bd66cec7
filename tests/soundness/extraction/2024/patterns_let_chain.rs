//= extracted
fn value(left: Option<u32>, right: Option<u32>) -> u32 {
    let mut sum = 0;
    //{
    if let Some(left) = left
        && let Some(right) = right
        && left < right
    {
        sum += left * right;
    }
    //}
    println!("{left:?}");
    sum
}

fn main() {
    println!("{} {}", value(Some(2), Some(3)), value(None, Some(1)));
}
