//= extracted
trait Total {
    fn total(&self) -> i64;
}

impl Total for Vec<i64> {
    fn total(&self) -> i64 {
        println!("{}", self.len());
        //{
        let mut total = 0;
        for number in self {
            total += number;
        }
        //}
        total + 1
    }
}

fn main() {
    println!("{}", vec![1, 2].total());
}
