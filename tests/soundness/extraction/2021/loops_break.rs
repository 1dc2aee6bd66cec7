//= extracted
fn drain(stack: &mut Vec<u32>) -> u32 {
    let mut sum = 0;
    loop {
        //{
        let Some(top) = stack.pop() else {
            break;
        };
        if top > 100 {
            break;
        }
        //}
        sum += top;
    }
    sum
}

fn main() {
    println!(
        "{} {}",
        drain(&mut vec![1, 2, 3]),
        drain(&mut vec![1, 200, 3])
    );
}
