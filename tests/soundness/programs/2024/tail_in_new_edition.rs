//! From this edition on, the temporaries of a tail expression go before the variables of its block.

struct Seen(&'static str);

impl Drop for Seen {
    fn drop(&mut self) {
        println!("{} goes", self.0);
    }
}

impl Seen {
    fn size(&self) -> usize {
        self.0.len()
    }
}

fn measure(is_wanted: bool) -> usize {
    if !is_wanted {
        println!("nothing");
        return 0;
    } else {
        let rule = Seen("rule");
        println!("with {}", rule.0);
        Seen("board").size()
    }
}

fn show(is_wanted: bool) {
    println!("show");
    if is_wanted {
        let _frame = Seen("frame");
        println!("left");
        println!("right");
        println!("middle");
        println!("{}", Seen("picture").size())
    }
}

fn main() {
    println!("{} {}", measure(true), measure(false));
    show(true);
    show(false);
}
