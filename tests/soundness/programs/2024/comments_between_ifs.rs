//! Comments that explain the inner of two conditions, and arms that do the same at some length.
#[derive(Clone, Copy)]
enum Shape {
    Circle,
    Ball,
    Square,
    Line(u8),
}

fn seen(name: &str, value: bool) -> bool {
    println!("{name}: {value}");
    value
}

fn both(a: bool, b: bool) {
    if seen("a", a) {
        // Only what is wide, and
        // not more.
        if seen("b", b) {
            println!("both");
        }
    }
}

fn some(value: Option<u8>, limit: u8) {
    if let Some(value) = value {
        // The limit itself is fine.
        if value > limit || seen("zero", limit == 0) {
            // Above.
            println!("above");
        }
    }
}

fn last(a: bool, b: bool, c: bool) {
    if a {
        println!("a");
    } else if seen("b", b) && seen("not a", !a) {
        // Asked last.
        if seen("c", c) {
            println!("c");
        }
    }
}

fn same_line(a: bool, b: bool) {
    if a {
        // why
        if b {
            println!("same line");
        }
    }
}

fn draw(shape: Shape) -> usize {
    let mut sum = 1;
    match shape {
        Shape::Circle => {
            println!("round {sum}");
            sum += 2;
        }
        Shape::Ball => {
            println!("round {sum}");
            sum += 2;
        }
        Shape::Square => {
            println!("edged {sum}");
            sum += 3;
        }
        Shape::Line(width) => {
            println!("line {width}");
            sum += usize::from(width);
        }
    }
    sum
}

fn number(value: u16) -> &'static str {
    match value {
        0x0f => "low or so",
        0x10 => "low or so",
        17_u16 => "low or so",
        ..3 => "least",
        3 => "least",
        1_000 => "much",
        1_002 => "much",
        _ => "other",
    }
}

fn main() {
    for (a, b, c) in [
        (true, true, true),
        (true, false, false),
        (false, true, true),
        (false, true, false),
    ] {
        both(a, b);
        last(a, b, c);
        same_line(a, b);
    }
    some(Some(1), 0);
    some(Some(1), 1);
    some(None, 0);
    for shape in [Shape::Circle, Shape::Ball, Shape::Square, Shape::Line(4)] {
        println!("{}", draw(shape));
    }
    for value in [0, 3, 15, 16, 17, 18, 1_000, 1_002] {
        println!("{}", number(value));
    }
}
