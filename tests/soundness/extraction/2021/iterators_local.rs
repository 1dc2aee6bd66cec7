//= extracted
fn pairs(numbers: &[i32]) -> Vec<(i32, i32)> {
    let mut rest = numbers.iter();
    let mut pairs = Vec::new();
    //{
    while let Some(left) = rest.next() {
        let right = rest.next().copied().unwrap_or_default();
        pairs.push((*left, right));
    }
    //}
    println!("{}", numbers.len());
    pairs
}

fn main() {
    println!("{:?}", pairs(&[1, 2, 3]));
}
