//! The same in arms, guards and loops.
fn class(number: i32) -> &'static str {
    match number {
        // Nothing.
        0 => "none",
        1 => "few", // One.
        2 => {
            /* Two is
            few. */
            "few"
        }
        3 => "few",
        _ => "many",
    }
}

fn walk(numbers: &[i32]) {
    for number in numbers {
        // Each.
        if *number > 1 {
            let text = r"raw
  text";
            println!("{:?}", text);
            println!("{}", class(*number)); // Its class.

            println!("next");
        }
    }
}

fn main() {
    for number in 0..5 {
        println!("{}", class(number));
    }
    walk(&[1, 2, 3]);
}
