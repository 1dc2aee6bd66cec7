//= extracted
fn pick(numbers: &[u32]) -> u32 {
    let mut at = 0;
    loop {
        if at == numbers.len() {
            //{
            println!("nothing");
            let last = numbers.last().copied().unwrap_or(7);
            break last + 1;
            //}
        }
        if numbers[at] > 10 {
            break numbers[at];
        }
        at += 1;
    }
}

fn main() {
    println!("{} {} {}", pick(&[1, 20]), pick(&[1, 2]), pick(&[]));
}
