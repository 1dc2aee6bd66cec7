//= extracted
fn evens(numbers: &[u32], factor: u32) -> u32 {
    println!("{factor}");
    //{
    let even = numbers.iter().filter(|it| **it % 2 == 0);
    let scaled = even.map(move |it| it * factor);
    //}
    scaled.sum()
}

fn main() {
    println!("{}", evens(&[1, 2, 4], 3));
}
