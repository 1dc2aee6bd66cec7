//= extracted
fn each<F>(numbers: &[u32], mut act: F) -> usize
where
    F: FnMut(u32) -> bool,
{
    let mut count = 0;
    //{
    for number in numbers {
        if act(*number) {
            count += 1;
        }
    }
    //}
    println!("{}", numbers.len());
    count
}

fn main() {
    let mut seen = Vec::new();
    let count = each(&[1, 2, 3], |it| {
        seen.push(it);
        it > 1
    });
    println!("{count} {seen:?}");
}
