//= repeated: extracted
fn first(numbers: &[u32], mut total: u32) -> u32 {
    //{
    for number in numbers {
        total += number * 2;
    }
    let average = total / (numbers.len() as u32 + 1);
    println!("{total} {average} {numbers:?}");
    total -= average.min(total);
    total + average
}

fn second(all: &[u32]) -> u32 {
    let numbers = &all[1..];
    let mut total = 7;
    for number in numbers {
        total += number * 2;
    }
    let average = total / (numbers.len() as u32 + 1);
    println!("{total} {average} {numbers:?}");
    total -= average.min(total);
    average + total * 2
}

fn main() {
    println!("{} {}", first(&[1, 2], 3), second(&[4, 5, 6]));
}
