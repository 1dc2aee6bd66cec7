//! Comments and strings of several lines, which don't move like code.
fn tell(is_long: bool, is_old: bool) {
    println!("once");
    if is_long {
        /* The story has
         * three parts,
         * all of them old.
         */
        println!("upon");
        /* Another comment
        that has no stars
            and its own indentation. */
        println!("a time");
        let text = "there was
            a king";
        println!("{text}");
        if is_old {
            println!(
                "{}",
                r#"
  he was "old"
"#
            );
        }
    }
}

fn end(is_happy: bool) -> usize {
    if is_happy {
        println!("happily");
        return 1;
    } else {
        /*
          A diagram:
            a -> b
        */
        let words = "not \
            so happily";
        println!("{words}");
        words.len()
    }
}

fn main() {
    tell(true, true);
    tell(true, false);
    tell(false, true);
    println!("{} {}", end(true), end(false));
}
