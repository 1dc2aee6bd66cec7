//! Handles `workspace/diagnostic`: reports duplicates in files that aren't open.
//!
//! Other findings in these files aren't reported. Clients send the next request as soon as they get a response, so a request
//! without news waits for a change.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use lsp_types::{
    FullDocumentDiagnosticReport, PreviousResultId, Url, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport,
};
use tokio_util::sync::CancellationToken;

use super::diagnostics;
use crate::{
    analysis::{Functions, marks, wants_duplicates},
    lsp::{
        locks::lock,
        session::{
            analysed::Analysed,
            closed::ClosedFile,
            document::{Document, Opening},
            server::Server,
            state::Session,
            twins::{Closed, ClosedCopies},
        },
        wire::uri,
    },
    smells::Look,
};

type Reports = Vec<WorkspaceDocumentDiagnosticReport>;

/// Interval between updates of the whole workspace while the user types.
const PAUSE: Duration = Duration::from_secs(2);
/// Minimum ratio of the pause to the duration of an update, which bounds the load while the user types.
const PART: u32 = 20;
/// Number of files to process before yielding the thread.
const BATCH: usize = 16;
/// Result id of a file without diagnostics.
const NOTHING: &str = "nothing";

/// Returns results that the client, which knows `previous`, doesn't have yet. A later request cancels an earlier one.
pub(crate) async fn news(server: &Arc<Server>, previous: Vec<PreviousResultId>) -> Reports {
    let cancel = server.closed.question.replace();
    let known = previous.into_iter().map(|it| (uri::key(&it.uri), it));
    let known: HashMap<String, PreviousResultId> = known.collect();
    let mut rested = server.session.twins.rested.subscribe();
    loop {
        rested.mark_unchanged();
        let begun = Instant::now();
        look(server, &cancel).await;
        let pause = PAUSE.max(begun.elapsed() * PART);
        let news = differences(server, &known);
        if cancel.is_cancelled() || !news.is_empty() {
            return news;
        }
        tokio::select! {
            () = cancel.cancelled() => return Reports::new(),
            changed = rested.changed() => if changed.is_err() {
                return Reports::new();
            },
        }
        tokio::time::sleep(pause).await;
    }
}

/// Updates the diagnostics of all files that aren't open.
async fn look(server: &Arc<Server>, cancel: &CancellationToken) {
    let keys = server.session.twins.closed();
    let mut said = HashMap::new();
    for batch in keys.chunks(BATCH) {
        if cancel.is_cancelled() {
            return;
        }
        let (session, batch) = (Arc::clone(&server.session), batch.to_vec());
        let before = lock(&server.closed.said).clone();
        let work = move || {
            let files = batch.into_iter().filter_map(|key| {
                let file = file(&session, &key, before.get(&key))?;
                Some((key, file))
            });
            files.collect::<Vec<_>>()
        };
        match server.engine.run_behind(work).await {
            Ok(files) => said.extend(files),
            Err(error) => tracing::error!("{error}"),
        }
    }
    *lock(&server.closed.said) = said;
}

/// Returns `None` for a file without diagnostics. Needs a large stack.
fn file(session: &Session, key: &str, before: Option<&Arc<ClosedFile>>) -> Option<Arc<ClosedFile>> {
    let is_current = |before: &&Arc<ClosedFile>| {
        let surroundings = session.folders.surroundings(before.named.path.as_deref());
        let is_as_before = match (&surroundings.accepted, &before.accepted) {
            (None, None) => true,
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            _ => false,
        };
        surroundings.is_served && is_as_before && surroundings.rules == before.rules
    };
    let before = before.filter(is_current);
    let found = before.map_or(&[][..], |before| &before.found);
    match session.twins.copies_of_closed(key, found) {
        Closed::Silent => None,
        Closed::Same => before.cloned(),
        Closed::Said(copies) => written(session, *copies).map(Arc::new),
    }
}

fn written(session: &Session, said: ClosedCopies) -> Option<ClosedFile> {
    let ClosedCopies {
        named,
        text,
        found,
        copies,
    } = said;
    let surroundings = session.folders.surroundings(named.path.as_deref());
    if copies.is_empty() || !wants_duplicates(&surroundings.rules) {
        return None;
    }
    let document = Arc::new(Document::open(Opening {
        name: uri::name(&named.uri)?,
        uri: named.uri.clone(),
        version: 0,
        text: text.to_string(),
    }));
    let rules = Arc::clone(&surroundings.rules);
    document.set_surroundings(surroundings.clone());
    let copies = Arc::new(copies);
    let analysed = Analysed::with_copies(&document, &surroundings, |_| Some(copies))?;
    let held = held_back(&analysed);
    let findings = analysed.findings().iter().zip(held);
    let findings = findings.filter_map(|(finding, is_held)| (!is_held).then_some(finding));
    let findings = findings.filter(|finding| matches!(finding.smell.look, Look::Workspace(_)));
    let profile = session.profile();
    let items = findings.map(|finding| diagnostics::of_finding(&analysed, finding, profile));
    let items: Vec<_> = items.collect();
    let id = diagnostics::id_of(&items);
    (!items.is_empty()).then_some(())?;
    Some(ClosedFile {
        uri: Url::parse(&named.uri).ok()?,
        named,
        found,
        rules,
        accepted: surroundings.accepted,
        items,
        id,
    })
}

/// Returns for each finding whether the baseline suppresses it.
fn held_back(analysed: &Analysed) -> Vec<bool> {
    let findings = analysed.findings();
    let Some(accepted) = &analysed.accepted else {
        return vec![false; findings.len()];
    };
    let functions = Functions::new(analysed.file.report().functions());
    let text = analysed.file.text();
    let marks = findings.iter().map(|it| marks(text, it, &functions));
    let marks: Vec<_> = marks.collect();
    let marks: Vec<_> = marks.iter().map(Vec::as_slice).collect();
    accepted.matched(&marks).is_held
}

fn differences(server: &Server, known: &HashMap<String, PreviousResultId>) -> Reports {
    let said = lock(&server.closed.said);
    let open = server.session.documents.snapshot();
    let is_known = |key: &String, id: &str| known.get(key).is_some_and(|it| it.value == id);
    let said_anew = said
        .iter()
        .filter(|(key, file)| open.get(key).is_none() && !is_known(key, &file.id))
        .map(|(_, file)| report(file.uri.clone(), &file.id, file.items.clone()));
    let taken_back = known
        .iter()
        .filter(|(key, it)| {
            open.get(key).is_none() && !said.contains_key(*key) && it.value != NOTHING
        })
        .map(|(_, it)| report(it.uri.clone(), NOTHING, Vec::new()));
    said_anew.chain(taken_back).collect()
}

fn report(
    uri: Url,
    id: &str,
    items: Vec<lsp_types::Diagnostic>,
) -> WorkspaceDocumentDiagnosticReport {
    WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
        uri,
        version: None,
        full_document_diagnostic_report: FullDocumentDiagnosticReport {
            result_id: Some(id.to_owned()),
            items,
        },
    })
}
