//= extracted
fn scan(lines: &[&str]) -> usize {
    let mut total = 0;
    for line in lines {
        //{
        let Some((key, value)) = line.split_once(':') else {
            break;
        };
        let key = key.trim();
        let size = value.len();
        //}
        println!("{key}");
        total += size;
    }
    total
}

fn main() {
    println!("{}", scan(&["a: bc", "d:e", "stop", "f:g"]));
}
