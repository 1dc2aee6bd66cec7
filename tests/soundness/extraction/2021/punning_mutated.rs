//= extracted
#[derive(Debug)]
struct State {
    depth: usize,
    path: String,
}

fn states(parts: &[&str]) -> Vec<State> {
    let mut depth = 0;
    let mut path = String::new();
    let mut all = Vec::new();
    //{
    for part in parts {
        depth += 1;
        path.push_str(part);
        let path = path.clone();
        all.push(State { depth, path });
    }
    //}
    println!("{depth} {path}");
    all
}

fn main() {
    println!("{:?}", states(&["a", "b"]));
}
