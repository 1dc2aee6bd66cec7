//! Line ends of another system, in comments, strings and between arms.
fn read(word: Option<&str>, is_strict: bool) -> usize {
    // Above.
    let word = match word {
        Some(word) => word, // Beside.
        // The other case.
        None => return 0,
    };
    if is_strict {
        // Early.
        return 1;
    } else {
        /* Over
         * two lines.
         */
        let text = "first
            second";
        println!("{text:?}"); // Behind.
        word.len() + 1
    }
}

fn tell(is_short: bool, is_late: bool) {
    if !is_short {
        // Inner.
        if is_late {
            println!("late");
        }
    }
    if is_short && is_late || !is_late {
        println!("on time");
    } else {
        println!("too late");
    }
    if is_late {
        println!("one");
        // Between.
        println!("two");
        println!("three")
    }
}

fn main() {
    println!(
        "{} {} {}",
        read(None, true),
        read(Some("a"), true),
        read(Some("b"), false)
    );
    for is_short in [true, false] {
        tell(is_short, true);
        tell(is_short, false);
    }
}
