//= repeated: refused: More than one called function differs
fn parse_width(text: &str) -> usize {
    text.len()
}

fn parse_height(text: &str) -> usize {
    text.len() + 1
}

fn check_width(width: usize) -> bool {
    width > 1
}

fn check_height(height: usize) -> bool {
    height > 2
}

fn widths(lines: &[&str], most: usize) -> Vec<usize> {
    //{
    let mut found = Vec::new();
    for line in lines {
        let text = line.trim();
        if text.is_empty() || found.len() > most || !check_width(found.len()) {
            continue;
        }
        found.push(parse_width(text) * 2);
    }
    found.sort_unstable();
    found
    //}
}

fn heights(lines: &[&str], most: usize) -> Vec<usize> {
    let mut found = Vec::new();
    for line in lines {
        let text = line.trim();
        if text.is_empty() || found.len() > most || !check_height(found.len()) {
            continue;
        }
        found.push(parse_height(text) * 2);
    }
    found.sort_unstable();
    found
}

fn main() {
    println!("{:?} {:?}", widths(&["a"], 4), heights(&["b"], 4));
}
