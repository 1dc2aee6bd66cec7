//! What rustfmt makes of a text.

use std::{path::Path, time::Duration};

use super::{Stop, child};

/// A file of many thousand lines takes a second.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lets rustfmt read a text where its file lies, so that the toolchain and the options of that place hold.
pub(super) fn formatted(file: &Path, text: &str, edition: &str, stop: &Stop) -> Option<String> {
    let rustfmt = child::rustfmt(file.parent()?, edition);
    let said = child::run_on(text.into(), rustfmt, PATIENCE, stop).ok()?;
    if !said.is_success || !said.err.is_empty() {
        return None;
    }
    String::from_utf8(said.out).ok()
}
