//= extracted
mod shapes {
    #[derive(Debug, Clone)]
    pub struct Shape {
        pub sides: u32,
        pub label: String,
    }

    pub mod deep {
        #[derive(Debug, Clone, Default)]
        pub struct Stats {
            pub total: u32,
            pub longest: String,
        }
    }
}

use shapes::deep::Stats;

fn all() -> Vec<shapes::Shape> {
    vec![
        shapes::Shape {
            sides: 3,
            label: "tri".into(),
        },
        shapes::Shape {
            sides: 4,
            label: "square".into(),
        },
    ]
}

fn main() {
    let shapes = all();
    let mut stats = Stats::default();
    //{
    for shape in &shapes {
        stats.total += shape.sides;
        if shape.label.len() > stats.longest.len() {
            stats.longest = shape.label.clone();
        }
    }
    //}
    println!("{stats:?}");
}
