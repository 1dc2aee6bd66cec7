//= repeated: extracted
fn first(numbers: &[u32]) -> u32 {
    //{
    let scaled: Vec<u32> = numbers.iter().map(|it| it * 2).collect();
    println!("{:?} of {:?}", scaled, numbers);
    let sum: u32 = scaled.iter().sum();
    let count = scaled.len() as u32 + numbers.len() as u32;
    println!("{}", sum + count);
    let most = scaled.iter().max().copied().unwrap_or(sum);
    let least = scaled.iter().min().copied().unwrap_or(sum);
    println!("{} to {}", least, most);
    sum
}

fn second(prices: &[u32]) -> u32 {
    let raised: Vec<u32> = prices.iter().map(|it| it * 2).collect();
    println!("{:?} of {:?}", raised, prices);
    let total: u32 = raised.iter().sum();
    let size = raised.len() as u32 + prices.len() as u32;
    println!("{}", total + size);
    let high = raised.iter().max().copied().unwrap_or(total);
    let low = raised.iter().min().copied().unwrap_or(total);
    println!("{} to {}", low, high);
    total * 2
}

fn main() {
    println!("{} {}", first(&[1, 2]), second(&[3]));
}
