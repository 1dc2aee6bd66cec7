//! How each occurrence uses the value.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::{Repeated, value::Kind};
use crate::syntax::{
    Hazard, Refusal,
    known::{Fact, tells},
};

/// How an occurrence uses the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Looks,
    /// Moves the value.
    Takes,
    /// Mutates it, or may do so.
    Changes,
}

/// Checks that a single value can replace the separate ones.
pub(super) fn check(found: &Repeated) -> Result<(), Refusal> {
    let uses: Vec<Use> = found.places.iter().map(used).collect();
    if uses.contains(&Use::Changes) {
        return Err(Refusal::because(
            Hazard::Borrows,
            "One occurrence may change the value that it creates.",
        ));
    }
    if found.value.kind == Kind::Copied {
        return Ok(());
    }
    let takes = uses.iter().position(|one| *one == Use::Takes);
    let is_last = takes.is_none_or(|at| at + 1 == uses.len() && !is_repeated(found));
    is_last.then_some(()).ok_or_else(|| {
        Refusal::because(
            Hazard::Drops,
            "An occurrence before the last one moves the value.",
        )
    })
}

/// Whether the last occurrence is in a loop after the `let`, or the value is moved in a branch before others.
fn is_repeated(found: &Repeated) -> bool {
    let block = found.block.syntax();
    found.places.last().is_some_and(|last| {
        let mut around = last.syntax().ancestors().take_while(|it| it != block);
        around.any(|it| {
            matches!(
                it.kind(),
                SyntaxKind::FOR_EXPR | SyntaxKind::LOOP_EXPR | SyntaxKind::WHILE_EXPR
            )
        })
    })
}

/// Methods of strings and paths that only read them, in addition to the known ones.
const LOOK: [&str; 26] = [
    "bytes",
    "chars",
    "clone",
    "cmp",
    "components",
    "display",
    "exists",
    "extension",
    "file_name",
    "file_stem",
    "find",
    "is_dir",
    "is_file",
    "join",
    "lines",
    "parse",
    "repeat",
    "replace",
    "split",
    "split_whitespace",
    "strip_prefix",
    "strip_suffix",
    "to_owned",
    "to_string",
    "to_str",
    "with_extension",
];

/// Methods that mutate an `Option`.
const CHANGE: [&str; 8] = [
    "as_mut",
    "get_or_insert",
    "get_or_insert_with",
    "insert",
    "iter_mut",
    "next",
    "push_str",
    "take",
];

fn used(place: &ast::Expr) -> Use {
    let mut node: SyntaxNode = place.syntax().clone();
    let mut parent = node.parent();
    while let Some(around) = parent
        .clone()
        .filter(|it| it.kind() == SyntaxKind::PAREN_EXPR)
    {
        parent = around.parent();
        node = around;
    }
    let Some(parent) = parent else {
        return Use::Changes;
    };
    match parent.kind() {
        SyntaxKind::REF_EXPR => match ast::RefExpr::cast(parent) {
            Some(it) if it.mut_token().is_none() => Use::Looks,
            _ => Use::Changes,
        },
        SyntaxKind::BIN_EXPR => {
            let compares = ast::BinExpr::cast(parent)
                .is_some_and(|it| matches!(it.op_kind(), Some(ast::BinaryOp::CmpOp(_))));
            if compares { Use::Looks } else { Use::Takes }
        }
        SyntaxKind::METHOD_CALL_EXPR => ast::MethodCallExpr::cast(parent)
            .filter(|call| call.receiver().is_some_and(|it| it.syntax() == &node))
            .map_or(Use::Takes, |call| of_receiver(&call)),
        SyntaxKind::EXPR_STMT => Use::Changes,
        _ => Use::Takes,
    }
}

fn of_receiver(call: &ast::MethodCallExpr) -> Use {
    let name = call.name_ref().map(|name| name.text().to_string());
    let name = name.unwrap_or_default();
    if CHANGE.contains(&&*name) {
        return Use::Changes;
    }
    let looks = tells(&name, Fact::Looks) || tells(&name, Fact::Views) || LOOK.contains(&&*name);
    if looks { Use::Looks } else { Use::Takes }
}
