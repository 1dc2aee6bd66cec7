//! Closures that the selection calls. Their types have no name, but their parameters and results do.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

use super::{Known, passing::nameable, selection::Capture};

/// The subject for a closure's parameter.
fn subject(closure: &str, at: usize) -> String {
    format!("|{closure}|{at}")
}

/// The subject for a closure's result.
pub(super) fn result_of(closure: &str) -> String {
    format!("|{closure}|")
}

/// The names of the parameters to probe, with their subjects.
pub(super) fn asked(capture: &Capture) -> Vec<(String, String)> {
    let taken = parameters(capture).into_iter().enumerate();
    let open = taken.filter(|(_, (_, written))| written.is_none());
    let named = open.filter_map(|(at, (name, _))| Some((name?, subject(&capture.name, at))));
    named.collect()
}

/// The name and type of each parameter, if written.
fn parameters(capture: &Capture) -> Vec<(Option<String>, Option<String>)> {
    let list = capture
        .closure
        .as_ref()
        .and_then(ast::ClosureExpr::param_list);
    let params = list.into_iter().flat_map(|list| list.params());
    let params = params.map(|param| {
        let name = match param.pat() {
            Some(ast::Pat::IdentPat(name)) => name.name().map(|it| it.text().to_string()),
            _ => None,
        };
        let written = param.ty().map(|it| it.syntax().text().to_string());
        (name, written)
    });
    params.collect()
}

/// The closure's signature, such as `(u8) -> u8`.
pub(super) fn described(capture: &Capture, known: &Known) -> Option<String> {
    capture.closure.as_ref()?;
    let taken = parameters(capture).into_iter().enumerate();
    let taken = taken.map(|(at, (_, written))| match written {
        Some(written) => Some(written),
        None => Some(known.types.get(&subject(&capture.name, at))?.text.clone()),
    });
    let taken = taken.collect::<Option<Vec<String>>>()?;
    let given = known.types.get(&result_of(&capture.name))?.text.clone();
    let all = taken.iter().chain([&given]);
    let mut all = all.map(|text| nameable(&capture.name, text).is_ok());
    if !all.all(|is_nameable| is_nameable) {
        return None;
    }
    Some(match &*given {
        "()" => format!("({})", taken.join(", ")),
        given => format!("({}) -> {given}", taken.join(", ")),
    })
}
