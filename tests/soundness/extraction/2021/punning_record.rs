//= extracted
#[derive(Debug, Clone)]
struct Entry {
    name: String,
    count: u32,
}

fn entries(names: &[&str], count: u32) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut total = count;
    //{
    for name in names {
        total += 1;
        let name = name.to_string();
        entries.push(Entry { name, count });
    }
    //}
    println!("{total} {count}");
    entries
}

fn main() {
    println!("{:?}", entries(&["a", "b"], 3));
}
