//= repeated: extracted
struct Order {
    prices: Vec<u32>,
    rebate: u32,
}

fn total(order: &Order) -> u32 {
    //{
    let sum: u32 = order.prices.iter().sum();
    let rebate = sum * order.rebate / 100;
    let text = format!("{} of {}", rebate, sum);
    println!("{text} in {} lines", order.prices.len());
    sum - rebate
}

fn tell(order: &Order) -> usize {
    let sum: u32 = order.prices.iter().sum();
    let rebate = sum * order.rebate / 100;
    let text = format!("{} of {}", rebate, sum);
    println!("{text} in {} lines", order.prices.len());
    text.len() + 1
}

fn main() {
    let order = Order {
        prices: vec![10, 20, 70],
        rebate: 5,
    };
    println!("{} {}", total(&order), tell(&order));
}
