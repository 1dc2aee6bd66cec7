//! Parses the JSON output of rustc and cargo.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// An error or a warning of rustc, with its location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `None` for one about a whole crate.
    pub file: Option<PathBuf>,
    /// Starting at 0.
    pub line: u32,
    pub code: Option<String>,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The name of a lint isn't an error code.
        match self.code.as_deref().filter(|code| code.starts_with('E')) {
            Some(code) => write!(f, "error[{code}]: {}", self.message),
            None => write!(f, "error: {}", self.message),
        }
    }
}

/// A diagnostic of rustc in a source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub is_error: bool,
    pub code: Option<String>,
    pub words: String,
    /// Starting at 0.
    pub line: u32,
    /// Byte offset of its location in the file.
    pub at: u32,
    /// Labels of its spans.
    pub labels: Vec<String>,
    /// Suggested imports.
    pub imports: Vec<String>,
    /// Suggested replacements.
    pub replacements: Vec<String>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (line {} of the changed file)",
            self.words,
            self.line + 1
        )
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    #[serde(rename = "message")]
    words: String,
    code: Option<Code>,
    level: String,
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Self>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    #[serde(default)]
    byte_start: u32,
    is_primary: bool,
    label: Option<String>,
    suggested_replacement: Option<String>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Debug, Deserialize)]
struct Expansion {
    span: Span,
}

impl Message {
    /// Converts the message to an error; `None` if it isn't one. `real` maps files in the overlay to real ones.
    fn fault(&self, real: &impl Fn(&Path) -> PathBuf) -> Option<Fault> {
        // The summary that compiling was aborted adds nothing to earlier errors.
        if !self.level.starts_with("error") || (self.spans.is_empty() && self.is_summary()) {
            return None;
        }
        Some(self.placed(real))
    }

    /// Converts the message to a warning with a location.
    fn warning(&self) -> Option<Fault> {
        let is_warning = self.level == "warning" && !self.spans.is_empty();
        is_warning.then(|| self.placed(&Path::to_path_buf))
    }

    fn placed(&self, real: &impl Fn(&Path) -> PathBuf) -> Fault {
        let mut spans = self.spans.iter();
        let span = spans
            .find(|span| span.is_primary)
            .map(Span::outside_of_macros);
        Fault {
            file: span.map(|span| real(Path::new(&span.file_name))),
            line: span.map_or(0, |span| span.line_start.saturating_sub(1)),
            code: self.code.as_ref().map(|code| code.code.clone()),
            message: self.words.clone(),
        }
    }

    /// Converts the message to a diagnostic; `None` if it has no location.
    fn told(self) -> Option<Told> {
        let mut spans = self.spans.iter();
        let place = spans.find(|span| span.is_primary)?.outside_of_macros();
        let helps = self.children.iter().flat_map(|child| &child.spans);
        let replacements = helps.filter_map(|span| span.suggested_replacement.clone());
        let replacements: Vec<String> = replacements.collect();
        let imports = replacements.iter().filter_map(|words| {
            let path = words.trim().strip_prefix("use ")?.strip_suffix(';')?;
            Some(path.to_owned())
        });
        Some(Told {
            is_error: self.level.starts_with("error"),
            line: place.line_start.saturating_sub(1),
            at: place.byte_start,
            imports: imports.collect(),
            replacements,
            labels: self
                .spans
                .iter()
                .filter_map(|span| span.label.clone())
                .collect(),
            code: self.code.map(|code| code.code),
            words: self.words,
        })
    }

    fn is_summary(&self) -> bool {
        self.words.starts_with("aborting due to")
    }
}

impl Span {
    /// Returns the call site of the macro that the code was expanded from.
    fn outside_of_macros(&self) -> &Self {
        let mut span = self;
        while let Some(expansion) = &span.expansion {
            span = &expansion.span;
        }
        span
    }
}

/// Returns the errors in rustc's output.
pub(super) fn faults(said: &[u8], real: impl Fn(&Path) -> PathBuf) -> Vec<Fault> {
    messages(said)
        .filter_map(|message: Message| message.fault(&real))
        .collect()
}

/// Returns all diagnostics with locations in rustc's output.
pub(super) fn told(said: &[u8]) -> Vec<Told> {
    messages(said)
        .filter_map(|message: Message| message.told())
        .collect()
}

