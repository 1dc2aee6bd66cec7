//= extracted
fn outer(values: &[u32]) -> u32 {
    let mut sum = 0;
    //{
    for value in values {
        sum += value * 3;
    }
    //}
    return sum + helper(1);

    fn helper(by: u32) -> u32 {
        by * 100
    }
}

fn main() {
    println!("{}", outer(&[1, 2]));
}
