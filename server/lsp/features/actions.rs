//! Code actions for offers.
//!
//! An offer that addresses a finding is a quick fix of its diagnostic, every other offer is a refactoring; no offer is both.
//! The client receives the complete edit, or a note from which [`resolve`](super::resolve) derives the same edit again from the
//! editor's source text at that time.

use std::sync::Arc;

use lsp_types::{
    CodeAction, CodeActionContext, CodeActionDisabled, CodeActionKind, CodeActionOrCommand,
    CodeActionTriggerKind, Diagnostic,
};

#[cfg(feature = "model")]
use super::by_model;
use super::{
    agreed,
    asking_rustc::may_be_offered,
    diagnostics,
    edits::{KnownFiles, workspace_edit},
    extract_function::{self, LONGEST_TITLE},
    resolve::ActionNote,
};
use crate::{
    analysis::{Finding, Trigger},
    lsp::{
        session::{analysed::Analysed, memo::Assists},
        wire::profile::{ActionSupport, Profile},
    },
    refactorings::{Applicability, Context, Kind, Offer, Refactoring, Refusal},
    text::{TextRange, TextSize},
};

/// Maximum number of actions; longer lists aren't helpful.
const MOST_ACTIONS: usize = 10;
const MOST_DISABLED: usize = 3;
/// Maximum number of answers to findings elsewhere in the function.
const MOST_INSIDE: usize = 5;

/// Title of the action that applies all safe fixes, in one file or all files.
pub(crate) const FIX_ALL_TITLE: &str = "RustAssistant: apply all safe fixes";
/// Applies all safe fixes, for editors that do so on save.
pub(crate) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.rustassistant");

/// A kind that was added to the protocol later.
pub(crate) const MOVE: CodeActionKind = CodeActionKind::new("refactor.move");

/// Parameters of a request for actions.
pub(crate) struct ActionRequest<'a> {
    pub(crate) range: TextRange,
    pub(crate) context: &'a CodeActionContext,
    pub(crate) support: ActionSupport,
    pub(crate) profile: &'a Profile,
    /// Whether the client is still waiting.
    pub(crate) goes_on: &'a dyn Fn() -> bool,
}

/// An offer, its location, and the diagnostics it addresses.
struct Candidate {
    offer: Offer,
    kind: CodeActionKind,
    diagnostics: Vec<Diagnostic>,
    is_preferred: bool,
    note: ActionNote,
    /// The line of a finding elsewhere, starting at 0.
    line: Option<u32>,
}

/// Returns at most ten actions: answers first, then the smallest changes. Only derives the requested kinds. Needs a large
/// stack.
pub(crate) fn at(analysed: &Analysed, request: &ActionRequest<'_>) -> Vec<CodeActionOrCommand> {
    let menu = analysed
        .context()
        .map(|context| menu(analysed, &context, request));
    let actions = menu.into_iter().flatten();
    actions
        .chain(fix_all(analysed, request))
        .map(CodeActionOrCommand::CodeAction)
        .collect()
}

fn menu(
    analysed: &Analysed,
    context: &Context<'_>,
    request: &ActionRequest<'_>,
) -> Vec<CodeAction> {
    let kinds = request.wanted_kinds();
    let assists = analysed.assists_at(context, request.range, &kinds, request.trigger());
    let mut candidates = Vec::new();
    if request.wants(&CodeActionKind::QUICKFIX) {
        candidates = answers(analysed, context, request);
        let inside = answers_inside(analysed, context, request);
        add(&mut candidates, inside, MOST_INSIDE);
    }
    let assisting = assisting(analysed, request, &assists);
    add(&mut candidates, assisting, MOST_ACTIONS);
    let extractions = extractions(analysed, request);
    let enabled = candidates
        .into_iter()
        .filter_map(|candidate| action(analysed, request, candidate))
        .take(MOST_ACTIONS - extractions.len());
    let enabled = enabled.chain(extractions);
    enabled.chain(disabled(request, &assists)).collect()
}

