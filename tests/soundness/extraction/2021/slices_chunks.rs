//= extracted
fn checksum(data: &[u8], width: usize) -> Vec<u16> {
    let mut sums = Vec::new();
    //{
    for chunk in data.chunks(width) {
        let mut sum = 0u16;
        for byte in chunk {
            sum = sum.wrapping_add(u16::from(*byte));
        }
        sums.push(sum);
    }
    //}
    sums.reverse();
    sums
}

fn main() {
    println!("{:?}", checksum(&[1, 2, 3, 4, 5], 2));
}
