//= repeated: refused: may create a new value at each use
struct Bell(&'static str);

impl Drop for Bell {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

const LOW_BELL: Bell = Bell("low");
const HIGH_BELL: Bell = Bell("high");

fn length(bell: &Bell) -> usize {
    bell.0.len()
}

fn low(marks: &mut Vec<usize>) {
    //{
    marks.push(length(&LOW_BELL) + 3);
    for mark in marks.iter() {
        println!("{mark} of {}", marks.len());
    }
    println!("after {:?}", marks);
    //}
    println!("low");
}

fn high(marks: &mut Vec<usize>) {
    println!("high");
    marks.push(length(&HIGH_BELL) + 3);
    for mark in marks.iter() {
        println!("{mark} of {}", marks.len());
    }
    println!("after {:?}", marks);
}

fn main() {
    low(&mut vec![1, 2]);
    high(&mut vec![3]);
}
