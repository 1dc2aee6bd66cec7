//= repeated: refused: may create a new value at each use
#[derive(Clone, Copy)]
struct Point(u32);

impl Point {
    fn bump(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

const LEFT_POINT: Point = Point(1);
const RIGHT_POINT: Point = Point(5);

#[allow(const_item_mutation)]
fn one(marks: &[u32]) {
    //{
    println!("start {}", marks.len());
    println!("{} of {:?}", LEFT_POINT.bump(), marks);
    println!("end {}", LEFT_POINT.bump());
    for mark in marks {
        if *mark > 2 || marks.len() > 4 {
            println!("{mark} is left of {}", marks.len());
        }
    }
    //}
    println!("one");
}

#[allow(const_item_mutation)]
fn two(marks: &[u32]) {
    println!("two");
    println!("start {}", marks.len());
    println!("{} of {:?}", RIGHT_POINT.bump(), marks);
    println!("end {}", RIGHT_POINT.bump());
    for mark in marks {
        if *mark > 2 || marks.len() > 4 {
            println!("{mark} is left of {}", marks.len());
        }
    }
}

fn main() {
    one(&[1, 2]);
    two(&[3]);
}
