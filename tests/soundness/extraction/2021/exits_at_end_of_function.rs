//= extracted
fn report(values: &[u8]) -> Option<u8> {
    println!("{} values", values.len());
    //{
    let first = values.first()?;
    if *first > 100 {
        return None;
    }
    let last = values.last()?;
    Some(first + last)
    //}
}

fn main() {
    println!(
        "{:?} {:?} {:?}",
        report(&[]),
        report(&[1, 2]),
        report(&[101])
    );
}
