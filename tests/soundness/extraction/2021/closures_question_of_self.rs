//= extracted
use std::collections::HashMap;

struct Prices {
    base: HashMap<String, u32>,
    discount: u32,
}

impl Prices {
    fn total(&self, cart: &[(String, u32)]) -> Option<u32> {
        cart.iter().try_fold(0u32, |sum, (name, count)| {
            //{
            let price = self.base.get(name)?;
            let full = price * count;
            let reduced = full - full * self.discount / 100;
            //}
            sum.checked_add(reduced)
        })
    }
}

fn main() {
    let prices = Prices {
        base: HashMap::from([("a".to_string(), 100)]),
        discount: 10,
    };
    println!("{:?}", prices.total(&[("a".into(), 2)]));
    println!("{:?}", prices.total(&[("b".into(), 2)]));
}
