//= extracted
use std::collections::HashMap;

fn price(prices: &HashMap<String, u32>, order: &[(&str, u32)]) -> Result<u32, String> {
    let mut sum = 0;
    for (name, count) in order {
        //{
        let Some(price) = prices.get(*name) else {
            return Err(format!("no {name}"));
        };
        if *count == 0 {
            return Ok(0);
        }
        //}
        sum += price * count;
    }
    Ok(sum)
}

fn main() {
    let prices = HashMap::from([("a".to_owned(), 3)]);
    println!("{:?}", price(&prices, &[("a", 2)]));
    println!("{:?}", price(&prices, &[("b", 2)]));
    println!("{:?}", price(&prices, &[("a", 0)]));
}
