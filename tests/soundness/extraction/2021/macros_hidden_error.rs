//= extracted
macro_rules! ensure {
    ($holds:expr, $words:literal) => {
        if !$holds {
            return Err($words.to_owned());
        }
    };
}

fn half(number: u32) -> Result<u32, String> {
    println!("{number}");
    //{
    ensure!(number % 2 == 0, "odd");
    ensure!(number > 2, "small");
    Ok(number / 2)
    //}
}

fn main() {
    println!("{:?} {:?} {:?}", half(8), half(3), half(2));
}
