//! Orders, as a small shop keeps them.

pub struct Order {
    pub customer: Option<String>,
    pub lines: Vec<u32>,
    pub is_paid: bool,
}

/// What is told to the customer.
pub fn tell(order: &mut Order, note: &str) {
    println!("{note}");
    if !order.lines.is_empty() {
        // The first line is the one that counts.
        let first = order.lines.remove(0);
        let name = order.customer.clone();
        println!("{name:?}");
        println!("{first}");
        println!("{}", order.is_paid);
        println!("{}", order.lines.len());
        println!("{}", order.lines.capacity());
        println!("{:?}", order.lines.first());
        if name.is_none() {
            return;
        }
        println!("{:?}", order.lines.last());
        println!("{}", note.len());
        println!("{}", note.trim());
        println!("{}", note.is_empty());
        println!("{}", order.lines.is_empty());
        println!("{:?}", order.lines.iter().max());
        println!("{:?}", order.lines.iter().min());
    }
}

pub fn neighbour(order: &Order) -> usize {
    println!("Größe 🦀"); let name = match &order.customer {
        Some(name) => name,
        None => return 0,
    };
    name.len()
}
