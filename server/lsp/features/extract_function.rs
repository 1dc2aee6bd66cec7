//! Extracts functions, which requires rustc.
//!
//! Offering an action only uses syntax. Cargo is only started once the user has chosen it.

use std::sync::Arc;

use lsp_types::{CodeAction, CodeActionKind, Command};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::Result;

use super::asking_rustc::{self, AheadWork, NotDone, Subject, may_be_offered, takes_commands};
#[cfg(feature = "model")]
use super::name_by_model;
#[cfg(feature = "model")]
use crate::analysis::Nameless;
use crate::{
    analysis::{
        Extracted, Extraction, Finding, OpenFile, Refused, Seen, Unification, apart,
        extract_function, gain_in_words, is_for_unifying, may_be_extracted, repeated_at,
        texts_beside, unify, unifying,
    },
    compiler::{self, Compiler},
    extraction::{Naming, Proposal},
    lsp::{
        session::{analysed::Analysed, documents::Snapshot, server::Server},
        wire::{positions::position_in, profile::Profile},
    },
    text::{Lines, TextRange, TextSize},
};

pub(crate) const COMMAND: &str = "rustassistant.extractFunction";
const TITLE: &str = "Extract into a function";
const REPEATED: &str = "Extract the repeated block into a function";
/// Maximum length of a title in characters; some editors truncate longer ones.
pub(crate) const LONGEST_TITLE: usize = 60;
/// Maximum number of proposed extractions without a selection.
pub(crate) const MOST_PROPOSED: usize = 3;

/// Argument of the command: a selection of a source text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Chosen {
    uri: String,
    /// Hash of the whole source text.
    hash: String,
    start: u32,
    end: u32,
    /// Name of the function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default)]
    what: What,
    #[serde(default, skip_serializing_if = "Namer::is_code")]
    namer: Namer,
}

impl Chosen {
    /// Returns the selection, if it is within the document.
    fn range(&self, subject: &Subject) -> Option<TextRange> {
        let (start, end) = (TextSize::new(self.start), TextSize::new(self.end));
        let fits = start <= end && end <= TextSize::of(&**subject.file.text());
        fits.then(|| TextRange::new(start, end))
    }
}

/// Source of the name if none is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Namer {
    #[default]
    Code,
    /// A language model; falls back to a name from the code.
    Model,
}

impl Namer {
    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "this is how serde asks for it"
    )]
    fn is_code(&self) -> bool {
        *self == Self::Code
    }
}

/// The code to extract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
enum What {
    #[default]
    Selection,
    /// The statements in the selection, and all repetitions in the file.
    Repeated,
}

/// Returns the action for a selection of statements that may be extracted. Requires a request by the user.
pub(crate) fn offered(
    analysed: &Analysed,
    selection: TextRange,
    profile: &Profile,
) -> Option<CodeAction> {
    let may_be_asked = analysed.compiler && takes_commands(profile);
    if selection.is_empty() || !may_be_asked {
        return None;
    }
    analysed.document.path()?;
    may_be_extracted(analysed.file.source().ok()?, selection).ok()?;
    if !compiler::is_found() {
        return None;
    }
    action(analysed, (What::Selection, selection), None, TITLE)
}

/// Returns the action that extracts the repeated statements of a finding into one function.
pub(crate) fn for_places(
    analysed: &Analysed,
    finding: &Finding,
    profile: &Profile,
) -> Option<CodeAction> {
    if !may_be_offered(analysed, profile) {
        return None;
    }
    let title = unifying_title(analysed, finding)?;
    action(analysed, (What::Repeated, finding.at), None, title)
}

/// Returns the title of this action, if rustc may be run.
pub(crate) fn unifying_title(analysed: &Analysed, finding: &Finding) -> Option<&'static str> {
    if !analysed.compiler || !is_for_unifying(finding.smell) {
        return None;
    }
    let context = analysed.context()?;
    let places = unifying(&context, seen(&analysed.file), finding);
    (!places.is_empty()).then_some(REPEATED)
}

fn seen(file: &OpenFile) -> Seen<'_> {
    Seen {
        report: file.report(),
        survey: file.survey(),
    }
}

/// Returns actions that reduce a finding without a selection, best first. They don't overlap.
pub(crate) fn proposed(
    analysed: &Analysed,
    finding: &Finding,
    profile: &Profile,
) -> Vec<CodeAction> {
    if !takes_commands(profile) || analysed.document.path().is_none() || !compiler::is_found() {
        return Vec::new();
    }
    let proposals = analysed.proposals_for(finding);
    let actions = apart(&proposals).into_iter().filter_map(|it| {
        let title = proposed_title(analysed, finding, it);
        let name = Some(it.name.clone());
        action(analysed, (What::Selection, it.range), name, &title)
    });
    actions.collect()
}

/// Returns the titles of these actions.
pub(crate) fn proposed_titles(analysed: &Analysed, finding: &Finding) -> Vec<String> {
    let proposals = analysed.proposals_for(finding);
    let apart = apart(&proposals).into_iter().take(MOST_PROPOSED);
    let titles = apart.map(|it| proposed_title(analysed, finding, it));
    titles.collect()
}

/// Formats a title like "Extract `read_headers` (lines 48-71, complexity 49 → 21)".
fn proposed_title(analysed: &Analysed, finding: &Finding, proposal: &Proposal) -> String {
    let lines = analysed.file.lines();
    let line = |at| lines.line(at) + 1;
    let (first, last) = (line(proposal.range.start()), line(proposal.range.end()));
    let gain = gain_in_words(finding, proposal);
    let name = &proposal.name;
    let whole = format!("Extract `{name}` (lines {first}-{last}, {gain})");
    if whole.chars().count() <= LONGEST_TITLE {
        return whole;
    }
    format!("Extract `{name}` (lines {first}-{last})")
}

