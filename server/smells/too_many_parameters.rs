//! # Too many parameters
//!
//! ## What it does
//! Finds functions with many parameters, `self` not counted.
//!
//! ## Why
//! Callers have to remember an order, and two arguments of one type are exchanged without the compiler's notice. Parameters
//! that always travel together are a type that has no name yet.
//!
//! ## Example
//! ```rust before
//! fn draw(canvas: &mut Canvas, left: u32, top: u32, width: u32, height: u32, color: Color) {
//!     canvas.fill(left, top, width, height, color);
//! }
//! ```
//! ```rust after
//! fn draw(canvas: &mut Canvas, area: Rectangle, color: Color) {
//!     canvas.fill(area, color);
//! }
//! ```
//!
//! ## What it leaves alone
//! - Methods of trait implementations: the trait chose their parameters.
//! - Functions that other languages call: `extern "C"`, `#[no_mangle]`, `#[export_name]`.
//! - Constructors that only fill a struct's fields: a body that is one struct literal.
//!
//! ## Limits
//! 5 parameters are fine; more are a warning, more than 7 a strong one.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Long Parameter List"; clippy's `too_many_arguments`; Qlty's "function parameters".

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasAttrs},
};

use crate::{
    facts::Sighting,
    smells::{Family, Limits, Sightings, Smell},
    syntax::{Function, Item, Owner},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    id: "too-many-parameters",
    limits: Limits { warn: 5, strong: 7 },
    family: Family::Own,
    rate: None,
    answers: &[],
    clippy: &["too_many_arguments"],
    look,
    say,
};

fn look(item: &Item<'_>, sightings: &mut Sightings) {
    for function in &item.functions {
        let measure = function.metrics.parameters;
        if sightings.keeps(measure) && !is_dictated(function) && !is_plain_constructor(function) {
            sightings.push(function.name(), measure);
        }
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!("`{name}` has {} parameters", sighting.measure)
}

/// Whether something outside of the function has chosen its parameters.
fn is_dictated(function: &Function) -> bool {
    function.owner == Owner::TraitImpl || has_foreign_abi(&function.ast) || is_exported(function)
}

fn has_foreign_abi(function: &ast::Fn) -> bool {
    let Some(abi) = function.abi() else {
        return false;
    };
    let mut tokens = abi.syntax().children_with_tokens();
    // `extern` without a name is `extern "C"`.
    let name = tokens.find(|token| token.kind() == SyntaxKind::STRING);
    name.is_none_or(|name| name.to_string() != "\"Rust\"")
}

fn is_exported(function: &Function) -> bool {
    function.ast.attrs().any(|attribute| {
        let mut tokens = attribute.syntax().descendants_with_tokens();
        tokens.any(|token| {
            token
                .as_token()
                .is_some_and(|token| matches!(token.text(), "no_mangle" | "export_name"))
        })
    })
}

fn is_plain_constructor(function: &Function) -> bool {
    if has_receiver(&function.ast) || function.body.statements().next().is_some() {
        return false;
    }
    matches!(function.body.tail_expr(), Some(ast::Expr::RecordExpr(_)))
}

fn has_receiver(function: &ast::Fn) -> bool {
    let parameters = function.param_list();
    parameters.is_some_and(|list| list.self_param().is_some())
}
