//= extracted
struct Stats {
    total: u64,
    names: Vec<String>,
}

impl Stats {
    fn add(&mut self, numbers: &[u64]) -> usize {
        let names = &self.names;
        //{
        for number in numbers {
            self.total += number;
        }
        //}
        names.len()
    }
}

fn main() {
    let mut stats = Stats {
        total: 0,
        names: vec!["a".to_owned()],
    };
    println!("{} {}", stats.add(&[1, 2]), stats.total);
}
