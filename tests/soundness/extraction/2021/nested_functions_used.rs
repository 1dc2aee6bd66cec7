//= extracted
fn outer(values: &[u32]) -> u32 {
    fn helper(by: u32) -> u32 {
        by * 100
    }
    let mut sum = 0;
    //{
    for value in values {
        sum += helper(*value);
    }
    //}
    sum
}

fn main() {
    println!("{}", outer(&[1, 2]));
}