/// Returns extractions of a selection, or those that reduce the findings at the cursor. Only on the user's request, because
/// they cost more than automatic requests may.
fn extractions(analysed: &Analysed, request: &ActionRequest<'_>) -> Vec<CodeAction> {
    let kinds = [CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR_EXTRACT];
    let kind = kinds.into_iter().find(|kind| request.wants(kind));
    let Some(kind) = kind.filter(|_| request.trigger() == Trigger::Person) else {
        return Vec::new();
    };
    if !request.range.is_empty() && request.wants(&CodeActionKind::REFACTOR_EXTRACT) {
        let selected = extract_function::offered(analysed, request.range, request.profile);
        if selected.is_some() {
            return selected
                .into_iter()
                .chain(named_by_model(analysed, request.range))
                .collect();
        }
    }
    let findings = analysed.findings_at(request.range).into_iter();
    let proposed = findings.flat_map(|finding| {
        let mut actions = extract_function::proposed(analysed, &finding, request.profile);
        actions.extend(extract_function::for_places(
            analysed,
            &finding,
            request.profile,
        ));
        let diagnostic = diagnostics::of_finding(analysed, &finding, request.profile);
        actions.into_iter().map(move |action| CodeAction {
            diagnostics: Some(vec![diagnostic.clone()]),
            ..action
        })
    });
    let proposed = proposed.map(|action| CodeAction {
        kind: Some(kind.clone()),
        ..action
    });
    let proposed = proposed.take(extract_function::MOST_PROPOSED);
    proposed.chain(by_model(analysed, request, &kind)).collect()
}

/// Returns the actions that query a model, if one is configured.
#[cfg(feature = "model")]
fn by_model(
    analysed: &Analysed,
    request: &ActionRequest<'_>,
    kind: &CodeActionKind,
) -> Vec<CodeAction> {
    by_model::offered(analysed, (request.range, kind), request.profile)
}

/// Returns the action that extracts a selection under a name from a model.
#[cfg(feature = "model")]
fn named_by_model(analysed: &Analysed, selection: TextRange) -> Option<CodeAction> {
    extract_function::named_by_model(analysed, selection)
}

#[cfg(not(feature = "model"))]
fn named_by_model(_: &Analysed, _: TextRange) -> Option<CodeAction> {
    None
}

#[cfg(not(feature = "model"))]
fn by_model(_: &Analysed, _: &ActionRequest<'_>, _: &CodeActionKind) -> Vec<CodeAction> {
    Vec::new()
}

impl ActionRequest<'_> {
    /// A requested kind includes all kinds below it, but not those that merely share its prefix.
    fn wants(&self, kind: &CodeActionKind) -> bool {
        let Some(only) = &self.context.only else {
            return true;
        };
        only.iter()
            .any(|asked| is_within(kind.as_str(), asked.as_str()))
    }

    /// Source actions are only sent to clients that request them, because they change more than the code at the cursor.
    fn wants_fix_all(&self) -> bool {
        let mut asked = self.context.only.iter().flatten();
        asked.any(|asked| {
            let asked = asked.as_str();
            !asked.is_empty() && is_within(FIX_ALL.as_str(), asked)
        })
    }

    /// Whether the user opened a menu of refactorings, so that reasons for missing ones are useful.
    fn wants_reasons(&self) -> bool {
        let asks_for_refactorings = self
            .context
            .only
            .iter()
            .flatten()
            .any(|asked| is_within(asked.as_str(), CodeActionKind::REFACTOR.as_str()));
        self.support.disabled && asks_for_refactorings && self.trigger() == Trigger::Person
    }

    /// Returns the requested kinds of refactorings, apart from answers.
    fn wanted_kinds(&self) -> Vec<Kind> {
        let all = Kind::ALL.iter().copied();
        all.filter(|kind| self.wants(&kind_of(*kind))).collect()
    }

    fn trigger(&self) -> Trigger {
        match self.context.trigger_kind {
            Some(CodeActionTriggerKind::AUTOMATIC) => Trigger::Editor,
            _ => Trigger::Person,
        }
    }
}

/// Adds at most `most` new candidates, without computing further ones.
fn add(candidates: &mut Vec<Candidate>, more: impl IntoIterator<Item = Candidate>, most: usize) {
    let before = candidates.len();
    for candidate in more {
        if !candidates.iter().any(|other| is_same(other, &candidate)) {
            candidates.push(candidate);
        }
        if candidates.len() == before + most {
            return;
        }
    }
}

fn is_within(kind: &str, above: &str) -> bool {
    let Some(rest) = kind.strip_prefix(above) else {
        return false;
    };
    above.is_empty() || rest.is_empty() || rest.starts_with('.')
}

