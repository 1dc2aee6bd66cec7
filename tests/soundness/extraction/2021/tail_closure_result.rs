//= extracted
fn apply(numbers: Vec<u32>, factor: u32) -> Vec<u32> {
    println!("{}", numbers.len());
    //{
    let scaled = numbers.into_iter().map(|it| it * factor);
    scaled.filter(|it| it % 2 == 0).collect()
    //}
}

fn main() {
    println!("{:?}", apply(vec![1, 2, 3], 3));
}
