//= extracted
trait Kind {
    fn kind(self) -> &'static str;
}
impl Kind for u32 {
    fn kind(self) -> &'static str {
        "value"
    }
}
impl Kind for &u32 {
    fn kind(self) -> &'static str {
        "ref"
    }
}
impl Kind for &mut u32 {
    fn kind(self) -> &'static str {
        "mut"
    }
}

fn run(mut n: u32) -> String {
    let mut out = String::new();
    //{
    n += 1;
    out.push_str(n.kind());
    //}
    out + &n.to_string()
}

fn main() {
    println!("{}", run(1));
}
