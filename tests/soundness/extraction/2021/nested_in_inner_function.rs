//= extracted
fn outer(values: &[u32]) -> u32 {
    fn inner(values: &[u32], by: u32) -> u32 {
        let mut sum = 0;
        //{
        for value in values {
            sum += value * by;
        }
        //}
        sum
    }
    inner(values, 2) + 1
}

fn main() {
    println!("{}", outer(&[1, 2]));
}
