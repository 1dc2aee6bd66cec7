//= extracted
fn choose<'a, 'b>(left: &'a str, right: &'b str, log: &mut Vec<&'b str>) -> &'a str {
    //{
    let shown = right.trim();
    log.push(shown);
    let chosen = left.split(' ').next().unwrap_or(left);
    //}
    println!("{shown}");
    chosen
}

fn main() {
    let mut log = Vec::new();
    println!("{} {log:?}", choose("a b", " c ", &mut log));
}
