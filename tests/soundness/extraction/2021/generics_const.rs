//= extracted
fn spread<const N: usize>(values: [u32; N], by: u32) -> [u32; N] {
    let mut out = values;
    //{
    for (at, value) in out.iter_mut().enumerate() {
        *value += by * (N - at) as u32;
    }
    //}
    println!("{N}");
    out
}

fn main() {
    println!("{:?}", spread([1, 2, 3], 10));
}
