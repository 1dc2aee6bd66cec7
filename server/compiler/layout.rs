//! Formats source text with rustfmt.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::Stop;
use crate::programs;

/// Timeout; a file of many thousand lines takes a second.
const PATIENCE: Duration = Duration::from_secs(20);
/// In the order in which rustfmt looks for them.
const OPTIONS: [&str; 2] = [".rustfmt.toml", "rustfmt.toml"];

/// Runs rustfmt in the file's folder, so that its toolchain and options apply.
pub(super) fn formatted(file: &Path, text: &str, edition: &str, stop: &Stop) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.current_dir(file.parent()?);
    read_by(rustfmt, text, edition, stop)
}

/// Formats with the user's rustfmt: only the options are read from the file's folders, and a toolchain that a project specifies
/// isn't started.
pub fn formatted_apart(file: &Path, text: &str, edition: &str) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.current_dir(file.ancestors().last()?);
    if let Some(options) = options_of(file) {
        rustfmt.arg("--config-path").arg(options);
    }
    read_by(rustfmt, text, edition, &Stop::default())
}

/// Returns the options that apply to a file.
fn options_of(file: &Path) -> Option<PathBuf> {
    let mut folders = file.ancestors().skip(1);
    folders.find_map(|folder| {
        let mut paths = OPTIONS.iter().map(|name| folder.join(name));
        paths.find(|path| path.is_file())
    })
}

fn read_by(mut rustfmt: Command, text: &str, edition: &str, stop: &Stop) -> Option<String> {
    rustfmt.args(["--edition", edition]);
    let said = programs::run_on(text.into(), rustfmt, PATIENCE, stop).ok()?;
    // Options that need a nightly rustfmt cause warnings and are ignored, as with `cargo fmt`.
    let formatted = said.is_success.then_some(said.out)?;
    String::from_utf8(formatted).ok()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn options_hold_below_them_and_a_project_s_toolchain_is_not_started() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir(root.join("src")).unwrap();
        let options = "hard_tabs = true\nimports_granularity = \"Crate\"\n";
        fs::write(root.join("rustfmt.toml"), options).unwrap();
        let toolchain = "[toolchain]\npath = \"no/such/toolchain\"\n";
        fs::write(root.join("rust-toolchain.toml"), toolchain).unwrap();
        let file = root.join("src/lib.rs");
        let formatted = formatted_apart(&file, "fn f() { a(); }", "2021");
        assert_eq!(formatted.as_deref(), Some("fn f() {\n\ta();\n}\n"));
        assert_eq!(formatted_apart(&file, "fn f( {", "2021"), None);
    }
}