/// Returns answers to the findings at the range and to adjacent ones whose diagnostics the client sent: some send those of the
/// whole line.
fn answers(
    analysed: &Analysed,
    context: &Context<'_>,
    request: &ActionRequest<'_>,
) -> Vec<Candidate> {
    let mut findings = analysed.findings_at(request.range);
    for diagnostic in &request.context.diagnostics {
        let found = diagnostics::finding_of(analysed, diagnostic, request.profile);
        let Some(finding) = found else { continue };
        let is_known = findings
            .iter()
            .any(|other| other.at == finding.at && other.smell.id == finding.smell.id);
        if !is_known {
            findings.push(finding.clone());
        }
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    for finding in &findings {
        for candidate in answering(analysed, context, request, finding) {
            match candidates.iter_mut().find(|one| is_same(one, &candidate)) {
                Some(same) => {
                    same.is_preferred |= candidate.is_preferred;
                    same.diagnostics.extend(candidate.diagnostics);
                }
                None => candidates.push(candidate),
            }
        }
    }
    candidates.sort_by_key(weight);
    candidates
}

/// Smaller changes are sorted first.
fn weight(candidate: &Candidate) -> (TextSize, Kind) {
    let offer = &candidate.offer;
    (offer.change().target.len(), offer.refactoring().kind)
}

/// Returns answers to findings inside a function, for its name or signature. None is preferred, because the changed code may be
/// out of sight.
fn answers_inside<'a>(
    analysed: &'a Analysed,
    context: &'a Context<'_>,
    request: &'a ActionRequest<'_>,
) -> impl Iterator<Item = Candidate> + 'a {
    let findings = analysed.findings_inside(request.range).into_iter();
    findings.flat_map(move |finding| {
        let line = analysed.file.lines().line(finding.at.start());
        let answering = answering(analysed, context, request, &finding).into_iter();
        answering.map(move |candidate| Candidate {
            is_preferred: false,
            line: Some(line),
            ..candidate
        })
    })
}

fn answering(
    analysed: &Analysed,
    context: &Context<'_>,
    request: &ActionRequest<'_>,
    finding: &Finding,
) -> Vec<Candidate> {
    let offers = analysed.answers_to(context, finding);
    let is_safe = |offer: &&Offer| offer.change().applicability == Applicability::Safe;
    let has_one_safe = offers.iter().filter(is_safe).count() == 1;
    let shown = request.context.diagnostics.iter().find(|diagnostic| {
        diagnostics::finding_of(analysed, diagnostic, request.profile)
            .is_some_and(|shown| shown.at == finding.at && shown.smell.id == finding.smell.id)
    });
    let diagnostic = shown
        .cloned()
        .unwrap_or_else(|| diagnostics::of_finding(analysed, finding, request.profile));
    let numbered = numbered(&offers);
    numbered
        .map(|(n, offer)| Candidate {
            kind: CodeActionKind::QUICKFIX,
            diagnostics: vec![diagnostic.clone()],
            is_preferred: has_one_safe && is_safe(&offer),
            note: ActionNote::of_answer(analysed, finding, offer, n),
            line: None,
            offer: offer.clone(),
        })
        .collect()
}

fn assisting(
    analysed: &Analysed,
    request: &ActionRequest<'_>,
    assists: &[Arc<Assists>],
) -> Vec<Candidate> {
    let of_kind = assists.iter().flat_map(|assists| numbered(&assists.offers));
    let candidates = of_kind.map(|(n, offer)| Candidate {
        kind: kind_of(offer.refactoring().kind),
        diagnostics: Vec::new(),
        is_preferred: false,
        note: ActionNote::of_assist(analysed, request.range, offer, n),
        line: None,
        offer: offer.clone(),
    });
    let mut candidates: Vec<Candidate> = candidates.collect();
    candidates.sort_by_key(weight);
    candidates
}

/// Pairs each offer with the number of preceding offers of the same refactoring.
fn numbered(offers: &[Offer]) -> impl Iterator<Item = (usize, &Offer)> {
    offers.iter().enumerate().map(|(place, offer)| {
        let id = offer.refactoring().id;
        let before = offers[..place].iter();
        let n = before.filter(|other| other.refactoring().id == id).count();
        (n, offer)
    })
}

