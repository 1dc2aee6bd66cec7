//! An `enum` with a `Drop` of its own, matched by a variant that holds nothing to drop.
enum Ticket {
    Seat(u8),
    Standing,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        println!("torn");
    }
}

fn buy(is_early: bool) -> Ticket {
    if is_early {
        Ticket::Seat(12)
    } else {
        Ticket::Standing
    }
}

fn sit(is_early: bool) {
    let seat = match buy(is_early) {
        Ticket::Seat(seat) => seat,
        Ticket::Standing => {
            println!("stand");
            return;
        }
    };
    println!("seat {seat}");
}

fn sit_down(is_early: bool) {
    println!("go in");
    if let Ticket::Seat(seat) = buy(is_early) {
        println!("look for {seat}");
        println!("sit");
        println!("wait");
    }
}

fn main() {
    sit(true);
    sit(false);
    sit_down(true);
    sit_down(false);
}
