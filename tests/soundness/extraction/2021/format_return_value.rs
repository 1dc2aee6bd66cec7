//= extracted
fn check(values: &[u8], name: &str) -> Result<u32, String> {
    let mut sum = 0u32;
    for (at, value) in values.iter().enumerate() {
        //{
        let Some(value) = value.checked_sub(1) else {
            return Err(format!("{name}[{at}] is zero"));
        };
        sum += u32::from(value);
        //}
    }
    Ok(sum)
}

fn main() {
    println!("{:?} {:?}", check(&[1, 2], "a"), check(&[1, 0], "b"));
}
