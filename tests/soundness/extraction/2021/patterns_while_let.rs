//= extracted
fn drain(queue: &mut Vec<Option<u32>>) -> u32 {
    let mut sum = 0;
    //{
    while let Some(Some(next)) = queue.pop() {
        sum += next;
    }
    //}
    println!("{} left", queue.len());
    sum
}

fn main() {
    println!("{}", drain(&mut vec![Some(1), None, Some(2), Some(3)]));
}
