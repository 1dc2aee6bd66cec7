//= repeated: refused: may change before it is read
#[derive(Debug, Default)]
struct Counts {
    good: u32,
    bad: u32,
}

impl Counts {
    fn grow(&mut self) -> u32 {
        self.good += 3;
        self.bad += 5;
        self.good + self.bad
    }

    fn show_good(&mut self, marks: &[u32]) {
        //{
        for mark in marks {
            let weight = if *mark > 3 { mark * 2 } else { *mark };
            let grown = self.grow();
            println!("{mark} weighs {weight} of {grown} and {}", self.good + 1);
        }
        println!("{} {:?}", self.grow(), marks);
        //}
        println!("good");
    }

    fn show_bad(&mut self, marks: &[u32]) {
        println!("bad");
        for mark in marks {
            let weight = if *mark > 3 { mark * 2 } else { *mark };
            let grown = self.grow();
            println!("{mark} weighs {weight} of {grown} and {}", self.bad + 1);
        }
        println!("{} {:?}", self.grow(), marks);
    }
}

fn main() {
    let mut counts = Counts::default();
    counts.show_good(&[1, 5]);
    counts.show_bad(&[2, 9]);
    println!("{counts:?}");
}
