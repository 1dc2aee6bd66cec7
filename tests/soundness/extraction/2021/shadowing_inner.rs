//= extracted
fn count(items: &[u32]) -> u32 {
    let item = 7;
    let mut sum = 0;
    //{
    for item in items {
        let item = item + 1;
        sum += item;
    }
    //}
    sum + item
}

fn main() {
    println!("{}", count(&[1, 2]));
}
