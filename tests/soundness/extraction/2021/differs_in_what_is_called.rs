//= repeated: extracted
fn parse_width(text: &str) -> Option<usize> {
    text.strip_prefix("width=")?.parse().ok()
}

fn parse_height(text: &str) -> Option<usize> {
    Some(text.strip_prefix("height=")?.len())
}

fn widths(lines: &[&str], most: usize) -> Option<Vec<usize>> {
    //{
    let mut found = Vec::new();
    for line in lines {
        let text = line.trim();
        if text.is_empty() || found.len() > most {
            continue;
        }
        found.push(parse_width(text)? * 2);
    }
    found.sort_unstable();
    Some(found)
    //}
}

fn heights(lines: &[&str], most: usize) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    for line in lines {
        let text = line.trim();
        if text.is_empty() || found.len() > most {
            continue;
        }
        found.push(parse_height(text)? * 2);
    }
    found.sort_unstable();
    Some(found)
}

fn main() {
    println!("{:?}", widths(&["width=3", " width=1"], 4));
    println!("{:?}", heights(&["height=abc", ""], 4));
    println!("{:?}", heights(&["width=abc", ""], 4));
}
