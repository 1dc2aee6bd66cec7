//= extracted
#[derive(Debug, Clone)]
struct Version {
    name: String,
    parts: Vec<u32>,
}

fn newest(mut versions: Vec<Version>) -> Vec<Version> {
    versions.sort_by(|a, b| {
        //{
        let longest = a.parts.len().max(b.parts.len());
        for at in 0..longest {
            let left = a.parts.get(at).unwrap_or(&0);
            let right = b.parts.get(at).unwrap_or(&0);
            if left != right {
                return right.cmp(left);
            }
        }
        a.name.cmp(&b.name)
        //}
    });
    versions
}

fn main() {
    let version = |name: &str, parts: &[u32]| Version {
        name: name.into(),
        parts: parts.to_vec(),
    };
    let all = newest(vec![
        version("b", &[1, 2]),
        version("a", &[1, 2, 0]),
        version("c", &[2]),
    ]);
    println!("{all:?}");
}
