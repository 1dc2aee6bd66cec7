//= repeated: extracted
trait Tell {
    fn tell(&mut self, word: &str) -> usize;
}

struct Page {
    lines: Vec<String>,
    width: usize,
}

impl Page {
    fn add(&mut self, word: &str) {
        //{
        let line = format!("{word:>0$}", self.width);
        self.width = self.width.max(line.len() + word.len());
        self.lines.push(line);
        println!("{} lines of {}", self.lines.len(), self.width);
    }
}

impl Tell for Page {
    fn tell(&mut self, word: &str) -> usize {
        let line = format!("{word:>0$}", self.width);
        self.width = self.width.max(line.len() + word.len());
        self.lines.push(line);
        println!("{} lines of {}", self.lines.len(), self.width);
        self.width
    }
}

fn main() {
    let mut page = Page {
        lines: Vec::new(),
        width: 3,
    };
    page.add("a");
    println!("{} {:?}", page.tell("bcdef"), page.lines);
}
