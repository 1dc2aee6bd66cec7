//! Methods of the names that others have.

struct Mine(Option<u8>);

impl Mine {
    fn map(self, f: impl Fn(u8) -> bool) -> Theirs {
        println!("mine");
        Theirs(self.0.map(f))
    }
}

struct Theirs(Option<bool>);

impl Theirs {
    fn unwrap_or(self, otherwise: bool) -> bool {
        println!("theirs");
        self.0.unwrap_or(otherwise)
    }
}

fn main() {
    println!("{}", Mine(Some(3)).map(|it| it > 2).unwrap_or(false));
    println!("{}", Some(3).map(|it| it > 2).unwrap_or(false));
}
