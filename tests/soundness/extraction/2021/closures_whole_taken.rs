//= refused: would capture all of
struct Loud(&'static str);
impl Drop for Loud {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

struct Pair {
    left: String,
    right: Loud,
}

fn run(pair: Pair) {
    let act = move || {
        //{
        let text = pair.left.to_uppercase();
        println!("{text}");
        //}
    };
    act();
    drop(act);
    println!("end {}", 1);
}

fn main() {
    run(Pair { left: "l".into(), right: Loud("r") });
}
