//= repeated: extracted
struct Shop {
    cash: u32,
    log: Vec<String>,
}

impl Shop {
    fn open(&mut self, day: u32) {
        self.cash += 1;
        // Told before anybody comes in.
        //{
        let line = format!("{day}: {} in the till", self.cash);
        self.log.push(line.to_uppercase());
        self.cash += self.log.len() as u32 + day;
        println!("{} told", self.log.len());
    }

    fn close(&mut self, day: u32) -> u32 {
        let line = format!("{day}: {} in the till", self.cash);
        self.log.push(line.to_uppercase());
        self.cash += self.log.len() as u32 + day;
        println!("{} told", self.log.len());
        self.cash
    }
}

fn main() {
    let mut shop = Shop {
        cash: 5,
        log: Vec::new(),
    };
    shop.open(3);
    println!("{} {:?}", shop.close(4), shop.log);
}
