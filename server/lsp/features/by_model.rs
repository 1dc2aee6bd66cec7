//! Actions at a location that query a language model.

use lsp_types::{CodeAction, CodeActionKind};

use super::{diagnostics, name_condition, plan_extractions, rewrite_function};
use crate::{
    analysis::Finding,
    lsp::{session::analysed::Analysed, wire::profile::Profile},
    text::TextRange,
};

/// Offers an action for a finding.
type Offered = fn(&Analysed, &Finding, &Profile) -> Option<CodeAction>;

/// Returns at most one action per task, for the findings it could reduce.
pub(crate) fn offered(
    analysed: &Analysed,
    (range, kind): (TextRange, &CodeActionKind),
    profile: &Profile,
) -> Vec<CodeAction> {
    let findings = analysed.findings_at(range);
    let tasks: [Offered; 2] = [plan_extractions::offered, rewrite_function::offered];
    let actions = tasks.into_iter().filter_map(|offered| {
        let mut found = findings.iter().filter_map(|finding| {
            let action = offered(analysed, finding, profile)?;
            let diagnostic = diagnostics::of_finding(analysed, finding, profile);
            Some(CodeAction {
                diagnostics: Some(vec![diagnostic]),
                kind: Some(kind.clone()),
                ..action
            })
        });
        found.next()
    });
    let mut named = name_condition::offered(analysed, range, profile);
    if let Some(named) = &mut named {
        named.kind = Some(kind.clone());
        let answered = findings.iter().find(|it| name_condition::answers(it.smell));
        let diagnostic = answered.map(|it| vec![diagnostics::of_finding(analysed, it, profile)]);
        named.diagnostics = diagnostic;
    }
    actions.chain(named).collect()
}
