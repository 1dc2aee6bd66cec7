//= repeated: extracted
/// What rows are called.
//{
pub fn names(rows: &[&str]) -> Vec<String> {
    //}
    let mut names = Vec::new();
    let mut seen = 0;
    let mut skipped = 0;
    let mut longest = 0;
    for row in rows {
        let cell = row.trim();
        if cell.is_empty() {
            skipped += 1;
            continue;
        }
        seen += 1;
        longest = longest.max(cell.len());
        names.push(cell.to_lowercase());
    }
    names.sort();
    names.push(format!("{seen} {skipped:>3} {longest}"));
    names
}

pub fn towns(lines: &[&str]) -> Vec<String> {
    let mut towns = Vec::new();
    let mut known = 0;
    let mut empty = 0;
    let mut widest = 0;
    for line in lines {
        let part = line.trim();
        if part.is_empty() {
            empty += 1;
            continue;
        }
        known += 1;
        widest = widest.max(part.len());
        towns.push(part.to_lowercase());
    }
    towns.sort();
    towns.push(format!("{known} {empty:>3} {widest}"));
    towns
}

fn main() {
    println!("{:?} {:?}", names(&["Ab", ""]), towns(&["c"]));
}
