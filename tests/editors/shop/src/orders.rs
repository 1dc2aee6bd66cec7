//! Orders. Größe and 🦀 shift columns, so that positions are counted as the client counts them.

pub struct Order {
    pub lines: Vec<u32>,
    pub customer: Option<String>,
    pub is_paid: bool,
}

pub fn label(order: &Order) -> usize {
    let name = match &order.customer {
        Some(name) => name,
        None => return 0,
    };
    name.len()
}

pub fn größe(order: &Order) -> usize {
    let note = "Größe 🦀"; if order.is_paid {
        if order.lines.is_empty() {
            println!("{note}: empty but paid");
        }
    }
    order.lines.len()
}

pub fn send(orders: &mut Vec<Order>, note: &str) {
    println!("{note} 🦀");
    if !orders.is_empty() {
        // Listeners hear of the first one only.
        let first = orders.remove(0);
        let name = first.customer;
        println!("{name:?}");
        println!("{}", first.is_paid);
        println!("{}", first.lines.len());
        println!("{}", first.lines.capacity());
        println!("{:?}", first.lines.first());
        println!("{:?}", first.lines.last());
        if name.is_none() {
            return;
        }
        println!("{note}: sent");
        println!("{}", note.len());
        println!("{}", note.trim());
        println!("{}", orders.len());
        println!("{}", orders.capacity());
        println!("{:?}", orders.first().map(|it| it.is_paid));
        println!("{:?}", orders.last().map(|it| it.is_paid));
    }
}
