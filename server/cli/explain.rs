//! `explain ID` and `refactor explain ID`.

use std::io::Write;

use anyhow::bail;

use super::{Output, Verdict, output::look};
use crate::{
    refactorings,
    report::{limits_in_words, unknown_id, write_documentation},
    smells,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The id of a smell or a refactoring, as findings and `refactor list` show it
    id: String,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<Verdict> {
    let id = arguments.id.as_str();
    let look = look();
    if let Some(markdown) = smells::doc(id) {
        writeln!(out, "{id} (smell)\n")?;
        write_documentation(out, markdown, look)?;
        let smell = smells::by_name(id);
        writeln!(out, "\n{}", smell.map(limits_in_words).unwrap_or_default())?;
        return Ok(Verdict::Fine);
    }
    if let Some(markdown) = refactorings::doc(id) {
        writeln!(out, "{id} (refactoring)\n")?;
        write_documentation(out, markdown, look)?;
        return Ok(Verdict::Fine);
    }
    bail!(unknown_id(id))
}
