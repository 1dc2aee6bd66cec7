//! `apply`: applies offers, all of them or none.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{
    answer::{Answer, Refused},
    offer_name::OfferName,
    preview::{Derived, Freshness, check_extraction, derived, extracted, fresh},
    project::Project,
};
use crate::{
    analysis::{FileChange, InputFile},
    compiler::{Stop, Texts},
    report::counted,
    text::{NewFile, TextRange, slice},
    workspace::{self, ReplaceError, Update},
};

/// Maximum number of offers per call.
const MOST_OFFERS: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    offers: Vec<String>,
    name: Option<String>,
}

pub(super) async fn answer(
    project: &Arc<Project>,
    arguments: Arguments,
    cancel: &CancellationToken,
) -> Result<Answer, Refused> {
    let Arguments { offers, name } = arguments;
    if offers.is_empty() || offers.len() > MOST_OFFERS {
        let most = format!("Pass between one and {MOST_OFFERS} offers.");
        return Err(Refused::BadCall(most));
    }
    let offers: Vec<OfferName> = offers
        .iter()
        .map(|offer| offer.parse())
        .collect::<Result<_, _>>()?;
    let mut named = HashSet::new();
    if let Some(twice) = offers.iter().find(|it| !named.insert(it.to_string())) {
        return Err(Refused::BadCall(format!("`{twice}` is given twice.")));
    }
    if !project.allowed.write {
        return Err(Refused::Because(
            "Not allowed: to change files, a person has to start `rustassistant mcp` with `--allow-write`.".to_owned(),
        ));
    }
    let asks_rustc = offers.iter().any(OfferName::asks_rustc);
    let read = project.run(move |project| changing(project, offers));
    let files = read.await??;
    if !asks_rustc {
        return project
            .run(move |_| carried_out(files, name.as_deref(), &Stop::default()))
            .await?;
    }
    check_extraction(project, files.values().map(|file| &file.input))?;
    let carried_out = project.run_with_rustc(cancel, move |_, stop| {
        carried_out(files, name.as_deref(), &stop)
    });
    carried_out.await?
}

/// A file and its offers, in reverse source order, so that applying one doesn't shift the others.
struct Changing {
    input: InputFile,
    offers: Vec<OfferName>,
}

fn changing(
    project: &Project,
    offers: Vec<OfferName>,
) -> Result<BTreeMap<PathBuf, Changing>, Refused> {
    let mut files: BTreeMap<PathBuf, Changing> = BTreeMap::new();
    for offer in offers {
        let input = fresh(project, &offer)?;
        let file = files.entry(input.path.clone()).or_insert_with(|| Changing {
            input,
            offers: Vec::new(),
        });
        file.offers.push(offer);
    }
    for Changing { input, offers } in files.values_mut() {
        let start = |offer: &OfferName| {
            let range = offer.place.range(&input.text).ok();
            Reverse(range.map(TextRange::start))
        };
        offers.sort_by_key(start);
    }
    Ok(files)
}

fn carried_out(
    files: BTreeMap<PathBuf, Changing>,
    name: Option<&str>,
    stop: &Stop,
) -> Result<Answer, Refused> {
    let mut texts = Texts::new();
    let mut changes = Vec::new();
    let mut lines = Vec::new();
    for (path, file) in files {
        let Changed { change, steps } = changed(file, name, &texts, stop)?;
        texts.insert(path, Arc::clone(&change.text));
        lines.extend(steps);
        changes.push(change);
    }
    let mut taken = HashSet::new();
    let created = changes.iter().flat_map(|change| &change.created);
    for file in created {
        if !taken.insert(file.path.to_string_lossy().to_lowercase()) {
            let path = file.path.display();
            return Err(Refused::Because(format!(
                "Two offers create {path}. Apply them one after the other."
            )));
        }
    }
    write(&changes)?;
    let first = format!(
        "applied {} in {}",
        counted(lines.len(), "refactoring"),
        counted(changes.len(), "file")
    );
    Ok(Answer::new(first, lines, 0))
}

struct Changed {
    change: FileChange,
    /// Descriptions of what was applied.
    steps: Vec<String>,
}

/// Applies the offers of one file, deriving each from the text after the previous ones.
fn changed(
    file: Changing,
    name: Option<&str>,
    others: &Texts,
    stop: &Stop,
) -> Result<Changed, Refused> {
    let Changing { input, offers } = file;
    let mut current = input.clone();
    let mut freshness = Freshness::Exact;
    let mut new_files: Vec<(NewFile, String)> = Vec::new();
    let mut steps = Vec::new();
    for offer in &offers {
        check_unmoved(offer, &input, &current)?;
        let derived = if offer.is_extraction() {
            let name = name.map(str::to_owned);
            extracted(&current, offer, name, others, stop.clone())
        } else {
            derived(&current, offer, freshness).and_then(|it| it.agreed(&current, others, stop))
        };
        let Derived {
            title,
            text,
            new_files: more,
            ..
        } = derived?;
        steps.push(format!("{}: {title}", offer.place.words()));
        current.text = text;
        new_files.extend(more);
        freshness = Freshness::Below;
    }
    let text = input.laid_out(current.text);
    let change = FileChange::new(input, text, new_files, offers.len());
    let change = change.map_err(Refused::because)?;
    Ok(Changed { change, steps })
}

/// Refuses an offer that others in the same call may have shifted.
fn check_unmoved(
    offer: &OfferName,
    before: &InputFile,
    current: &InputFile,
) -> Result<(), Refused> {
    let range = offer.place.range(&before.text).map_err(Refused::because)?;
    let ahead = TextRange::up_to(range.start());
    if slice(&before.text, ahead) == slice(&current.text, ahead) {
        return Ok(());
    }
    Err(Refused::Because(format!(
        "Another offer changes the code before `{offer}`. Apply them one after the other."
    )))
}

fn write(changes: &[FileChange]) -> Result<(), Refused> {
    let updates: Vec<Update<'_>> = changes.iter().map(FileChange::update).collect();
    match workspace::carry_out(&updates) {
        Ok(left) if left.is_empty() => Ok(()),
        Ok(left) => {
            let left: Vec<_> = left.iter().map(ToString::to_string).collect();
            let others = updates.len() - left.len();
            Err(Refused::Because(format!(
                "{}\n{} changed nevertheless.",
                left.join("\n"),
                counted(others, "other file")
            )))
        }
        Err(error @ ReplaceError::NotPutBack { .. }) => Err(Refused::because(error)),
        Err(error) => Err(Refused::Because(format!("{error}; no file was changed."))),
    }
}
