//! Changes as a unified diff, as `patch` and `git apply` read it.

use std::io::{self, Write};

use similar::TextDiff;

use super::look::{Colour, Look};

/// Writes the diff from `before` to `after`; nothing if they are equal. `path` is relative, with `/`.
pub fn write_diff(
    out: &mut dyn Write,
    path: &str,
    texts: (&str, &str),
    look: Look,
) -> io::Result<()> {
    let (before, after) = texts;
    if before == after {
        return Ok(());
    }
    let names = (format!("a/{path}"), format!("b/{path}"));
    write_unified(out, (&names.0, &names.1), texts, look)
}

/// Writes the diff that creates a file.
pub fn write_new_file(out: &mut dyn Write, path: &str, text: &str, look: Look) -> io::Result<()> {
    write_unified(out, ("/dev/null", &format!("b/{path}")), ("", text), look)
}

fn write_unified(
    out: &mut dyn Write,
    names: (&str, &str),
    (before, after): (&str, &str),
    look: Look,
) -> io::Result<()> {
    let diff = TextDiff::from_lines(before, after);
    let mut unified = diff.unified_diff();
    unified.header(names.0, names.1);
    if look.colour == Colour::Plain {
        return unified.to_writer(out);
    }
    for line in unified.to_string().split_inclusive('\n') {
        match colour_of(line) {
            Some(code) => write!(out, "\x1b[{code}m{}\x1b[0m", line.trim_end_matches('\n'))?,
            None => out.write_all(line.trim_end_matches('\n').as_bytes())?,
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Colour of a line; its meaning is in `+` and `-` too.
fn colour_of(line: &str) -> Option<&'static str> {
    if line.starts_with("@@") {
        return Some("36");
    }
    match line.as_bytes().first()? {
        b'+' => Some("32"),
        b'-' => Some("31"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: &str, after: &str) -> String {
        let mut out = Vec::new();
        write_diff(&mut out, "src/a.rs", (before, after), Look::default()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(diff("fn a() {}\n", "fn a() {}\n"), "");
    }

    #[test]
    fn changes_have_a_header_and_hunks() {
        assert_eq!(
            diff("a\nb\nc\n", "a\nB\nc\n"),
            "--- a/src/a.rs\n+++ b/src/a.rs\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
        );
    }

    #[test]
    fn a_new_file_comes_from_nothing() {
        let mut out = Vec::new();
        write_new_file(&mut out, "src/a.rs", "a\nb\n", Look::default()).unwrap();
        let diff = String::from_utf8(out).unwrap();
        assert_eq!(
            diff,
            "--- /dev/null\n+++ b/src/a.rs\n@@ -0,0 +1,2 @@\n+a\n+b\n"
        );
    }

    #[test]
    fn a_missing_newline_at_the_end_is_said() {
        assert!(diff("a", "b").contains("No newline at end of file"));
    }

    #[test]
    fn colour_adds_and_takes_nothing() {
        let look = Look {
            colour: Colour::Ansi,
            ..Look::default()
        };
        let mut out = Vec::new();
        write_diff(&mut out, "a.rs", ("a\nb\n", "a\nc\n"), look).unwrap();
        let mut plain = String::from_utf8(out).unwrap();
        for code in ["\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[0m"] {
            assert!(plain.contains(code), "{plain:?}");
            plain = plain.replace(code, "");
        }
        let mut expected = Vec::new();
        write_diff(&mut expected, "a.rs", ("a\nb\n", "a\nc\n"), Look::default()).unwrap();
        assert_eq!(plain.as_bytes(), expected);
    }
}
