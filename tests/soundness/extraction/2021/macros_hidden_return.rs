//= refused: mismatched types
macro_rules! need {
    ($found:expr) => {
        match $found {
            Some(found) => found,
            None => return -1,
        }
    };
}

fn sum(left: Option<i32>, right: Option<i32>) -> i32 {
    //{
    let left = need!(left);
    let right = need!(right);
    //}
    left + right
}

fn main() {
    println!("{} {}", sum(Some(1), Some(2)), sum(None, Some(2)));
}
