//= extracted
fn sum(bytes: &[u8]) -> u32 {
    let mut sum = 0;
    let mut at = 0;
    while at < bytes.len() {
        //{
        // SAFETY: `at` is below the length.
        let byte = unsafe { *bytes.get_unchecked(at) };
        sum += u32::from(byte);
        //}
        at += 1;
    }
    sum
}

fn main() {
    println!("{}", sum(&[1, 2]));
}
