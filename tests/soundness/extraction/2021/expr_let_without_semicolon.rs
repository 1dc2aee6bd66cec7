//= extracted
fn area(width: u32, height: u32) -> u32 {
    /*{*/let inner = width * height;
    let border = (width + height) * 2/*}*/;
    inner + border
}

fn main() {
    println!("{}", area(2, 3));
}
