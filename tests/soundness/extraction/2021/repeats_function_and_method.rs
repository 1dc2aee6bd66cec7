//= repeated: extracted
struct Names(Vec<&'static str>);

impl Names {
    fn tell(&self, count: &mut usize) {
        let names = &self.0[..];
        //{
        let width = names.iter().map(|it| it.len()).max().unwrap_or(0);
        let bar = "-".repeat(width + 4);
        println!("{bar} {names:?} {bar}");
        *count += names.len() + width;
    }
}

fn tell(names: &[&'static str], count: &mut usize) {
    *count += 1;
    let width = names.iter().map(|it| it.len()).max().unwrap_or(0);
    let bar = "-".repeat(width + 4);
    println!("{bar} {names:?} {bar}");
    *count += names.len() + width;
}

fn main() {
    let mut count = 1;
    Names(vec!["a", "bcd"]).tell(&mut count);
    tell(&["ef"], &mut count);
    println!("{count}");
}