fn is_same(one: &Candidate, other: &Candidate) -> bool {
    one.offer.refactoring().id == other.offer.refactoring().id
        && one.offer.change().steps == other.offer.change().steps
}

fn action(
    analysed: &Analysed,
    request: &ActionRequest<'_>,
    candidate: Candidate,
) -> Option<CodeAction> {
    if candidate.offer.refactoring().asks_rustc() {
        return asking(analysed, request, candidate);
    }
    let change = candidate.offer.change();
    let files = KnownFiles::of(analysed)?;
    let note = candidate
        .note
        .clone()
        .with_basis(files.basis(&change.steps, &change.read).ok()?);
    // Whether files can be created or renamed is only known once the edit is built.
    let is_sure = change.steps.files.is_empty() && request.support.lazy_edit;
    let edit = if is_sure {
        None
    } else {
        let made = files.edit(&change.title, &change.steps, request.profile);
        Some(made.ok()?)
    };
    let edit = edit.filter(|_| !request.support.lazy_edit);
    let preferred = request.support.preferred && candidate.is_preferred;
    Some(CodeAction {
        title: title(analysed, &candidate),
        kind: Some(candidate.kind),
        diagnostics: (!candidate.diagnostics.is_empty()).then_some(candidate.diagnostics),
        edit,
        is_preferred: preferred.then_some(true),
        data: serde_json::to_value(note).ok(),
        ..CodeAction::default()
    })
}

/// Builds the action of an offer that rustc must check: the edit is only made afterwards, and the action is never preferred.
fn asking(
    analysed: &Analysed,
    request: &ActionRequest<'_>,
    candidate: Candidate,
) -> Option<CodeAction> {
    if request.trigger() == Trigger::Editor || !may_be_offered(analysed, request.profile) {
        return None;
    }
    let title = title(analysed, &candidate);
    Some(CodeAction {
        command: Some(agreed::command(title.clone(), &candidate.note)?),
        title,
        kind: Some(candidate.kind),
        diagnostics: (!candidate.diagnostics.is_empty()).then_some(candidate.diagnostics),
        ..CodeAction::default()
    })
}

fn title(analysed: &Analysed, candidate: &Candidate) -> String {
    let title = analysed.title(&candidate.offer);
    let Some(line) = candidate.line else {
        return title;
    };
    let with_place = |title: &str| format!("{title} (line {})", line + 1);
    let all = with_place(&title);
    if all.chars().count() <= LONGEST_TITLE {
        return all;
    }
    with_place(&candidate.offer.change().title)
}

/// Offered only if there are safe fixes.
fn fix_all(analysed: &Analysed, request: &ActionRequest<'_>) -> Option<CodeAction> {
    if !request.wants_fix_all() {
        return None;
    }
    let fixed = analysed.fixed(request.goes_on)?;
    if fixed.edits.is_empty() {
        return None;
    }
    let edit = if request.support.lazy_edit {
        None
    } else {
        let (file, profile) = (&analysed.file, request.profile);
        Some(workspace_edit(
            &analysed.document,
            file,
            &fixed.edits,
            profile,
        )?)
    };
    Some(CodeAction {
        title: FIX_ALL_TITLE.into(),
        kind: Some(FIX_ALL),
        edit,
        data: serde_json::to_value(ActionNote::of_fix_all(analysed)).ok(),
        ..CodeAction::default()
    })
}

fn kind_of(kind: Kind) -> CodeActionKind {
    match kind {
        Kind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        Kind::Inline => CodeActionKind::REFACTOR_INLINE,
        Kind::Move => MOVE,
        Kind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
    }
}

fn disabled(request: &ActionRequest<'_>, assists: &[Arc<Assists>]) -> Vec<CodeAction> {
    if !request.wants_reasons() {
        return Vec::new();
    }
    let refused = assists.iter().flat_map(|assists| &assists.refusals);
    refused
        .filter_map(|(refactoring, refusal)| refused_action(refactoring, refusal))
        .take(MOST_DISABLED)
        .collect()
}

fn refused_action(refactoring: &Refactoring, refusal: &Refusal) -> Option<CodeAction> {
    let Refusal::Because { why, .. } = refusal else {
        return None;
    };
    Some(CodeAction {
        title: in_words(refactoring.id),
        kind: Some(kind_of(refactoring.kind)),
        disabled: Some(CodeActionDisabled {
            reason: why.clone(),
        }),
        ..CodeAction::default()
    })
}

