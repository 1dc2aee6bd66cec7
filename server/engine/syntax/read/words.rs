//! A source text independent of its layout: its tokens without white space, comments, and optional commas.

use ra_ap_syntax::{AstNode, AstToken, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T, ast};

use crate::syntax::temporaries;

/// A token of a program.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Word {
    pub text: String,
    /// Whether it directly follows the previous punctuation, which is visible to macros.
    is_joined: bool,
}

/// The tokens of a program. Two texts with equal tokens are the same program, unless it observes its own line numbers. Doc
/// comments are included, since macros can read them.
pub fn words(root: &SyntaxNode) -> Vec<Word> {
    let mut words = Vec::new();
    let mut is_behind_sign = false;
    let tokens = root.descendants_with_tokens();
    for token in tokens.filter_map(NodeOrToken::into_token) {
        if token.kind() == SyntaxKind::WHITESPACE || is_plain_comment(&token) {
            is_behind_sign = false;
            continue;
        }
        if is_idle_comma(&token) || is_idle_semicolon(&token) {
            continue;
        }
        let is_sign = token.kind().is_punct() && is_macro_input(&token);
        words.push(Word {
            text: token.text().to_owned(),
            is_joined: is_sign && is_behind_sign,
        });
        is_behind_sign = is_sign;
    }
    words
}

/// The comments of a program, without white space.
pub fn comments(root: &SyntaxNode) -> Vec<String> {
    let tokens = root.descendants_with_tokens();
    let tokens = tokens.filter_map(NodeOrToken::into_token);
    let comments = tokens.filter(|token| token.kind() == SyntaxKind::COMMENT);
    let without_space = |text: &str| text.split_whitespace().collect();
    comments.map(|token| without_space(token.text())).collect()
}

/// Whether a program may observe its own text or line numbers, so that its layout affects its behaviour.
pub fn tells_its_lines(root: &SyntaxNode) -> bool {
    const MACROS: [&str; 5] = [
        "column",
        "include_bytes",
        "include_str",
        "line",
        "stringify",
    ];
    let tokens = root.descendants_with_tokens();
    let mut names = tokens
        .filter_map(NodeOrToken::into_token)
        .filter(|token| token.kind() == SyntaxKind::IDENT);
    names.any(|token| match token.text().trim_start_matches("r#") {
        "caller" | "track_caller" => true,
        name if MACROS.contains(&name) => {
            let next = next_word(&token).map(|it| it.kind());
            // It may be called elsewhere under the new name.
            matches!(next, Some(T![!] | T![as]))
        }
        _ => false,
    })
}

fn is_plain_comment(token: &SyntaxToken) -> bool {
    let comment = ast::Comment::cast(token.clone());
    comment.is_some_and(|it| !ast::Comment::is_doc(&it))
}

fn is_macro_input(token: &SyntaxToken) -> bool {
    token
        .parent()
        .is_some_and(|it| it.kind() == SyntaxKind::TOKEN_TREE)
}

/// An optional comma before a closing bracket or after an arm.
fn is_idle_comma(token: &SyntaxToken) -> bool {
    if token.kind() != T![,] {
        return false;
    }
    let around = token.parent().map(|it| it.kind());
    let next = next_word(token).map(|it| it.kind());
    match around {
        Some(SyntaxKind::MATCH_ARM) => {
            next == Some(T!['}']) || token.prev_sibling_or_token().is_some_and(ends_by_itself)
        }
        Some(
            SyntaxKind::ARG_LIST
            | SyntaxKind::PARAM_LIST
            | SyntaxKind::RECORD_EXPR_FIELD_LIST
            | SyntaxKind::RECORD_PAT_FIELD_LIST
            | SyntaxKind::RECORD_FIELD_LIST
            | SyntaxKind::VARIANT_LIST
            | SyntaxKind::ARRAY_EXPR
            | SyntaxKind::USE_TREE_LIST
            | SyntaxKind::GENERIC_PARAM_LIST
            | SyntaxKind::GENERIC_ARG_LIST,
        ) => matches!(next, Some(T![')'] | T!['}'] | T![']'] | T![>])),
        _ => false,
    }
}

