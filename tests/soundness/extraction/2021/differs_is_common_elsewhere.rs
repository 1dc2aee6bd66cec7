//= repeated: refused: is part of several differing values
fn one(mut left: u32, right: u32, marks: &[u32]) -> u32 {
    //{
    println!("sum {right} of {}", marks.len());
    left += right * 2 + marks[0];
    println!("now {right} of {:?}", marks);
    for mark in marks {
        if *mark > 2 || marks.len() > 4 {
            println!("{mark} is left of {}", marks.len());
        }
    }
    //}
    left
}

fn two(left: u32, mut right: u32, marks: &[u32]) -> u32 {
    println!("two");
    println!("sum {right} of {}", marks.len());
    right += right * 2 + marks[0];
    println!("now {right} of {:?}", marks);
    for mark in marks {
        if *mark > 2 || marks.len() > 4 {
            println!("{mark} is left of {}", marks.len());
        }
    }
    right + left
}

fn main() {
    println!("{}", one(1, 2, &[3]));
    println!("{}", two(1, 4, &[5]));
}
