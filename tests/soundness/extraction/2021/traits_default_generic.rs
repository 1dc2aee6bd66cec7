//= extracted
use std::fmt::Debug;

trait Visitor<T: Debug> {
    fn seen(&mut self) -> &mut Vec<String>;

    fn visit_all(&mut self, items: &[T]) -> usize {
        let mut count = 0;
        //{
        for item in items {
            let text = format!("{item:?}");
            self.seen().push(text);
            count += 1;
        }
        //}
        count
    }
}

struct Log(Vec<String>);

impl Visitor<u8> for Log {
    fn seen(&mut self) -> &mut Vec<String> {
        &mut self.0
    }
}

fn main() {
    let mut log = Log(vec![]);
    println!("{} {:?}", log.visit_all(&[1, 2]), log.0);
}
