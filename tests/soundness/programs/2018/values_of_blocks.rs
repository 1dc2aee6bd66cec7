//! Constants, loops with a value, labelled blocks: places where an `if` is a value, and others where it only looks like one.
const fn clamp(number: Option<u8>, limit: u8) -> u8 {
    let number = match number {
        Some(number) => number,
        None => return 0,
    };
    if number > limit {
        return limit;
    } else {
        number
    }
}

const LIMIT: u8 = {
    let number = clamp(Some(7), 5);
    if number > 3 {
        let more = number + 1;
        more * 2
    } else {
        0
    }
};

static IS_LARGE: bool = if LIMIT > 3 { true } else { false };

fn search(numbers: &[u8], wanted: u8) -> Option<usize> {
    let mut at = 0;
    let found = loop {
        let number = match numbers.get(at) {
            Some(number) => number,
            None => break None,
        };
        if *number != wanted {
            at += 1;
            continue;
        } else {
            println!("at {}", at);
        }
        break Some(at);
    };
    found
}

fn walk(numbers: &[u8]) -> u8 {
    let mut sum = 0;
    'rows: for row in 0..3 {
        for number in numbers {
            let rest = match number.checked_sub(row) {
                Some(rest) => rest,
                None => continue 'rows,
            };
            if rest > 6 {
                break 'rows;
            } else if rest == 4 {
                println!("four");
            } else {
                sum += rest;
            }
        }
        if sum > 2 {
            println!("row {}", row);
            println!("sum {}", sum);
            println!("next");
        }
    }
    sum
}

fn choose(number: u8) -> &'static str {
    let word = if number > LIMIT {
        "more"
    } else if number == LIMIT {
        return "as much";
    } else {
        "less"
    };
    println!("chosen");
    word
}

fn main() {
    println!("{} {} {}", LIMIT, IS_LARGE, clamp(None, 1));
    println!("{:?} {:?}", search(&[1, 2, 3], 3), search(&[1], 2));
    println!("{} {} {}", walk(&[1, 2]), walk(&[4, 1]), walk(&[9]));
    println!("{} {} {}", choose(1), choose(12), choose(13));
}