fn action(
    analysed: &Analysed,
    (what, selection): (What, TextRange),
    name: Option<String>,
    title: &str,
) -> Option<CodeAction> {
    let chosen = Chosen {
        uri: analysed.document.uri.clone(),
        hash: analysed.document.hash().to_owned(),
        start: selection.start().into(),
        end: selection.end().into(),
        name,
        what,
        namer: Namer::Code,
    };
    command_of(chosen, title)
}

/// Returns the action for a selection that gets a function name from a model, if one is configured for naming.
#[cfg(feature = "model")]
pub(crate) fn named_by_model(analysed: &Analysed, selection: TextRange) -> Option<CodeAction> {
    let title = name_by_model::title(analysed, Nameless::Lines(selection))?;
    let chosen = Chosen {
        uri: analysed.document.uri.clone(),
        hash: analysed.document.hash().to_owned(),
        start: selection.start().into(),
        end: selection.end().into(),
        name: None,
        what: What::Selection,
        namer: Namer::Model,
    };
    command_of(chosen, &title)
}

fn command_of(chosen: Chosen, title: &str) -> Option<CodeAction> {
    let argument = serde_json::to_value(chosen).ok()?;
    let command = Command::new(title.to_owned(), COMMAND.into(), Some(vec![argument]));
    Some(CodeAction {
        title: title.to_owned(),
        kind: Some(CodeActionKind::REFACTOR_EXTRACT),
        command: Some(command),
        ..CodeAction::default()
    })
}

/// Runs the command, or shows the reason why not in one sentence.
pub(crate) async fn run(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    arguments: &[Value],
    cancel: &CancellationToken,
) -> Result<Value> {
    let missing = "The command's argument, the selection, is missing.";
    let carry_out = |chosen| carried_out(server, snapshot, chosen, cancel);
    asking_rustc::command(server, arguments, missing, carry_out).await
}

#[cfg(feature = "model")]
async fn by_model(
    server: &Arc<Server>,
    subject: &Arc<Subject>,
    range: TextRange,
    cancel: &CancellationToken,
) -> std::result::Result<Option<String>, NotDone> {
    name_by_model::chosen(server, subject, Nameless::Lines(range), cancel).await
}

#[cfg(not(feature = "model"))]
fn by_model(
    _: &Arc<Server>,
    _: &Arc<Subject>,
    _: TextRange,
    _: &CancellationToken,
) -> std::future::Ready<std::result::Result<Option<String>, NotDone>> {
    std::future::ready(Ok(None))
}

async fn carried_out(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    chosen: Chosen,
    cancel: &CancellationToken,
) -> std::result::Result<Value, NotDone> {
    let subject = Subject::of(snapshot, &chosen.uri, &chosen.hash).await?;
    let range = chosen.range(&subject).ok_or_else(NotDone::changed)?;
    let what = chosen.what;
    let subject = Arc::new(subject);
    let name = match chosen.namer {
        Namer::Code => chosen.name,
        Namer::Model => by_model(server, &subject, range, cancel).await?,
    };
    let ask = move |subject: &Subject, compiler: &mut Compiler| {
        worked_out((range, what, name), subject, compiler)
    };
    let extracted: Extracted = asking_rustc::told(server, &subject, cancel, ask).await?;
    let label = format!("{TITLE} `{}`", extracted.name);
    let edits = extracted.edits(subject.file.text());
    let uri = asking_rustc::apply(server, &subject, label, edits).await?;
    let lines = Lines::new(&extracted.text);
    let profile = server.session.profile();
    let call = extracted.call();
    let call = call.map(|at| position_in(&lines, &extracted.text, at, profile));
    Ok(json!({"applied": true, "uri": uri, "name": extracted.name, "call": call}))
}

/// Returns the work of a command's extraction, unless a model chooses the name.
pub(crate) fn work(argument: Value) -> Option<AheadWork> {
    let chosen: Chosen = serde_json::from_value(argument).ok()?;
    if chosen.namer == Namer::Model {
        return None;
    }
    Some(Box::new(move |subject, compiler| {
        let changed = || Refused::Because("The file has changed in the meantime.".to_owned());
        let range = chosen.range(subject).ok_or_else(changed)?;
        let extracted = worked_out((range, chosen.what, chosen.name), subject, compiler)?;
        Ok(extracted.text)
    }))
}

fn worked_out(
    (range, what, name): (TextRange, What, Option<String>),
    subject: &Subject,
    compiler: &mut Compiler,
) -> std::result::Result<Extracted, Refused> {
    let source = subject.file.source();
    let source = source.map_err(|why| Refused::Because(format!("The file is {why}.")))?;
    let others = texts_beside(&subject.path, &subject.unsaved);
    match what {
        What::Selection => {
            let wanted = Extraction {
                range,
                name,
                others,
            };
            extract_function(source, &subject.path, &wanted, compiler)
        }
        What::Repeated => {
            let seen = seen(&subject.file);
            let repeated = repeated_at(source, seen, range, Naming::Given)?;
            // The editor lets the user choose a name if the code doesn't suggest one.
            let name = repeated.name(source, Naming::Given)?;
            let wanted = Unification {
                repeated,
                name,
                others,
            };
            unify(source, &subject.path, &wanted, compiler).map(|it| it.extracted)
        }
    }
}
