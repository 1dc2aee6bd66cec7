//= extracted
fn tally(values: &[u32]) -> u32 {
    let mut sum = 0; // starts at nothing

    //{
    // All of them.
    for value in values {
        sum += value; // one more
    }
    sum *= 2; // counted twice
    //}
    sum // the end
}

fn main() {
    println!("{}", tally(&[1, 2]));
}
