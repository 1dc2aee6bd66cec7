//= extracted
enum Shape {
    Round(f64),
    Square { side: f64 },
}

fn area(shape: &Shape) -> f64 {
    println!("asked");
    //{
    match shape {
        Shape::Round(radius) => radius * radius * 3.0,
        Shape::Square { side } => side * side,
    }
    //}
}

fn main() {
    println!(
        "{} {}",
        area(&Shape::Round(1.5)),
        area(&Shape::Square { side: 2.0 })
    );
}
