//= repeated: refused: The occurrences differ in more than values
fn low(marks: &[u32]) {
    //{
    for mark in marks {
        assert!(*mark > 1);
        println!("{mark} of {}", marks.len());
    }
    println!("{} of {:?}", marks.len(), marks);
    //}
    println!("low");
}

fn high(marks: &[u32]) {
    println!("high");
    for mark in marks {
        assert!(*mark > 2);
        println!("{mark} of {}", marks.len());
    }
    println!("{} of {:?}", marks.len(), marks);
}

fn main() {
    low(&[5, 7]);
    high(&[3]);
}
