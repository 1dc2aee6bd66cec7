//= extracted
trait Speak {
    fn speak(&self, times: usize) -> String;
}

struct Dog {
    name: String,
}

impl Speak for Dog {
    fn speak(&self, times: usize) -> String {
        let mut text = String::new();
        //{
        for _ in 0..times {
            text.push_str(&self.name);
            text.push_str(" barks. ");
        }
        //}
        text
    }
}

fn main() {
    let dog = Dog {
        name: "Rex".to_owned(),
    };
    println!("{}", dog.speak(2));
}
