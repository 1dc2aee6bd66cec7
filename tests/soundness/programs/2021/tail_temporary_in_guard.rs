//! What a tail expression makes is dropped behind the variables of its block.
struct Seen(&'static str);

impl Seen {
    fn speak(&self) {
        println!("{} speaks", self.0);
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        println!("{} goes", self.0);
    }
}

fn visit(is_open: bool) {
    println!("knock");
    if is_open {
        let _host = Seen("host");
        println!("enter");
        println!("sit");
        println!("drink");
        Seen("guest").speak()
    }
}

fn main() {
    visit(true);
    visit(false);
}
