//! Lines that are comments and code: in blocks of all kinds, first and last, alone and beside words.
fn first(mut list: Vec<u32>) -> Vec<u32> {
    // list.clear();
    // list.push(1);
    list.push(2);

    // list.sort();
    // list.dedup();

    // The last one counts.
    list.push(3);
    for number in &mut list {
        // *number -= 1;
        // println!("{number}");
        *number += 1;
    }

    // list.reverse();
    // list.pop();
    list
}

fn kept(flag: bool, text: &str) -> usize {
    if flag {
        // println!("{text}");
        // return 1;
    }
    let length = if text.len() > 3 {
        // println!("{text}");
        // println!("long");
        text.len()
    } else {
        0
    };
    let add = |other: usize| {
        // println!("{other}");
        // println!("added");
        other + length
    };
    let Some(last) = text.chars().last() else {
        // println!("none");
        // println!("at all");
        return 7;
    };
    match last {
        'a' => {
            // println!("a");
            // println!("b");
            println!("last a");
        }
        'b' => {
            // println!("a");
            // println!("b");
        }
        _ => (),
    }
    let written = "
    // a();
    // b();
";
    println!("{}", written.len());
    add(1)
    // println!("end");
    // println!("{length}");
}

fn main() {
    println!("{:?}", first(vec![9, 8]));
    for text in ["", "b", "data"] {
        println!("{}", kept(true, text));
    }
}
