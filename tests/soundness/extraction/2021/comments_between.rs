//= extracted
fn tally(values: &[u32]) -> Option<u32> {
    println!("{}", values.len());
    //{
    let mut sum = 0;

    /* a block
    of lines */
    for value in values {
        if *value == 0 {
            // Nothing counts.
            return None; // at once
        }
        sum += value;
    }
    //}
    // Behind.
    Some(sum)
}

fn main() {
    println!("{:?} {:?}", tally(&[1, 2]), tally(&[0]));
}
