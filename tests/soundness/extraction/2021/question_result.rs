//= extracted
use std::fmt;

fn write_all(out: &mut dyn fmt::Write, names: &[&str]) -> fmt::Result {
    writeln!(out, "names:")?;
    //{
    for name in names {
        write!(out, "- ")?;
        writeln!(out, "{name}")?;
    }
    //}
    writeln!(out, "end")?;
    Ok(())
}

fn main() {
    let mut text = String::new();
    write_all(&mut text, &["a", "b"]).unwrap();
    print!("{text}");
}
