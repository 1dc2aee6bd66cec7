//= repeated: refused: has a different type there
fn read_width(text: &&str) -> usize {
    text.len()
}

fn read_height(text: &&str) -> usize {
    text.len() + 1
}

fn widths(lines: &[&str]) -> Vec<usize> {
    //{
    let mut found: Vec<usize> = lines.iter().map(read_width).collect();
    for line in lines {
        if line.is_empty() || found.len() > 7 {
            continue;
        }
        found.push(read_width(line) * 2);
    }
    found.sort_unstable();
    found
    //}
}

fn heights(lines: &[&str]) -> Vec<usize> {
    let mut found: Vec<usize> = lines.iter().map(read_height).collect();
    for line in lines {
        if line.is_empty() || found.len() > 7 {
            continue;
        }
        found.push(read_height(line) * 2);
    }
    found.sort_unstable();
    found
}

fn main() {
    println!("{:?} {:?}", widths(&["a"]), heights(&["b"]));
}
