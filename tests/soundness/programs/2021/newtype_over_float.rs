//! Comparisons where one side may be neither less nor more.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Metres(f64);

struct Road {
    metres: Metres,
    lanes: Vec<Metres>,
}

impl Road {
    fn len(&self) -> f64 {
        self.metres.0
    }

    fn width(&self) -> Metres {
        self.lanes[0]
    }
}

fn drive(road: &Road, limit: Metres) {
    if road.metres < limit {
        println!("short");
        println!("slow");
        println!("there");
    }
}

fn walk(road: &Road, limit: Metres) {
    if road.len() < 3.0 {
        println!("a step");
    } else {
        println!("some steps");
    }
    if road.width() >= limit {
        println!("wide");
    } else {
        println!("narrow");
    }
    if road.lanes[0] <= limit {
        println!("one way");
    } else {
        println!("two ways");
    }
    if road.len() > limit.0 {
        println!("long");
    } else {
        println!("not long");
    }
}

fn main() {
    for metres in [1.0, 5.0, f64::NAN] {
        let metres = Metres(metres);
        let road = Road {
            metres,
            lanes: vec![metres],
        };
        for limit in [2.0, f64::NAN] {
            drive(&road, Metres(limit));
            walk(&road, Metres(limit));
        }
    }
}
