//! The last expression of a loop's body is a `match` over something temporary.

struct Seen(&'static str);

impl Drop for Seen {
    fn drop(&mut self) {
        println!("{} goes", self.0);
    }
}

impl Seen {
    fn weight(&self) -> Option<usize> {
        Some(self.0.len()).filter(|n| n % 2 == 0)
    }
}

fn weigh(names: &[&'static str]) {
    for name in names {
        if !name.is_empty() {
            let _scale = Seen("scale");
            println!("on the scale: {name}");
            println!("wait");
            println!("read");
            match Seen(name).weight() {
                Some(n) => println!("even {n}"),
                None => println!("odd"),
            }
        }
    }
}

fn main() {
    weigh(&["plum", "", "fig"]);
}
