//! A unit structure and a constant whose names look like places, and are values that go at once.
struct Quiet;

struct Bell(&'static str);

const BELL: Bell = Bell("bell");

impl Quiet {
    fn seat(&self, row: u8) -> Option<u8> {
        row.checked_add(250)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        println!("noise again");
    }
}

impl Bell {
    fn ring(&self, times: u8) -> Result<u8, u8> {
        if times > 2 {
            Ok(times)
        } else {
            Err(times)
        }
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        println!("{} falls silent", self.0);
    }
}

fn find(row: u8) -> u8 {
    let seat = match Quiet.seat(row) {
        Some(seat) => seat,
        None => {
            println!("no seat");
            return 0;
        }
    };
    seat - 250
}

fn ring(times: u8) -> u8 {
    let rung = match BELL.ring(times) {
        Ok(rung) => rung,
        Err(_) => {
            println!("not loud enough");
            return 0;
        }
    };
    rung + 1
}

fn late(row: u8) -> u8 {
    if row > 9 {
        println!("late");
        return 1;
    } else {
        let coat = String::from("coat");
        println!("{}", coat);
        Quiet.seat(row).map_or(0, |seat| seat / 2)
    }
}

fn main() {
    println!("{} {}", find(1), find(9));
    println!("{} {}", ring(1), ring(3));
    println!("{} {} {}", late(1), late(9), late(10));
}
