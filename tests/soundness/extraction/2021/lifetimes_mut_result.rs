//= extracted
fn slot<'a>(slots: &'a mut [Vec<u8>], at: usize, log: &mut Vec<usize>) -> &'a mut Vec<u8> {
    log.push(at);
    //{
    let count = slots.len();
    log.push(count);
    let slot = &mut slots[at % count];
    //}
    slot.push(9);
    slot
}

fn main() {
    let (mut slots, mut log) = (vec![vec![1], vec![2]], Vec::new());
    println!("{:?} {log:?}", slot(&mut slots, 3, &mut log));
}
