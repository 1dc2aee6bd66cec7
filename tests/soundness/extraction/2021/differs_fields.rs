//= repeated: extracted
#[derive(Default)]
struct Shop {
    fruit: Vec<String>,
    bread: Vec<String>,
    log: Vec<String>,
}

impl Shop {
    fn count_fruit(&mut self) -> usize {
        //{
        let mut all = 0;
        for name in &self.fruit {
            all += name.len();
            self.log.push(format!("{name} is {} long", name.len()));
        }
        self.log.push(format!("{all} in {} of them", self.fruit.len()));
        //}
        all
    }

    fn count_bread(&mut self) -> usize {
        self.log.push("bread".to_owned());
        let mut all = 0;
        for name in &self.bread {
            all += name.len();
            self.log.push(format!("{name} is {} long", name.len()));
        }
        self.log.push(format!("{all} in {} of them", self.bread.len()));
        all * 2
    }
}

fn main() {
    let mut shop = Shop::default();
    shop.fruit.push("apple".to_owned());
    shop.bread.push("rye".to_owned());
    println!("{} {}", shop.count_fruit(), shop.count_bread());
    println!("{:?}", shop.log);
}
