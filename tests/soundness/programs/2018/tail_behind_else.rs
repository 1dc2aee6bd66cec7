//! An `else` block whose last expression makes something that is seen to go.
use std::cell::RefCell;

struct Log<'a>(&'a RefCell<Vec<String>>, &'static str);

impl Log<'_> {
    fn note(&self, word: &str) -> usize {
        self.0
            .borrow_mut()
            .push(format!("{} notes {}", self.1, word));
        self.0.borrow().len()
    }
}

impl Drop for Log<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push(format!("{} closes", self.1));
    }
}

fn record(lines: &RefCell<Vec<String>>, is_short: bool) -> usize {
    if is_short {
        println!("short");
        return 0;
    } else {
        let outer = Log(lines, "outer");
        outer.note("begin");
        Log(lines, "inner").note("end")
    }
}

fn main() {
    for is_short in [true, false].iter() {
        let lines = RefCell::new(Vec::new());
        println!("{}", record(&lines, *is_short));
        println!("{:?}", lines.into_inner());
    }
}
