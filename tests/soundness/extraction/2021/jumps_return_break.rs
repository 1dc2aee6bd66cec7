//= extracted
fn pump(queue: &mut Vec<u32>) -> bool {
    let mut sum = 0;
    loop {
        //{
        let Some(item) = queue.pop() else {
            break;
        };
        if item == 13 {
            return false;
        }
        sum += item;
        //}
        println!("{sum}");
    }
    sum > 3
}

fn main() {
    println!("{} {}", pump(&mut vec![1, 2, 3]), pump(&mut vec![1, 13, 3]));
}
