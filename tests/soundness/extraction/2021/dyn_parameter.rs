//= extracted
trait Shape {
    fn area(&self) -> f64;
}

struct Square(f64);

impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}

fn largest(shapes: &[Box<dyn Shape>]) -> f64 {
    let mut largest = 0.0;
    //{
    for shape in shapes {
        let area = shape.area();
        if area > largest {
            largest = area;
        }
    }
    //}
    println!("{}", shapes.len());
    largest
}

fn main() {
    println!(
        "{}",
        largest(&[Box::new(Square(2.0)), Box::new(Square(1.0))])
    );
}
