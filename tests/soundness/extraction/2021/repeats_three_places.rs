//= repeated: extracted
fn work(numbers: &mut Vec<u32>, kind: u8) -> u32 {
    match kind {
        0 => {
            //{
            let last = numbers.last().copied().unwrap_or(7);
            numbers.push(last * 2);
            numbers.retain(|it| it % 3 != 0 || *it > 10);
            1
        }
        1 => {
            numbers.push(1);
            let last = numbers.last().copied().unwrap_or(7);
            numbers.push(last * 2);
            numbers.retain(|it| it % 3 != 0 || *it > 10);
            2
        }
        _ => {
            let last = numbers.last().copied().unwrap_or(7);
            numbers.push(last * 2);
            numbers.retain(|it| it % 3 != 0 || *it > 10);
            last
        }
    }
}

fn main() {
    let mut numbers = vec![3, 4];
    for kind in 0..3 {
        println!("{} {numbers:?}", work(&mut numbers, kind));
    }
}
