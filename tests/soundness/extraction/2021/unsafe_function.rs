//= extracted
/// # Safety
///
/// `at` is below the length.
unsafe fn byte(bytes: &[u8], at: usize) -> u8 {
    println!("{at}");
    //{
    let half = at / 2;
    let shown = format!("{half} of {}", bytes.len());
    //}
    println!("{shown}");
    unsafe { *bytes.get_unchecked(at) }
}

fn main() {
    println!("{}", unsafe { byte(&[1, 2], 1) });
}
