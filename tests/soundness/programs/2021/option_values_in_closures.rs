//! Choices in closures, loops and branches, whose parts belong to what is around.
fn in_closure(all: &[u8]) -> Vec<u8> {
    let limit = all.len();
    all.iter()
        .filter_map(|one| {
            let doubled = one.checked_mul(2)?;
            if usize::from(doubled) > limit {
                Some(doubled.wrapping_add(1))
            } else {
                None
            }
        })
        .collect()
}

fn in_loop(all: &[u8]) -> Vec<Option<String>> {
    let mut found = Vec::new();
    for one in all {
        let text = if *one > 2 {
            Some(one.to_string())
        } else {
            None
        };
        found.push(text);
    }
    found
}

fn in_branch(all: &[u8], is_first: bool) -> Option<u8> {
    if is_first {
        println!("first");
        if all.len() > 1 {
            Some(all[1].wrapping_mul(3))
        } else {
            None
        }
    } else {
        println!("last");
        match all.last() {
            Some(last) => last.checked_sub(2),
            None => None,
        }
    }
}

struct Both {
    left: Option<u8>,
    right: Result<u8, String>,
}

fn in_fields(all: &[u8], text: &str) -> Both {
    Both {
        left: if all.len() > 1 {
            Some(all[0].wrapping_mul(3))
        } else {
            None
        },
        right: match all.last() {
            Some(last) => Ok(*last),
            None => Err(text.to_string()),
        },
    }
}

fn assigned(all: &[u8]) -> Option<usize> {
    let mut found = None;
    println!("{found:?}");
    if !all.is_empty() {
        found = if all.contains(&3) {
            Some(all.len().wrapping_mul(7))
        } else {
            None
        };
    }
    found
}

fn with_question(all: &[u8]) -> Option<u8> {
    println!("question");
    if all.len() > 1 {
        Some(all.get(1)?.wrapping_add(1))
    } else {
        None
    }
}

fn main() {
    println!("{:?}", in_closure(&[1, 2, 200]));
    println!("{:?}", in_loop(&[1, 2, 3]));
    for is_first in [true, false] {
        println!("{:?}", in_branch(&[1, 2], is_first));
        println!("{:?}", in_branch(&[], is_first));
    }
    let both = in_fields(&[1, 2], "none");
    println!("{:?} {:?}", both.left, both.right);
    println!("{:?}", in_fields(&[], "none").right);
    println!("{:?} {:?}", assigned(&[3]), assigned(&[1]));
    println!("{:?}", with_question(&[1, 2]));
}
