//! Long expressions that fit one line once they stand further out, and short ones that then don't need theirs.
fn add(is_wanted: bool, is_large: bool, first_of_all: u32, second_of_all: u32, third: u32) {
    if is_wanted {
        if is_large {
            let sum = first_of_all + second_of_all + third + 1_000_000 + 2_000_000 + 30_000_0000;
            println!("{}", sum);
        }
    }
}

fn find(words: &[String], is_wanted: bool) -> usize {
    if !is_wanted {
        println!("nothing");
        return 0;
    } else {
        let found = words
            .iter()
            .filter(|word| word.len() > 3)
            .map(|word| word.len())
            .max();
        let longest = found.map_or_else(|| usize::from(is_wanted), |length| length + words.len());
        if longest > 12 || longest == 7 && is_wanted || words.is_empty() && words.len() < 1_000_00 {
            longest
        } else {
            longest * 2
        }
    }
}

fn pick(number: Result<u64, std::num::ParseIntError>, otherwise: u64, is_wanted: bool) -> u64 {
    let the_number_that_was_parsed = match number {
        Ok(the_number_that_was_parsed) => the_number_that_was_parsed,
        Err(_) if is_wanted => return otherwise,
        Err(_) => return 0,
    };
    let checked = match the_number_that_was_parsed
        .checked_mul(otherwise)
        .and_then(|n| n.checked_add(1))
    {
        Some(checked) => checked,
        None => return u64::max_value(),
    };
    checked
}

fn main() {
    add(true, true, 1, 2, 3);
    add(true, false, 1, 2, 3);
    println!(
        "{} {}",
        find(&[], true),
        find(&[String::from("words")], false)
    );
    println!(
        "{}",
        find(&[String::from("words"), String::from("longer words")], true)
    );
    println!(
        "{} {}",
        pick("12".parse(), 3, true),
        pick("x".parse(), 3, true)
    );
}
