//= extracted
fn stats(pairs: &[(String, u32)]) -> (usize, u32) {
    let mut longest = 0;
    let mut sum = 0;
    for (name, count) in pairs {
        //{
        if name.len() > longest {
            longest = name.len();
        }
        if *count > 3 {
            sum += count;
        }
        //}
    }
    (longest, sum)
}

fn main() {
    println!("{:?}", stats(&[("ab".into(), 4), ("c".into(), 1)]));
}