/// Whether no comma is required after an arm's expression.
fn ends_by_itself(given: NodeOrToken<SyntaxNode, SyntaxToken>) -> bool {
    let given = given.into_node().and_then(ast::Expr::cast);
    match given {
        Some(ast::Expr::BlockExpr(block)) => block.modifier().is_none(),
        Some(ast::Expr::IfExpr(_) | ast::Expr::MatchExpr(_)) => true,
        _ => false,
    }
}

/// An optional semicolon after a diverging expression at the end of its block: it affects no value and no temporary.
fn is_idle_semicolon(token: &SyntaxToken) -> bool {
    let statement = token.parent().filter(|_| token.kind() == T![;]);
    let Some(jump) = statement.and_then(|it| it.first_child()) else {
        return false;
    };
    let given = match jump.kind() {
        SyntaxKind::RETURN_EXPR | SyntaxKind::BREAK_EXPR => {
            jump.children().find_map(ast::Expr::cast)
        }
        SyntaxKind::CONTINUE_EXPR => None,
        _ => return false,
    };
    given.is_none_or(|it| temporaries::makes_none(&it))
        && next_word(token).is_some_and(|it| it.kind() == T!['}'])
}

fn next_word(token: &SyntaxToken) -> Option<SyntaxToken> {
    let mut next = token.next_token()?;
    while next.kind().is_trivia() {
        next = next.next_token()?;
    }
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Source};

    fn are_same(one: &str, other: &str) -> bool {
        let words = |text: &str| {
            let source = Source::parse(text, FileContext::default()).unwrap();
            words(&source.root())
        };
        words(one) == words(other)
    }

    #[test]
    fn layout_says_nothing() {
        for (one, other) in [
            (
                "fn f() { g(a, b) }",
                "fn f() {\n    g(\n        a,\n        b,\n    ) // Why.\n}",
            ),
            (
                "fn f() { match a { A => {} B => {} } }",
                "fn f() { match a { A => {}, B => {} } }",
            ),
            ("fn f() { return 1 }", "fn f() { return 1; }"),
            ("fn f() { a!(b >> c, d) }", "fn f() { a!( b>>c ,d ) }"),
        ] {
            assert!(are_same(one, other), "{one}");
        }
    }

    #[test]
    fn words_and_what_macros_see_do() {
        for (one, other) in [
            ("fn f() { (a,) }", "fn f() { (a) }"),
            ("fn f() { a!(b >> c) }", "fn f() { a!(b > > c) }"),
            ("fn f() { a!(b, c,) }", "fn f() { a!(b, c) }"),
            ("/// A.\nfn f() {}", "/// B.\nfn f() {}"),
            ("fn f() { \"a  b\" }", "fn f() { \"a b\" }"),
            ("fn f() { a() }", "fn f() { a(); }"),
            ("fn f() { a + b }", "fn f() { b + a }"),
            (
                "fn f() { match a { A => b, B => c } }",
                "fn f() { match a { A => b B => c } }",
            ),
            (
                "fn f() { let a = lock(); return b(&c()); }",
                "fn f() { let a = lock(); return b(&c()) }",
            ),
        ] {
            assert!(!are_same(one, other), "{one}");
        }
    }

    #[test]
    fn some_programs_read_their_own_lines() {
        let tells = |text: &str| {
            let source = Source::parse(text, FileContext::default()).unwrap();
            tells_its_lines(&source.root())
        };
        for text in [
            "fn f() -> u32 { line!() }",
            "fn f() -> u32 { std::line !() }",
            "use std::line as at;",
            "use std::{column as at, fmt};",
            "macro_rules! m { ($($t:tt)*) => { stringify ! ($($t)*) } }",
            "#[track_caller]\nfn f() {}",
            "fn f() { g(Location :: caller ()) }",
        ] {
            assert!(tells(text), "{text}");
        }
        for text in [
            "fn line() {}",
            "fn f(line: u8) { column(line) }",
            "// line!()\n",
        ] {
            assert!(!tells(text), "{text}");
        }
    }
}
