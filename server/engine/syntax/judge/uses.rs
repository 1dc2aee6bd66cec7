//! How a variable is used after an offset: whether it is modified.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, TextSize, ast,
};

use super::scopes;
use crate::syntax::tokens_of;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uses {
    /// Only read or moved.
    Read,
    Changed,
    /// Undecidable from the syntax.
    Unknown,
}

impl Uses {
    /// How a variable is used in the part of a block after `end`; `None` if it isn't mentioned there.
    pub fn behind(around: &SyntaxNode, end: TextSize, name: &str) -> Option<Self> {
        let tokens = around.descendants_with_tokens();
        let tokens = tokens
            .filter_map(NodeOrToken::into_token)
            .filter(|token| token.text_range().start() >= end);
        let mut found = None;
        for token in tokens {
            let Some(one) = of_token(&token, name) else {
                continue;
            };
            if one == Self::Unknown {
                return Some(one);
            }
            if one == Self::Changed || found.is_none() {
                found = Some(one);
            }
        }
        found
    }
}

/// Whether the enclosing function or constant declares a name exactly once.
pub fn is_declared_once(node: &SyntaxNode, name: &str) -> bool {
    let body = scopes::whole_body(node);
    let names = body.into_iter().flat_map(|body| {
        let names = body.descendants().filter_map(ast::Name::cast);
        names.filter(|it| it.text() == name)
    });
    names.count() == 1
}

/// How this token uses the variable, if it refers to it.
fn of_token(token: &SyntaxToken, name: &str) -> Option<Uses> {
    let parent = token.parent()?;
    if token.kind() == SyntaxKind::STRING {
        return token
            .text()
            .contains(&format!("{{{name}"))
            .then_some(Uses::Read);
    }
    if token.text() != name {
        return None;
    }
    if parent.kind() == SyntaxKind::TOKEN_TREE {
        return Some(in_macro(token, &parent).unwrap_or(Uses::Unknown));
    }
    let path = parent
        .ancestors()
        .take(4)
        .find_map(ast::PathExpr::cast)
        .filter(|path| path.syntax().text() == name)?;
    Some(of_place(path.syntax()).unwrap_or(Uses::Unknown))
}

/// The use in the input of a macro that evaluates its arguments as written.
fn in_macro(name: &SyntaxToken, tree: &SyntaxNode) -> Option<Uses> {
    const PLAIN: [&str; 12] = [
        "assert",
        "assert_eq",
        "assert_ne",
        "debug_assert",
        "eprintln",
        "format",
        "matches",
        "panic",
        "print",
        "println",
        "write",
        "writeln",
    ];
    let call = tree.ancestors().find_map(ast::MacroCall::cast)?;
    let path = call.path()?.syntax().text().to_string();
    let mut input = tokens_of(call.syntax());
    let is_lent_to_change = input.any(|token| token.kind() == SyntaxKind::MUT_KW);
    if !PLAIN.contains(&&*path) || is_lent_to_change {
        return None;
    }
    let is_inside = call.token_tree().is_some_and(|it| it.syntax() != tree);
    if is_inside && is_alone_before_dot(tree) {
        return None;
    }
    of_place_in_macro(name)
}

/// Whether a parenthesized expression, as opposed to an argument list, is followed by a dot: `(a).b()`.
fn is_alone_before_dot(tree: &SyntaxNode) -> bool {
    let whole: SyntaxElement = tree.clone().into();
    let before = std::iter::successors(whole.prev_sibling_or_token(), |it| {
        it.prev_sibling_or_token()
    })
    .find(|it| !it.kind().is_trivia());
    let is_called = before.is_some_and(|it| it.kind() == SyntaxKind::IDENT);
    !is_called && next_element(&whole).is_some_and(|it| it.kind() == SyntaxKind::DOT)
}

/// How a place is used in macro input, where the parser sees only tokens.
fn of_place_in_macro(name: &SyntaxToken) -> Option<Uses> {
    let mut behind = std::iter::successors(next_element(&name.clone().into()), next_element);
    while let Some(element) = behind.next() {
        match element.kind() {
            // An index expression is a place too.
            SyntaxKind::TOKEN_TREE if element.to_string().starts_with('[') => {}
            SyntaxKind::DOT => {
                let member = behind.next()?;
                let arguments = next_element(&member);
                let has_arguments = arguments.is_some_and(|it| it.kind() == SyntaxKind::TOKEN_TREE);
                if has_arguments {
                    return of_method(&member.to_string());
                }
            }
            _ => break,
        }
    }
    Some(Uses::Read)
}

fn next_element(element: &SyntaxElement) -> Option<SyntaxElement> {
    std::iter::successors(element.next_sibling_or_token(), |next| {
        next.next_sibling_or_token()
    })
    .find(|next| !next.kind().is_trivia())
}

