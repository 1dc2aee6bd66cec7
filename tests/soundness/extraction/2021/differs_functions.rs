//= repeated: extracted
/// The width that lines tell.
pub fn read_width(lines: &[&str]) -> Option<usize> {
    //{
    let line = lines.iter().find(|line| line.starts_with("width"))?;
    let (_, text) = line.split_once('=')?;
    let text = text.trim().trim_matches('"');
    let number = text.parse::<usize>().ok()?;
    if number > 100 { None } else { Some(number * 2) }
    //}
}

/// The height that rows tell.
#[must_use]
pub(crate) fn read_height(rows: &[&str]) -> Option<usize> {
    let row = rows.iter().find(|row| row.starts_with("height"))?;
    let (_, text) = row.split_once('=')?;
    let text = text.trim().trim_matches('"');
    let number = text.parse::<usize>().ok()?;
    if number > 200 { None } else { Some(number * 2) }
}

fn main() {
    let lines = ["width = 30", "height=\"150\"", "x"];
    println!("{:?} {:?}", read_width(&lines), read_height(&lines));
    println!("{:?} {:?}", read_width(&["width=101"]), read_height(&[]));
}
