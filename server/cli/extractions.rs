//! Finds extractions to show with findings.

use super::{
    closely::{Closely, Extent, look},
    work::Work,
};
use crate::{
    analysis::{InputFile, is_for_extraction, proposals},
    compiler,
    report::ReportedFile,
};

/// Adds extractions to findings, if rustc may be run to apply them.
pub(super) async fn find(
    work: &Work,
    inputs: &[InputFile],
    files: &mut [ReportedFile],
    extent: Extent,
) -> anyhow::Result<()> {
    if extent == Extent::Nothing || !compiler::is_found() {
        return Ok(());
    }
    let closely = Closely {
        is_meant: |input, finding| input.config.compiler && is_for_extraction(finding.smell),
        look: |_, source, findings| {
            let findings = findings.iter();
            findings.map(|it| proposals(source, it)).collect()
        },
    };
    for ((file, finding), extractions) in look(work, inputs, files, (extent, closely)).await? {
        files[file].findings[finding].extractions = extractions;
    }
    Ok(())
}