/// How a place, or a part of it, is used.
fn of_place(place: &SyntaxNode) -> Option<Uses> {
    let parent = place.parent()?;
    if is_assigned_as_part(place) {
        return None;
    }
    match parent.kind() {
        SyntaxKind::FIELD_EXPR | SyntaxKind::PAREN_EXPR => of_place(&parent),
        SyntaxKind::LET_EXPR | SyntaxKind::LET_STMT | SyntaxKind::MATCH_EXPR => {
            let patterns = parent.descendants().filter_map(ast::IdentPat::cast);
            let mut lent = patterns
                .filter(|it| it.ref_token().is_some())
                .filter(|it| it.mut_token().is_some());
            lent.next().is_none().then_some(Uses::Read)
        }
        SyntaxKind::INDEX_EXPR => {
            let index = ast::IndexExpr::cast(parent.clone())?;
            let is_base = index.base().is_some_and(|base| base.syntax() == place);
            if is_base {
                of_place(&parent)
            } else {
                Some(Uses::Read)
            }
        }
        SyntaxKind::METHOD_CALL_EXPR => {
            let call = ast::MethodCallExpr::cast(parent)?;
            if call.receiver().is_none_or(|it| it.syntax() != place) {
                return Some(Uses::Read);
            }
            let name = call.name_ref()?.text().to_string();
            of_method(&name)
        }
        SyntaxKind::REF_EXPR => {
            let reference = ast::RefExpr::cast(parent)?;
            Some(if reference.mut_token().is_some() {
                Uses::Changed
            } else {
                Uses::Read
            })
        }
        SyntaxKind::BIN_EXPR => {
            let operation = ast::BinExpr::cast(parent)?;
            let is_set = matches!(operation.op_kind(), Some(ast::BinaryOp::Assignment { .. }));
            let is_left = operation.lhs().is_some_and(|it| it.syntax() == place);
            Some(if is_set && is_left {
                Uses::Changed
            } else {
                Uses::Read
            })
        }
        SyntaxKind::PREFIX_EXPR => None,
        _ => Some(Uses::Read),
    }
}

/// Whether a place is part of a destructuring assignment.
fn is_assigned_as_part(place: &SyntaxNode) -> bool {
    let lists = place.ancestors().skip(1).take_while(|it| {
        matches!(
            it.kind(),
            SyntaxKind::TUPLE_EXPR
                | SyntaxKind::ARRAY_EXPR
                | SyntaxKind::PAREN_EXPR
                | SyntaxKind::RECORD_EXPR
                | SyntaxKind::RECORD_EXPR_FIELD
                | SyntaxKind::RECORD_EXPR_FIELD_LIST
                | SyntaxKind::ARG_LIST
                | SyntaxKind::CALL_EXPR
        )
    });
    let Some(outermost) = lists.last() else {
        return false;
    };
    let set = outermost.parent().and_then(ast::BinExpr::cast);
    set.is_some_and(|set| {
        matches!(set.op_kind(), Some(ast::BinaryOp::Assignment { .. }))
            && set.lhs().is_some_and(|left| *left.syntax() == outermost)
    })
}

fn of_method(name: &str) -> Option<Uses> {
    const CHANGE: [&str; 21] = [
        "append",
        "clear",
        "dedup",
        "drain",
        "entry",
        "extend",
        "extend_from_slice",
        "insert",
        "iter_mut",
        "pop",
        "push",
        "remove",
        "resize",
        "retain",
        "reverse",
        "sort",
        "sort_by",
        "sort_by_key",
        "sort_unstable",
        "swap",
        "truncate",
    ];
    const READ: [&str; 16] = [
        "as_slice",
        "concat",
        "contains",
        "contains_key",
        "first",
        "get",
        "into_boxed_slice",
        "into_iter",
        "is_empty",
        "iter",
        "join",
        "keys",
        "last",
        "len",
        "to_vec",
        "values",
    ];
    if CHANGE.contains(&name) {
        return Some(Uses::Changed);
    }
    READ.contains(&name).then_some(Uses::Read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::fixture;

    fn behind(code: &str) -> Option<Uses> {
        let value = fixture::tail("v: Vec<u8>", &format!("{{ {code} }}"));
        Uses::behind(value.syntax(), TextSize::new(0), "v")
    }

    #[test]
    fn what_is_done_to_a_variable_is_told_by_its_place() {
        for code in [
            "f(&v)",
            "v[1] + 1",
            "v.len()",
            "println!(\"{v}\")",
            "let w = v;",
        ] {
            assert_eq!(behind(code), Some(Uses::Read), "{code}");
        }
        for code in [
            "v = w",
            "v.push(1)",
            "f(&mut v)",
            "v[1] = 2",
            "f(v.len()); v += w",
        ] {
            assert_eq!(behind(code), Some(Uses::Changed), "{code}");
        }
        for code in ["v.step()", "m!(v)", "(v, w) = f()"] {
            assert_eq!(behind(code), Some(Uses::Unknown), "{code}");
        }
        assert_eq!(behind("w.push(1)"), None);
    }
}
