//= extracted
fn pick(values: &[i32]) -> Option<i32> {
    let mut best = 0;
    for &value in values {
        //{
        if value < -10 {
            return None;
        }
        if value > 100 {
            return Some(value);
        }
        best = best.max(value);
        //}
    }
    Some(best)
}

fn main() {
    println!("{:?} {:?} {:?}", pick(&[1, 2]), pick(&[-11]), pick(&[1, 200, -11]));
}
