//! Report formats of other tools: code hosts, editors and build dashboards.
//!
//! Each format has its own escaping, because file names and messages contain text from the project.

mod checkstyle;
mod github;
mod gitlab;
mod html;
mod json_lines;
mod junit;
mod markdown;
mod rdjson;
mod sarif;
mod xml;

pub use checkstyle::write_checkstyle;
pub use github::write_github;
pub use gitlab::write_gitlab;
pub use html::write_html;
pub use json_lines::write_json_lines;
pub use junit::write_junit;
pub(super) use markdown::in_cell;
pub use markdown::write_markdown;
pub use rdjson::write_rdjson;
pub use sarif::write_sarif;

use std::fmt::Write;

use super::{ReportedFile, ReportedFinding};
use crate::{
    analysis::Level,
    text::{Encoding, TextRange, TextSize},
};

/// Lines and columns of a range, starting at 1; the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    start: (u32, u32),
    end: (u32, u32),
}

impl Span {
    fn of(file: &ReportedFile, range: TextRange, encoding: Encoding) -> Self {
        let at = |offset: TextSize| {
            let position = file.lines.position(&file.text, offset, encoding);
            (position.line + 1, position.column + 1)
        };
        Self {
            start: at(range.start()),
            end: at(range.end()),
        }
    }

    fn of_finding(file: &ReportedFile, found: &ReportedFinding, encoding: Encoding) -> Self {
        Self::of(file, found.finding.at, encoding)
    }
}

/// Returns a format's word for a level.
fn graded(level: Level, strong: &'static str, warn: &'static str) -> &'static str {
    match level {
        Level::Strong => strong,
        Level::Warn => warn,
    }
}

/// Converts a path to a URI reference with percent encoding; an absolute path becomes a `file:` URI.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 8);
    let is_drive = matches!(path.as_bytes(), [b'a'..=b'z' | b'A'..=b'Z', b':', b'/', ..]);
    if path.starts_with('/') {
        uri.push_str("file://");
    } else if is_drive {
        uri.push_str("file:///");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(char::from(byte));
            }
            b':' if is_drive => uri.push(':'),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        for (path, expected) in [
            ("src/main.rs", "src/main.rs"),
            ("a b/ü.rs", "a%20b/%C3%BC.rs"),
            ("/home/me/x.rs", "file:///home/me/x.rs"),
            ("C:/x.rs", "file:///C:/x.rs"),
            ("a%b?c#d.rs", "a%25b%3Fc%23d.rs"),
            ("a:b.rs", "a%3Ab.rs"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
