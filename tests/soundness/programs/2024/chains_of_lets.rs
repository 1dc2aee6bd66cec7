//! Conditions with several patterns, each of which holds what it was matched against.
struct Seen(u8);

impl Seen {
    fn half(&self) -> Option<u8> {
        (self.0 % 2 == 0).then_some(self.0 / 2)
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        println!("{} goes", self.0);
    }
}

fn halve(number: u8) {
    println!("halve {number}");
    if let Some(half) = Seen(number).half() {
        if let Some(quarter) = Seen(half).half() {
            println!("{half} {quarter}");
        }
    }
    if number > 2 {
        if let Some(half) = Seen(number).half()
            && half != 3
        {
            println!("{half} is not three");
        }
    }
}

fn quarter(number: u8) -> u8 {
    if let Some(half) = Seen(number).half()
        && let Some(quarter) = Seen(half).half()
    {
        println!("found {quarter}");
        return quarter;
    } else {
        println!("not found");
        number
    }
}

fn eighth(number: u8) {
    println!("eighth");
    if let Some(half) = Seen(number).half()
        && half > 1
    {
        println!("{half}");
        println!("more");
        println!("most");
    }
}

fn main() {
    for number in [1, 2, 4, 6, 8] {
        halve(number);
        println!("{}", quarter(number));
        eighth(number);
    }
}
