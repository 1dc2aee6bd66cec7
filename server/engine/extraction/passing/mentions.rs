//! The context of a variable's mention, which decides whether it can be passed in another way.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxToken, T,
    ast::{self, HasName},
};

use crate::{extraction::views::means_same, text::Edit};

/// Whether a mention means the same for a reference and its referent, as far as the file shows.
pub(super) fn means_same_behind(mention: &SyntaxToken, sign: &str) -> bool {
    if mention.kind() == SyntaxKind::STRING {
        return true;
    }
    let path = mention.parent_ancestors().find_map(ast::PathExpr::cast);
    let Some(path) = path.filter(|it| it.syntax().text_range() == mention.text_range()) else {
        return is_known_macro(mention);
    };
    let around = path.syntax().parent().map(|it| it.kind());
    let is_given = matches!(
        around,
        Some(SyntaxKind::ARG_LIST | SyntaxKind::REF_EXPR | SyntaxKind::RECORD_EXPR_FIELD)
    );
    let is_number = !sign.is_empty();
    !(is_number && is_given) && means_same(path.syntax(), false)
}

/// The edit of a mention whose variable is no longer a reference.
pub(super) fn without_star(mention: &SyntaxToken) -> Option<Edit> {
    let path = mention.parent_ancestors().find_map(ast::PathExpr::cast)?;
    let around = ast::PrefixExpr::cast(path.syntax().parent()?)?;
    let is_star = around.op_kind() == Some(ast::UnaryOp::Deref);
    is_star.then(|| Edit::replace(around.syntax().text_range(), mention.text()))
}

/// Whether the file implements a trait for references that has a method of this name.
pub(super) fn is_told_of_references(mention: &SyntaxToken, method: &str) -> bool {
    let root = mention.parent_ancestors().last();
    let items = root.into_iter().flat_map(|it| it.descendants());
    let mut of_references = items.filter_map(ast::Impl::cast).filter(|it| {
        let of = it.self_ty();
        it.trait_().is_some() && matches!(of, Some(ast::Type::RefType(_)))
    });
    of_references.any(|it| {
        let mut functions = it.syntax().descendants().filter_map(ast::Fn::cast);
        functions.any(|it| it.name().is_some_and(|it| it.text() == method))
    })
}

/// Whether a method is called that references to numbers have too, with another meaning.
pub(in crate::extraction) fn is_taken_by_reference_too(
    mention: &SyntaxToken,
    is_unique: bool,
) -> bool {
    const BY_VALUE: [&str; 5] = ["max", "min", "clamp", "into", "try_into"];
    const BY_REFERENCE: [&str; 8] = ["cmp", "partial_cmp", "eq", "ne", "lt", "le", "gt", "ge"];
    let dot = next_solid(mention).filter(|it| it.kind() == T![.]);
    let method = dot.and_then(|it| next_solid(&it));
    let name = method.filter(|it| {
        it.kind() == SyntaxKind::IDENT && next_solid(it).is_some_and(|it| it.kind() == T!['('])
    });
    name.is_some_and(|it| {
        BY_VALUE.contains(&it.text())
            || (is_unique && BY_REFERENCE.contains(&it.text()))
            || is_told_of_references(mention, it.text())
    })
}

/// Whether a token in macro input has to be the value, where it is a reference now. An unknown macro may do anything with it,
/// and formatting sees through references.
pub(super) fn is_wanted_behind_reference(mention: &SyntaxToken) -> bool {
    let next = next_solid(mention).map(|it| it.kind());
    if matches!(next, Some(T![.] | T!['['] | T!['('] | T![?])) {
        return false;
    }
    let name = macro_around(mention).unwrap_or_default();
    let is_alone = matches!(next, Some(T![,] | T![')']))
        && previous_solid(mention).is_some_and(|it| it.kind() == T![,]);
    let is_in = |names: &[&str]| names.contains(&name.as_str());
    is_in(&COMPARING) || is_in(&ASKING) || (is_in(&FORMATTING) && !is_alone)
}

const COMPARING: [&str; 4] = [
    "assert_eq",
    "assert_ne",
    "debug_assert_eq",
    "debug_assert_ne",
];
const ASKING: [&str; 4] = ["assert", "debug_assert", "matches", "vec"];
const FORMATTING: [&str; 9] = [
    "format", "panic", "print", "println", "eprint", "eprintln", "write", "writeln", "todo",
];

/// Whether a token is in the input of a macro that sees through references, or fails to compile with one.
fn is_known_macro(mention: &SyntaxToken) -> bool {
    let name = macro_around(mention).unwrap_or_default();
    let is_in = |names: &[&str]| names.contains(&name.as_str());
    is_in(&COMPARING) || is_in(&FORMATTING)
}

/// Whether the input of a macro of this name consists of expressions, except for a leading format string.
pub(in crate::extraction) fn has_expressions(name: &str) -> bool {
    let is_in = |names: &[&str]| names.contains(&name);
    is_in(&COMPARING) || is_in(&FORMATTING) || (is_in(&ASKING) && name != "matches")
}

/// Whether a macro of this name formats its string argument in every edition.
pub(in crate::extraction) fn is_formatting(name: &str) -> bool {
    FORMATTING.contains(&name) && name != "panic"
}

/// The innermost macro whose input contains a token.
fn macro_around(mention: &SyntaxToken) -> Option<String> {
    let mut trees = mention
        .parent_ancestors()
        .filter(|it| it.kind() == SyntaxKind::TOKEN_TREE);
    trees.find_map(|tree| {
        let sign = previous_solid(&tree.first_token()?).filter(|it| it.kind() == T![!])?;
        let name = previous_solid(&sign).filter(|it| it.kind() == SyntaxKind::IDENT)?;
        Some(name.text().to_owned())
    })
}

pub(super) fn next_solid(token: &SyntaxToken) -> Option<SyntaxToken> {
    std::iter::successors(token.next_token(), SyntaxToken::next_token)
        .find(|it| !it.kind().is_trivia())
}

pub(super) fn previous_solid(token: &SyntaxToken) -> Option<SyntaxToken> {
    std::iter::successors(token.prev_token(), SyntaxToken::prev_token)
        .find(|it| !it.kind().is_trivia())
}
