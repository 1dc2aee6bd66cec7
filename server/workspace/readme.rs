//! Finds the minimum supported Rust version in a package's README or workflows, if its manifest doesn't state it.

use std::{fs, path::Path};

use super::{manifest::rust_version, read};
use crate::syntax::{Edition, RustVersion};

/// Maximum distance in bytes between the word "Rust" and a version.
const NEAR: usize = 60;
/// Maximum number of workflows read.
const MOST_WORKFLOWS: usize = 16;
/// Words that mark a promise.
const PROMISING: [&str; 13] = [
    "and above",
    "and newer",
    "and up",
    "at least",
    "minimum",
    "msrv",
    "need",
    "or greater",
    "or higher",
    "or later",
    "or newer",
    "require",
    ">=",
];

/// Returns the version that the README states, or else the one that a workflow tests as the minimum, if it supports the
/// edition: an older one is outdated. Uses the newest of several, because others refer to the past.
pub(super) fn promised_in(directory: &Path, edition: Edition) -> Option<RustVersion> {
    let supports = |version: &RustVersion| *version >= first_with(edition);
    let stated = read(&directory.join("README.md"))
        .ok()
        .and_then(|text| text.lines().flat_map(promised).max());
    let newest = stated.filter(supports);
    newest.or_else(|| tested_in(directory).filter(supports))
}

/// Returns the newest version that a GitHub workflow calls the MSRV.
fn tested_in(directory: &Path) -> Option<RustVersion> {
    let entries = fs::read_dir(directory.join(".github/workflows")).ok()?;
    let paths = entries.take(MOST_WORKFLOWS).flatten();
    let paths = paths.map(|entry| entry.path()).filter(|path| {
        let extension = path.extension().and_then(|it| it.to_str());
        matches!(extension, Some("yml" | "yaml"))
    });
    let texts = paths.filter_map(|path| read(&path).ok());
    let newest = texts.filter_map(|text| text.lines().filter_map(tested).max());
    newest.max()
}

/// Returns the version on a line that mentions the MSRV.
fn tested(line: &str) -> Option<RustVersion> {
    let line = line.to_ascii_lowercase();
    if !line.contains("msrv") {
        return None;
    }
    let mut numbers = line.split(|c: char| !c.is_ascii_digit() && c != '.');
    let version = numbers.find(|number| number.starts_with("1."))?;
    rust_version(version.trim_end_matches('.'))
}

fn first_with(edition: Edition) -> RustVersion {
    RustVersion(match edition {
        Edition::Edition2015 => 0,
        Edition::Edition2018 => 31,
        Edition::Edition2021 => 56,
        Edition::Edition2024 => 85,
    })
}

/// Returns the versions that a line promises.
fn promised(line: &str) -> Vec<RustVersion> {
    let line = line.to_ascii_lowercase();
    if !line.contains("rust") && !line.contains("msrv") {
        return Vec::new();
    }
    let is_promise = PROMISING.iter().any(|word| line.contains(word));
    let numbers = line.match_indices("1.").filter_map(|(at, _)| {
        let before = &line[..at];
        let is_number = !before.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        let from = (at.saturating_sub(NEAR)..=at).find(|it| line.is_char_boundary(*it))?;
        let near = &before[from..];
        let is_of_rust = near.contains("rust") || near.contains("msrv");
        let end = line[at..].find(|c: char| !c.is_ascii_digit() && c != '.');
        let end = end.map_or(line.len(), |end| at + end);
        let is_least = line[end..].starts_with('+');
        let number = line[at..end].trim_end_matches('.');
        let is_its = is_number && is_of_rust && (is_promise || is_least);
        is_its.then(|| rust_version(number))?
    });
    // Skips versions of the package itself, which start at 1.0.
    numbers.filter(|version| version.0 >= 13).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_promise_is_read() {
        for (line, expected) in [
            ("The minimum Rust version is 1.65.0.", Some(65)),
            ("You will need rustc version 1.42.0 or higher.", Some(42)),
            (
                "![r](https://img.shields.io/badge/rustc-1.42+-lightgray.svg)",
                Some(42),
            ),
            (
                "![MSRV](https://img.shields.io/badge/MSRV-1.70.0-orange)",
                Some(70),
            ),
            ("Serde CBOR supports Rust 1.40 and up.", Some(40)),
            ("`dhall` requires Rust >= 1.76.0", Some(76)),
            (
                "* 0.9: minimum Rust version 1.43\nThe MSRV is 1.85",
                Some(85),
            ),
            (
                "https://blog.rust-lang.org/2019/04/25/Rust-1.34.1.html",
                None,
            ),
            ("Works with Rust 1.28.", None),
            ("Requires foo 1.42 and Rust.", None),
            ("Rust is needed; at least version 1.3 of foo.", None),
            ("Requires Rust 11.42.", None),
        ] {
            let root = tempfile::tempdir().unwrap();
            fs::write(root.path().join("README.md"), line).unwrap();
            let promised = promised_in(root.path(), Edition::Edition2018);
            assert_eq!(promised, expected.map(RustVersion), "{line}");
        }
    }

    #[test]
    fn what_a_workflow_tests_as_the_minimum_is_read() {
        let root = tempfile::tempdir().unwrap();
        let workflows = root.path().join(".github/workflows");
        fs::create_dir_all(&workflows).unwrap();
        let promised = |name: &str, line: &str| {
            fs::write(workflows.join(name), line).unwrap();
            promised_in(root.path(), Edition::Edition2018)
        };
        let text = "rust:\n  - 1.36.0  # MSRV\n  - stable\n";
        assert_eq!(promised("a.txt", text), None);
        assert_eq!(promised("a.yml", "  - 1.36.0\n"), None);
        assert_eq!(promised("a.yml", "  uses: other/msrv@v2\n"), None);
        assert_eq!(promised("a.yml", text), Some(RustVersion(36)));
        assert_eq!(promised("b.yaml", "MSRV: \"1.40\""), Some(RustVersion(40)));
        fs::write(
            root.path().join("README.md"),
            "Requires Rust 1.38 or later.",
        )
        .unwrap();
        assert_eq!(promised("c.yml", ""), Some(RustVersion(38)));
    }

    #[test]
    fn a_number_that_does_not_know_the_edition_is_forgotten() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(promised_in(root.path(), Edition::Edition2021), None);
        fs::write(
            root.path().join("README.md"),
            "Requires Rust 1.40 or later.",
        )
        .unwrap();
        assert_eq!(promised_in(root.path(), Edition::Edition2021), None);
        let promised = promised_in(root.path(), Edition::Edition2018);
        assert_eq!(promised, Some(RustVersion(40)));
    }
}
