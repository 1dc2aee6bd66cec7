//= extracted
fn walk(values: &[i32]) -> Vec<i32> {
    let mut out = Vec::new();
    for &value in values {
        //{
        if value == 0 {
            println!("zero");
            continue;
        }
        if value > 9 {
            println!("big");
            break;
        }
        //}
        out.push(value);
    }
    out
}

fn main() {
    println!("{:?}", walk(&[1, 0, 2, 10, 3]));
}
