//= repeated: extracted
fn pad(lines: &[&str], out: &mut Vec<String>) {
    let longest = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    //{
    for line in lines {
        let bar = ".".repeat(longest - line.len() + 4);
        out.push(format!("{line}{bar}|"));
    }
    let sum: usize = lines.iter().map(|line| line.len() * 2).sum();
    out.push(format!("{sum} of {longest}"));
    //}
    out.push("padded".to_owned());
}

fn fill(lines: &[&str], out: &mut Vec<String>) {
    out.push("filled".to_owned());
    let longest = lines.iter().map(|line| line.len()).max().unwrap_or(0);
    for line in lines {
        let bar = "#".repeat(longest - line.len() + 4);
        out.push(format!("{line}{bar}|"));
    }
    let sum: usize = lines.iter().map(|line| line.len() * 3).sum();
    out.push(format!("{sum} of {longest}"));
}

fn main() {
    let mut out = Vec::new();
    pad(&["a", "bcd"], &mut out);
    fill(&["ab", "c"], &mut out);
    println!("{out:?}");
}
