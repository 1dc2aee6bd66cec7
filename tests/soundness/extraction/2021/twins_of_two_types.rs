//= repeated: extracted
struct Left;

struct Right;

trait Shown {
    fn shown(&self, all: &[u32]) -> String;
}

impl Shown for Left {
    //{
    fn shown(&self, all: &[u32]) -> String {
        //}
        let mut out = String::new();
        let mut last = 0;
        for it in all {
            out += &it.to_string();
            if *it > last {
                last = *it;
            } else {
                out.push('-');
            }
        }
        if out.is_empty() {
            out.push_str("none");
        }
        out + &last.to_string()
    }
}

impl Shown for Right {
    fn shown(&self, all: &[u32]) -> String {
        let mut out = String::new();
        let mut last = 0;
        for it in all {
            out += &it.to_string();
            if *it > last {
                last = *it;
            } else {
                out.push('-');
            }
        }
        if out.is_empty() {
            out.push_str("none");
        }
        out + &last.to_string()
    }
}

fn main() {
    println!("{} {}", Left.shown(&[1, 3]), Right.shown(&[]));
}
