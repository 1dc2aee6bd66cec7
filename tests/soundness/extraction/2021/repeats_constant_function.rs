//= repeated: refused: differ
const fn first(size: u32, step: u32) -> u32 {
    let start = size + 1;
    //{
    let rounded = (start + step - 1) / step * step;
    let doubled = rounded * 2 + (size & 3) + (step << 1);
    let spread = doubled / (step + 1) + rounded / (size + 1);
    spread + 1
}

fn second(size: u32, step: u32) -> u32 {
    let start = size * 2;
    println!("{start}");
    let rounded = (start + step - 1) / step * step;
    let doubled = rounded * 2 + (size & 3) + (step << 1);
    let spread = doubled / (step + 1) + rounded / (size + 1);
    spread * 2
}

fn main() {
    const FIRST: u32 = first(5, 4);
    println!("{FIRST} {}", second(6, 4));
}
