//= extracted
fn total(numbers: impl Iterator<Item = u32>, limit: u32) -> u32 {
    let mut sum = 0;
    //{
    for number in numbers {
        if number < limit {
            sum += number;
        }
    }
    //}
    sum * 2
}

fn main() {
    println!("{}", total([1, 2, 9].into_iter(), 5));
}
