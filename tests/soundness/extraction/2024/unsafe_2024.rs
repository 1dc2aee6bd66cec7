//= extracted
fn total(values: &[u32]) -> Result<u32, String> {
    let mut sum: u32 = 0;
    for at in 0..values.len() {
        //{
        // SAFETY: `at` is below the length.
        let value = unsafe { values.get_unchecked(at) };
        sum = sum.checked_add(*value).ok_or("overflow")?;
        //}
    }
    Ok(sum)
}

fn main() {
    println!("{:?} {:?}", total(&[1, 2]), total(&[u32::MAX, 2]));
}
