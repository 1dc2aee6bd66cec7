//! Generic functions that give a `bool` only because somebody asks a question.
trait Read: Sized {
    fn read(word: &str) -> Self;
}

impl Read for bool {
    fn read(word: &str) -> Self {
        word == "yes"
    }
}

impl Read for usize {
    fn read(word: &str) -> Self {
        word.len()
    }
}

struct Form(Vec<&'static str>);

impl Form {
    fn field<T: Read>(&self, at: usize) -> T {
        T::read(self.0[at])
    }

    fn optional<T: Read>(&self, at: usize) -> Option<T> {
        self.0.get(at).map(|word| T::read(word))
    }
}

fn send(form: &Form) {
    if form.field(0) {
        println!("first");
        println!("second");
        println!("third");
    }
}

fn check(form: &Form) {
    if form.field(1) {
        println!("on");
    } else {
        println!("off");
    }
    if form.optional(0).unwrap() {
        println!("there");
    } else {
        println!("not there");
    }
    if form.0.len() > 1 {
        if form.field(1) {
            println!("both");
        }
    }
    if form.field(0) && form.field(1) || form.0.is_empty() {
        println!("mixed");
    }
}

fn main() {
    for word in ["yes", "no"] {
        let form = Form(vec!["yes", word]);
        send(&form);
        check(&form);
        check(&Form(vec![word, word]));
    }
}
