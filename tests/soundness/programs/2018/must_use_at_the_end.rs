//! Last expressions that warn once they are statements.
#![deny(unused)]
#![allow(clippy::must_use_unit)]

#[must_use]
fn ticket() {
    println!("ticket");
}

#[must_use = "somebody paid for it"]
fn receipt(sum: u8) {
    println!("receipt for {}", sum);
}

fn ride(has_paid: bool) {
    println!("get in");
    if has_paid {
        println!("sit");
        println!("ride");
        println!("get out");
        ticket()
    }
}

fn pay(sum: u8) {
    if sum == 0 {
        println!("free");
        return;
    } else {
        println!("pay {}", sum);
        receipt(sum)
    }
}

fn main() {
    ride(true);
    ride(false);
    pay(0);
    pay(3);
}
