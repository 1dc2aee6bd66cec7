//= extracted
fn area(width: u32, height: u32) -> u32 {
    println!("{width} x {height}");
    //{
    let border = 2;
    let inner = width.saturating_sub(border) * height.saturating_sub(border);
    inner + border
    //}
}

fn main() {
    println!("{} {}", area(3, 4), area(1, 1));
}
