//! Whether the names in a body have the same meaning at the call site.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList},
};

use super::{
    super::{Hazard, Refusal},
    callee::Callee,
};
use crate::syntax::{meanings::Around, scopes};

pub(super) fn check(call: &ast::CallExpr, callee: &Callee) -> Result<(), Refusal> {
    let why = |why: &str| Err(Refusal::because(Hazard::Scope, why));
    let around = Around::of(call.syntax());
    if around.has_items {
        return why("The enclosing function declares imports or items that may shadow others.");
    }
    let parameters = callee.parameters.iter();
    let parameters: Vec<&str> = parameters.map(|it| it.name.as_str()).collect();
    if let Some(name) = around.hides(callee.body.syntax(), &parameters) {
        return why(&format!(
            "`{name}` may have a different meaning in the enclosing function."
        ));
    }
    let arguments = call.arg_list().into_iter().flat_map(|it| it.args());
    for (at, argument) in arguments.enumerate() {
        let names = scopes::Names::in_node(argument.syntax());
        if parameters[..at].iter().any(|name| names.has(name)) {
            return why("An argument mentions the name of an earlier parameter.");
        }
    }
    Ok(())
}