/// Converts an id to words: `merge-nested-if` becomes `Merge nested if`.
fn in_words(id: &str) -> String {
    let mut words = id.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        lsp::{
            session::document::{Document, Opening, Surroundings},
            wire::uri,
        },
        syntax::FileContext,
    };

    #[test]
    fn a_kind_stands_for_the_kinds_below_it() {
        for (kind, above) in [
            ("refactor.rewrite", ""),
            ("refactor.rewrite", "refactor"),
            ("refactor.rewrite", "refactor.rewrite"),
        ] {
            assert!(is_within(kind, above), "{kind} {above}");
        }
        for (kind, above) in [
            ("refactor.rewrite", "refactor.re"),
            ("refactor", "refactor.rewrite"),
            ("quickfix", "quick"),
        ] {
            assert!(!is_within(kind, above), "{kind} {above}");
        }
    }

    const TEXT: &str = "fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            g();\n        }\n    }\n}\n";

    fn analysed() -> Analysed {
        let uri = "file:///w/a.rs";
        let document = Arc::new(Document::open(Opening {
            name: uri::name(uri).unwrap(),
            uri: uri.into(),
            version: 1,
            text: TEXT.into(),
        }));
        let surroundings = Surroundings {
            context: FileContext::default(),
            rules: Arc::default(),
            is_served: true,
            root: None,
            code_lens: false,
            compiler: true,
            ahead: None,
            model: crate::config::ModelChoice::Nothing,
            accepted: None,
            generation: 0,
        };
        Analysed::new(&document, &surroundings).unwrap()
    }

    /// Returns the actions at the outer `if`, and the number of changes derived for them.
    fn asked(analysed: &Analysed, only: Option<&[&'static str]>) -> (Vec<CodeAction>, usize) {
        let only = only.map(|kinds| {
            kinds
                .iter()
                .map(|&kind| CodeActionKind::new(kind))
                .collect()
        });
        let literals = json!({"codeActionLiteralSupport": {}});
        let capabilities = json!({"textDocument": {"codeAction": literals}});
        let profile = Profile::read(&json!({"capabilities": capabilities}));
        let request = ActionRequest {
            range: TextRange::empty(TextSize::try_from(TEXT.find("if a").unwrap()).unwrap()),
            context: &CodeActionContext {
                only,
                ..CodeActionContext::default()
            },
            support: profile.actions.unwrap(),
            profile: &profile,
            goes_on: &|| true,
        };
        let context = analysed.context().unwrap();
        let actions = menu(analysed, &context, &request);
        (actions, context.derived())
    }

    #[test]
    fn what_is_not_asked_for_is_not_derived() {
        for only in [
            "source.fixAll",
            "source",
            "refactor.extract",
            "refactor.inline",
        ] {
            let (actions, derived) = asked(&analysed(), Some(&[only]));
            assert_eq!((actions.len(), derived), (0, 0), "{only}");
        }
        assert!(asked(&analysed(), Some(&["quickfix"])).1 > 0);
    }

    #[test]
    fn nothing_is_derived_twice() {
        let once = analysed();
        let (actions, derived) = asked(&once, None);
        let context = once.context().unwrap();
        let at = TextRange::empty(TextSize::try_from(TEXT.find("if a").unwrap()).unwrap());
        let assists = once.assists_at(&context, at, Kind::ALL, Trigger::Person);
        let refused: usize = assists.iter().map(|it| it.refusals.len()).sum();
        assert!((actions.len()..=actions.len() + refused).contains(&derived));
        assert_eq!(asked(&once, None), (actions, 0), "it is remembered");
    }

    #[test]
    fn answers_come_first() {
        let kinds = asked(&analysed(), None).0.into_iter();
        let kinds: Vec<_> = kinds.filter_map(|action| action.kind).collect();
        let answers = kinds
            .iter()
            .take_while(|kind| **kind == CodeActionKind::QUICKFIX);
        let answers = answers.count();
        assert!(answers > 0 && kinds.len() > answers, "{kinds:?}");
        assert!(!kinds[answers..].contains(&CodeActionKind::QUICKFIX));
    }

    #[test]
    fn ids_are_read_as_words() {
        assert_eq!(in_words("merge-nested-if"), "Merge nested if");
        assert_eq!(in_words(""), "");
    }
}