/// Returns the lines that are JSON of this type.
fn messages<'a, T: Deserialize<'a>>(said: &'a [u8]) -> impl Iterator<Item = T> {
    let lines = said.split(|byte| *byte == b'\n');
    lines.filter_map(|line| serde_json::from_slice(line).ok())
}

#[derive(Debug, Deserialize)]
struct FromCargo {
    reason: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    message: Option<Message>,
}

/// Output of `cargo check`.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Artifacts of the units without errors.
    pub(super) made: Vec<PathBuf>,
    pub(super) faults: Vec<Fault>,
    pub(super) warnings: Vec<Fault>,
}

pub(super) fn checked(said: &[u8]) -> Checked {
    let mut checked = Checked::default();
    for told in messages::<FromCargo>(said) {
        if told.reason == "compiler-artifact" {
            checked.made.extend(told.filenames);
        }
        let Some(message) = told.message else {
            continue;
        };
        checked.warnings.extend(message.warning());
        checked.faults.extend(message.fault(&Path::to_path_buf));
    }
    checked
}

/// Returns the failed tests in the output of the standard harness.
pub(super) fn failed_tests(said: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(said);
    let failed = text.lines().filter_map(|line| {
        let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
        Some(name.trim_end_matches(" - should panic").to_owned())
    });
    failed.collect()
}

/// Returns the number of passed tests in the output of the standard harness.
pub(super) fn passed_tests(said: &[u8]) -> usize {
    let text = String::from_utf8_lossy(said);
    let counts = text.lines().filter_map(|line| {
        let count = line.strip_prefix("test result: ok. ")?;
        count.split_once(" passed")?.0.parse::<usize>().ok()
    });
    counts.sum()
}

/// Returns the reason for a program's failure: the first error and the last of its causes.
pub(super) fn first_words(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.find(|line| line.starts_with("error"));
    let Some(first) = first else {
        return text.lines().last().unwrap_or_default().trim().to_owned();
    };
    let first = first.trim_start_matches("error: ");
    match text.split("Caused by:").skip(1).last() {
        Some(cause) => {
            let cause = cause.lines().map(str::trim).find(|line| !line.is_empty());
            format!("{first}: {}", cause.unwrap_or_default())
        }
        None => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_a_place_and_the_rest_is_passed_over() {
        let said = concat!(
            r#"{"$message_type":"artifact","artifact":"/t/liba.rmeta","emit":"metadata"}"#,
            "\n",
            r#"{"message":"unused","code":null,"level":"warning","spans":[],"children":[]}"#,
            "\n",
            r#"{"message":"mismatched types","code":{"code":"E0308"},"level":"error","spans":[{"file_name":"/o/m.rs","line_start":1,"is_primary":true,"expansion":{"span":{"file_name":"/o/a.rs","line_start":7,"is_primary":false,"expansion":null}}}]}"#,
            "\n",
            r#"{"message":"aborting due to 1 previous error","code":null,"level":"error","spans":[]}"#,
            "\nno JSON",
        );
        let real = |path: &Path| Path::new("/real").join(path.file_name().unwrap());
        let found = faults(said.as_bytes(), real);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].file.as_deref(), Some(Path::new("/real/a.rs")));
        assert_eq!(found[0].line, 6);
        assert_eq!(found[0].to_string(), "error[E0308]: mismatched types");
    }

    #[test]
    fn only_tests_that_fail_are_told() {
        let said = b"running 3 tests\ntest a::b ... ok\ntest a::c ... FAILED\ntest d - should panic ... FAILED\ntest result: FAILED. 1 passed\n";
        assert_eq!(failed_tests(said), ["a::c", "d"]);
        let said = b"test result: ok. 3 passed; 0 failed\nx\ntest result: ok. 2 passed; 0 failed\n";
        assert_eq!(passed_tests(said), 5);
    }

    #[test]
    fn why_cargo_failed_is_its_first_error_and_the_last_cause() {
        let said = "    Updating index\nerror: failed to get `x`\n\nCaused by:\n  failed to load\n\nCaused by:\n  no network\n  more\n";
        assert_eq!(
            first_words(said.as_bytes()),
            "failed to get `x`: no network"
        );
        assert_eq!(first_words(b"error: no manifest\nnote: x\n"), "no manifest");
        assert_eq!(first_words(b"killed\n"), "killed");
    }
}
