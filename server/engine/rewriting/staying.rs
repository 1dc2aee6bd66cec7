//! What a rewritten function has to keep: all outside effects, numbers, and comments.

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasName},
};

use super::{NotRewritten, known, usage::Usage};
use crate::{
    syntax::FileNames,
    text::{printable, shortened},
};

/// Maximum length of a comment in a message, in characters.
const LONGEST: usize = 60;

pub(super) fn check(function: &ast::Fn, old: &Usage, new: &Usage) -> Result<(), NotRewritten> {
    // Parameters come from outside.
    let own = function.body().map(|body| variables(body.syntax()));
    let own = own.unwrap_or_default();
    let file = FileNames::around(function);
    let declares = |name: &str| {
        file.has_method(name) || !file.functions(name).is_empty() || !file.types(name).is_empty()
    };
    // Operations that may panic can be removed.
    let is_std = |name: &str| known::is_of_std(name) || matches!(name, "expect" | "unwrap");
    let may_go = |name: &str| own.contains(name) || (is_std(name) && !declares(name));
    let names = old.names.iter();
    let mut gone = names.filter(|name| !may_go(name) && !new.names.contains(*name));
    if let Some(name) = gone.next() {
        return Err(NotRewritten::new(format!(
            "The function mentions `{name}`, but the reply doesn't."
        )));
    }
    if let Some(name) = effect_that_went(function, &own, new) {
        return Err(NotRewritten::new(format!(
            "The function calls `{name}`, which changes something, but the reply doesn't."
        )));
    }
    let is_plain = |number: &str| known::is_zero_or_one(number);
    let mut numbers = old.numbers.iter();
    let is_gone = |number: &&String| !is_plain(number) && !new.numbers.contains(*number);
    if let Some(number) = numbers.find(is_gone) {
        return Err(NotRewritten::new(format!(
            "The function contains the number `{number}`, but the reply doesn't."
        )));
    }
    let mut comments = old.comments.keys();
    if let Some(comment) = comments.find(|it| !new.comments.contains_key(*it)) {
        let comment = printable(&shortened(comment, LONGEST)).into_owned();
        return Err(NotRewritten::new(format!(
            "The function contains the comment `{comment}`, but the reply doesn't."
        )));
    }
    Ok(())
}

/// A removed mutation by the standard library: of a variable from outside of the body, of an order, or of an output.
fn effect_that_went(function: &ast::Fn, own: &BTreeSet<String>, new: &Usage) -> Option<String> {
    let mut nodes = function.body()?.syntax().descendants();
    nodes.find_map(|node| {
        if let Some(call) = ast::MacroCall::cast(node.clone()) {
            let name = call.path()?.segment()?.name_ref()?.text().to_string();
            let is_gone = matches!(&*name, "write" | "writeln") && !new.macros.contains(&name);
            return is_gone.then_some(name);
        }
        let call = ast::MethodCallExpr::cast(node)?;
        let name = call.name_ref()?.text().to_string();
        let is_own = || root_of(call.receiver()).is_some_and(|root| own.contains(&root));
        let is_effect = known::is_order(&name) || (known::is_change(&name) && !is_own());
        (is_effect && !new.methods.contains(&name)).then_some(name)
    })
}

/// The variable at the root of a chain of fields, calls and indices.
fn root_of(receiver: Option<ast::Expr>) -> Option<String> {
    let mut place = receiver?;
    loop {
        place = match place {
            ast::Expr::PathExpr(path) => return Some(path.syntax().text().to_string()),
            ast::Expr::FieldExpr(it) => it.expr()?,
            ast::Expr::IndexExpr(it) => it.base()?,
            ast::Expr::MethodCallExpr(it) => it.receiver()?,
            ast::Expr::ParenExpr(it) => it.expr()?,
            ast::Expr::PrefixExpr(it) => it.expr()?,
            ast::Expr::RefExpr(it) => it.expr()?,
            ast::Expr::TryExpr(it) => it.expr()?,
            _ => return None,
        }
    }
}

/// All names that code binds.
pub(super) fn variables(code: &ra_ap_syntax::SyntaxNode) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for node in code.descendants() {
        let name = match_name(&node);
        names.extend(name.map(|name| name.text().to_string()));
    }
    names
}

fn match_name(node: &ra_ap_syntax::SyntaxNode) -> Option<ast::Name> {
    if let Some(pattern) = ast::IdentPat::cast(node.clone()) {
        return pattern.name();
    }
    ast::TypeParam::cast(node.clone())?.name()
}
