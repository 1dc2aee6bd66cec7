//= extracted
fn find<T: PartialOrd + Copy>(items: &[T], least: T) -> Option<T> {
    let mut last = None;
    //{
    for item in items {
        if *item > least {
            return Some(*item);
        }
        last = Some(*item);
    }
    //}
    println!("none");
    last
}

fn main() {
    println!("{:?} {:?}", find(&[1, 5], 3), find(&[1.0], 3.0));
}
