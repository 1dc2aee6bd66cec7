//= extracted
struct Store {
    names: Vec<String>,
    fallback: String,
}

impl Store {
    fn get(&self, at: usize) -> &str {
        println!("{at}");
        //{
        let found = self.names.get(at);
        match found {
            Some(name) => name,
            None => &self.fallback,
        }
        //}
    }
}

fn main() {
    let store = Store {
        names: vec!["a".to_owned()],
        fallback: "none".to_owned(),
    };
    println!("{} {}", store.get(0), store.get(1));
}
