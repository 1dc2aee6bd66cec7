//! The command `refactor list`.

use super::{ExitStatus, Output};
use crate::report::write_catalogue;

pub(super) fn run(out: &mut Output) -> anyhow::Result<ExitStatus> {
    write_catalogue(out)?;
    Ok(ExitStatus::Fine)
}
