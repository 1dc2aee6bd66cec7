//= extracted
fn extent(points: &[(i32, i32)]) -> i32 {
    //{
    let mut left = i32::MAX;
    let mut right = i32::MIN;
    for (x, _) in points {
        left = left.min(*x);
        right = right.max(*x);
    }
    //}
    left -= 1;
    right - left
}

fn main() {
    println!("{}", extent(&[(1, 2), (5, 0)]));
}
