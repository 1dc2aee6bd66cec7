//! Comments at every place of a `match` that unwraps or leaves.
fn sum(first: Option<u8>, second: Result<u8, String>) -> u8 {
    // Before the first.
    let first = match first {
        // Above the value.
        Some(first) => first, // Beside the value.
        // Above the way out.
        None => {
            // Inside the way out.
            return 0; // Beside the return.
        } // Behind the arm.
    }; // Behind the whole.
    let second = match second /* in the head */ {
        Ok(second) => second,
        Err(_) => return 1, // Beside the last arm.
    };
    let third = if let Some(third) = Some(second) {
        // In the first block.
        third
    } else {
        /* In the second,
         * over two lines.
         */
        return 2;
    };
    first + second + third
}

fn name(number: u8) -> &'static str {
    match number {
        // None.
        0 => "few",
        1 => "few", // One.
        // Two is few as well.
        2 => "few",
        3 => {
            // Three is some.
            "some"
        }
        4 => {
            // Three is some.
            "some"
        }
        _ => "many",
    }
}

fn main() {
    println!("{} {}", sum(None, Ok(1)), sum(Some(1), Err(String::new())));
    println!("{}", sum(Some(1), Ok(2)));
    for number in 0..6 {
        println!("{}", name(number));
    }
}
