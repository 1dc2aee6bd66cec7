//! `refactor list`.

use super::{Output, Verdict};
use crate::report::write_catalogue;

pub(super) fn run(out: &mut Output) -> anyhow::Result<Verdict> {
    write_catalogue(out)?;
    Ok(Verdict::Fine)
}
