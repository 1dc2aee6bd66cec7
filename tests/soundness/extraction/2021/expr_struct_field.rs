//= extracted
#[derive(Debug)]
struct Point {
    x: i32,
    y: i32,
}

fn mirror(point: &Point, by: i32) -> Point {
    Point {
        x: /*{*/point.x * by - point.y/*}*/,
        y: point.y,
    }
}

fn main() {
    println!("{:?}", mirror(&Point { x: 1, y: 2 }, -3));
}
