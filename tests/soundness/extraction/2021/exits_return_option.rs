//= extracted
fn first_even(numbers: &[u32], limit: usize) -> u32 {
    let mut seen = 0;
    //{
    for number in numbers {
        seen += 1;
        if number % 2 == 0 {
            return *number;
        }
        if seen > limit {
            break;
        }
    }
    //}
    println!("none among {seen}");
    0
}

fn main() {
    println!("{}", first_even(&[1, 3, 4], 9));
    println!("{}", first_even(&[1, 3, 5, 6], 2));
}
