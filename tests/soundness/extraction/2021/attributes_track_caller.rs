//= extracted
use std::panic::Location;

#[track_caller]
fn check(values: &[u32]) -> u32 {
    let location = Location::caller();
    //{
    let mut total = 0;
    for value in values {
        total += value;
    }
    let average = total / values.len() as u32;
    //}
    println!("{}", location.line() > 0);
    average
}

fn main() {
    println!("{}", check(&[1, 3]));
}
