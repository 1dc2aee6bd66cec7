//= extracted
struct Size {
    width: u32,
    height: u32,
}

fn area(size: &Size, scale: u32) -> u32 {
    //{
    let Size { width, height } = size;
    let area = width * height * scale;
    //}
    println!("{width} {height}");
    area
}

fn main() {
    println!(
        "{}",
        area(
            &Size {
                width: 2,
                height: 3
            },
            4
        )
    );
}
