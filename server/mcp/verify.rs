//! `verify`: judges a change written by the agent, without applying it.

use std::sync::Arc;

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{
    answer::{Answer, Refused},
    project::Project,
};
use crate::{analysis::judge_patch, compiler::Compiler, report::write_judgement, workspace::Patch};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    patch: String,
}

pub(super) async fn answer(
    project: &Arc<Project>,
    arguments: Arguments,
    cancel: &CancellationToken,
) -> Result<Answer, Refused> {
    let patch = project.run(move |project| {
        let patch = Patch::parse(arguments.patch.as_bytes(), project.root());
        patch.map_err(|why| Refused::Because(format!("Nothing was verified: {why}.")))
    });
    let patch = patch.await??;
    let code = patch.files.iter().filter(|file| file.is_code());
    project.check_build(code.filter_map(|file| file.path.parent()))?;
    let known = project.known();
    let judged = project.run_with_rustc(cancel, move |_, stop| {
        judge_patch(&patch, Compiler::new(stop).remembering(known))
    });
    let judged = judged.await?;
    let judgement =
        judged.map_err(|why| Refused::Because(format!("Nothing was verified: {why}.")))?;
    let mut words = Vec::new();
    write_judgement(&mut words, &judgement).map_err(Refused::because)?;
    Ok(Answer::words(String::from_utf8_lossy(&words)))
}
