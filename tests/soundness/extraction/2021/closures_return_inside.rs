//= extracted
fn classify(numbers: &[i32]) -> Vec<&'static str> {
    println!("{}", numbers.len());
    //{
    let words = numbers.iter().map(|it| {
        if *it < 0 {
            return "minus";
        }
        "plus"
    });
    let mut words: Vec<&'static str> = words.collect();
    words.dedup();
    //}
    words.push("end");
    words
}

fn main() {
    println!("{:?}", classify(&[1, 2, -3]));
}
