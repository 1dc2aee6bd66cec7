//! The commands `explain ID` and `refactor explain ID`.

use std::io::Write;

use anyhow::bail;

use super::{ExitStatus, Output, output::look};
use crate::report::{Explanation, explanation, unknown_id, write_documentation};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The id of a smell or a refactoring, as findings and `refactor list` show it, or `generated`
    id: String,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let id = arguments.id.as_str();
    let Some(Explanation { kind, markdown }) = explanation(id) else {
        bail!(unknown_id(id));
    };
    writeln!(out, "{id} ({kind})\n")?;
    write_documentation(out, &markdown, look())?;
    Ok(ExitStatus::Fine)
}
