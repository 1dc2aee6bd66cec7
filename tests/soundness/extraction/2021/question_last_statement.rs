//= refused: rustc rejects it
fn save(lines: &[&str], out: &mut Vec<u8>) -> std::io::Result<()> {
    use std::io::Write;
    //{
    for line in lines {
        out.write_all(line.as_bytes())?;
    }
    out.flush()?;
    //}
    println!("{}", out.len());
    Ok(())
}

fn main() {
    let mut out = Vec::new();
    save(&["a", "b"], &mut out).unwrap();
}
