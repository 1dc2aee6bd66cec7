//! What rustfmt makes of a text.

use std::{path::Path, process::Command, time::Duration};

use super::Stop;
use crate::programs;

/// A file of many thousand lines takes a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lets rustfmt read a text where its file lies, so that the toolchain and the options of that place hold.
pub(super) fn formatted(file: &Path, text: &str, edition: &str, stop: &Stop) -> Option<String> {
    // The program reads the text that it lays out.
    let mut rustfmt = Command::new("rustfmt");
    rustfmt
        .args(["--edition", edition])
        .current_dir(file.parent()?);
    let said = programs::run_on(text.into(), rustfmt, PATIENCE, stop).ok()?;
    if !said.is_success || !said.err.is_empty() {
        return None;
    }
    String::from_utf8(said.out).ok()
}
