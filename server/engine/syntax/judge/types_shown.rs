//! Types that are evident from the syntax.

mod booleans;
mod collections;
mod integers;
mod lists;
mod numbers;
mod owned;
mod plain;
mod variables;
mod written;

use ra_ap_syntax::ast;

pub(crate) use self::variables::bindings_of;
use self::variables::{Shows, bindings_show};
pub use self::{
    booleans::boolean,
    collections::{Held, collection, element_of_list},
    integers::{Sign, integer, is_of_other_type, sign_of_both},
    lists::{List, ListHeld, is_self_lent, list},
    numbers::{is_number, number_type},
    owned::{Owned, arguments_of, head_of, owned},
    plain::{Plain, plain},
    written::{is_text, is_text_or_string, is_written_as},
};
use super::known::{Fact, is_known};

/// How certain a type is from the syntax.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    #[default]
    Shown,
    /// Suggested by a name that is declared elsewhere.
    Likely,
}

/// What ensures that the types a change relies on are correct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypesBy {
    /// The syntax must show them.
    Syntax,
    /// Rustc checks the result, so only code that would compile with a different meaning matters.
    Rustc,
}

/// Whether an expression is an `Option` or a `Result`, so that each of its predicates has an opposite.
pub fn is_option_or_result(expr: &ast::Expr) -> bool {
    let shows = Shows {
        in_type: |ty| is_type_of_option_or_result(ty).then_some(()),
        in_value: |value| is_value_of_option_or_result(value).then_some(()),
    };
    match expr {
        ast::Expr::PathExpr(path) => bindings_show(path, &shows).is_some(),
        ast::Expr::ParenExpr(inner) => inner
            .expr()
            .is_some_and(|inner| is_option_or_result(&inner)),
        _ => is_value_of_option_or_result(expr),
    }
}

fn is_type_of_option_or_result(ty: &str) -> bool {
    let bare = ty
        .trim_start_matches('&')
        .trim_start_matches("mut ")
        .trim_start();
    ["Option<", "Result<", "io::Result<"]
        .iter()
        .any(|start| bare.starts_with(start))
}

/// Calls of standard library methods whose names are rarely used by other types.
fn is_value_of_option_or_result(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::MethodCallExpr(call) => is_known(call, Fact::Optional),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::fixture;

    #[test]
    fn an_option_is_shown_by_its_declaration_or_by_what_makes_it() {
        let shown = |code: &str, parameter: &str| {
            is_option_or_result(&fixture::tail(&format!("p: {parameter}"), code))
        };
        for parameter in ["Option<u8>", "&mut Option<u8>", "io::Result<()>"] {
            assert!(shown("p", parameter), "{parameter}");
        }
        for code in [
            "a.get(b)",
            "let a = b.next(); a",
            "a.checked_add(1)",
            "let a: Option<u8> = b(); a",
        ] {
            assert!(shown(code, "u8"), "{code}");
        }
        for code in [
            "p",
            "a",
            "a.matched()",
            "self.a",
            "let a = b.matched(); a",
            "b()",
        ] {
            assert!(!shown(code, "Match<u8>"), "{code}");
        }
    }
}
