//= extracted
fn visit(numbers: &[i32], sum: &mut i32) {
    for number in numbers {
        //{
        if *number == 0 {
            continue;
        }
        println!("{number}");
        *sum += number;
        //}
    }
}

fn main() {
    let mut sum = 0;
    visit(&[1, 0, 2], &mut sum);
    println!("{sum}");
}
