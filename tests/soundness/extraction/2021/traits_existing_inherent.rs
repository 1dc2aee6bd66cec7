//= extracted
use std::fmt;

struct Money {
    cents: i64,
}

impl Money {
    fn new(cents: i64) -> Self {
        Self { cents }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        //{
        let sign = if self.cents < 0 { "-" } else { "" };
        let whole = self.cents.abs() / 100;
        let rest = self.cents.abs() % 100;
        //}
        write!(f, "{sign}{whole}.{rest:02}")
    }
}

fn main() {
    println!("{} {}", Money::new(-1234), Money::new(5));
}
