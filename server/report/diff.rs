//! Writes changes as a unified diff that `patch` and `git apply` accept.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, Write},
};

use super::look::{Colour, Look, Reader};
use crate::{
    analysis::{Comparison, FileChange},
    text::{is_unseen, printable},
};

/// Writes the diff of a file, after those of the new files that belong to it.
pub fn write_change(out: &mut dyn Write, change: &FileChange, look: Look) -> io::Result<()> {
    let shown = &*change.input.shown;
    let texts = (&*change.input.text, &*change.text);
    for (file, text) in &change.new_files {
        let folder = shown.rsplit_once('/').map(|(folder, _)| folder);
        let names = file.components().iter().map(String::as_str);
        let path: Vec<&str> = folder.into_iter().chain(names).collect();
        write_new_file(out, &path.join("/"), text, look)?;
    }
    write_diff(out, shown, texts, look)
}

/// Writes the diff from `before` to `after`; nothing if they are equal. `path` is relative, with `/`, and quoted like in git if
/// necessary. The code is unmodified for `patch`, but control characters are escaped for a terminal.
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
    let names = (quoted("a/", path), quoted("b/", path));
    write_unified(out, (&names.0, &names.1), texts, look)
}

/// Writes the diff that creates a file.
pub fn write_new_file(out: &mut dyn Write, path: &str, text: &str, look: Look) -> io::Result<()> {
    write_unified(out, ("/dev/null", &quoted("b/", path)), ("", text), look)
}

fn write_unified(
    out: &mut dyn Write,
    names: (&str, &str),
    (before, after): (&str, &str),
    look: Look,
) -> io::Result<()> {
    let comparison = Comparison::by_lines(before, after);
    if look.reader == Reader::Program {
        return comparison.write_unified(out, names);
    }
    let mut unified = Vec::new();
    comparison.write_unified(&mut unified, names)?;
    for line in String::from_utf8_lossy(&unified).split_inclusive('\n') {
        let text = seen(line.trim_end_matches('\n'));
        match colour_of(line).filter(|_| look.colour == Colour::Ansi) {
            Some(code) => writeln!(out, "\x1b[{code}m{text}\x1b[0m")?,
            None => writeln!(out, "{text}")?,
        }
    }
    Ok(())
}

/// Returns a line of code for display; tabs and line endings are kept.
pub(super) fn seen(line: &str) -> Cow<'_, str> {
    let (line, end) = match line.strip_suffix('\r') {
        Some(line) => (line, "\r"),
        None => (line, ""),
    };
    let parts: Vec<_> = line.split('\t').map(printable).collect();
    Cow::Owned(parts.join("\t") + end)
}

/// Returns a name for a header as git writes it: quoted and escaped if it has special characters.
fn quoted(side: &str, path: &str) -> String {
    let is_plain = |character: char| !is_unseen(character) && !matches!(character, '"' | '\\');
    if path.chars().all(is_plain) {
        return format!("{side}{path}");
    }
    let mut quoted = format!("\"{side}");
    for character in path.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            _ if is_plain(character) => quoted.push(character),
            _ => {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(quoted, "\\{byte:03o}");
                }
            }
        }
    }
    quoted + "\""
}

/// Returns the colour of a line, in addition to its `+` or `-`.
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
    fn a_name_cannot_forge_a_header() {
        let mut out = Vec::new();
        let path = "a\n--- a/build.sh\n+++ b/build.sh\u{1b}\u{202e}\\\".rs";
        write_diff(&mut out, path, ("a\n", "b\n"), Look::default()).unwrap();
        let text = String::from_utf8(out).unwrap();
        let expected = r#"--- "a/a\n--- a/build.sh\n+++ b/build.sh\033\342\200\256\\\".rs""#;
        assert_eq!(text.lines().next(), Some(expected));
        assert_eq!(text.lines().count(), 5);
    }

    #[test]
    fn code_is_raw_for_a_program_and_escaped_for_a_terminal() {
        let (before, after) = ("\ta // \u{1b}[31m\u{202e}\r\n", "b\r\n");
        let raw = diff(before, after);
        assert!(raw.contains("-\ta // \u{1b}[31m\u{202e}\r\n"));
        for colour in [Colour::Plain, Colour::Ansi] {
            let look = Look {
                colour,
                reader: Reader::Person,
                ..Look::default()
            };
            let mut out = Vec::new();
            write_diff(&mut out, "a.rs", (before, after), look).unwrap();
            let shown = String::from_utf8(out).unwrap();
            assert!(
                shown.contains("-\ta // \\u{1b}[31m\\u{202e}\r"),
                "{shown:?}"
            );
        }
    }

    #[test]
    fn colour_adds_and_takes_nothing() {
        let look = Look {
            colour: Colour::Ansi,
            reader: Reader::Person,
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
