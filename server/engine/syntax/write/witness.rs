//! A compile error inserted to test whether the compiler reads a place at all.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use crate::{
    syntax::Source,
    text::{Edit, Edits, TextRange, TextSize},
};

/// The message that rustc reports if it compiles the place.
pub const WITNESS: &str = "rustassistant reads this";

/// The text with an error at the start of the enclosing function, or before the value of the enclosing constant; `None` if
/// there is neither.
pub fn with_witness(source: &Source, at: TextSize) -> Option<String> {
    let token = crate::syntax::token_behind(&source.root(), at)?;
    let error = format!(" compile_error!(\"{WITNESS}\"); ");
    let insert = |at: TextSize, text: String| Edit::replace(TextRange::empty(at), text);
    let edits = if let Some(function) = token.parent_ancestors().find_map(ast::Fn::cast) {
        let statements = function.body()?.stmt_list()?;
        vec![insert(start_of(statements.syntax())?, error)]
    } else {
        let value = token.parent_ancestors().find_map(value_of)?;
        let range = value.syntax().text_range();
        vec![
            insert(range.start(), format!("{{{error}")),
            insert(range.end(), " }".to_owned()),
        ]
    };
    Edits::new(edits).ok()?.apply(&source.text)
}

fn value_of(node: SyntaxNode) -> Option<ast::Expr> {
    match ast::Const::cast(node.clone()) {
        Some(constant) => constant.body(),
        None => ast::Static::cast(node)?.body(),
    }
}

/// After the brace and any inner attributes.
fn start_of(statements: &SyntaxNode) -> Option<TextSize> {
    let parts = statements.children_with_tokens();
    let parts = parts.filter(|part| !part.kind().is_trivia());
    let before = parts.take_while(|part| match part.as_node() {
        Some(node) => {
            let attribute = ast::Attr::cast(node.clone());
            attribute.is_some_and(|attribute| attribute.excl_token().is_some())
        }
        None => part.kind() == SyntaxKind::L_CURLY,
    });
    before.last().map(|part| part.text_range().end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileContext;

    fn at(text: &str) -> Option<String> {
        let (before, after) = text.split_once('|').unwrap();
        let source = Source::parse(format!("{before}{after}"), FileContext::default()).unwrap();
        with_witness(&source, TextSize::of(before))
    }

    #[test]
    fn it_stands_at_the_start_of_the_function() {
        let error = format!(" compile_error!(\"{WITNESS}\"); ");
        for (text, expected) in [
            ("fn f() { a(|b); }", format!("fn f() {{{error} a(b); }}")),
            (
                "fn f() { #![allow(x)] #[cfg(y)] a(|b); }",
                format!("fn f() {{ #![allow(x)]{error} #[cfg(y)] a(b); }}"),
            ),
            (
                "fn f() { fn g() { |b } }",
                format!("fn f() {{ fn g() {{{error} b }} }}"),
            ),
            (
                "pub const |A: u8 = 1 + 2;",
                format!("pub const A: u8 = {{{error}1 + 2 }};"),
            ),
            (
                "#[x]\n|static A: u8 = b();",
                format!("#[x]\nstatic A: u8 = {{{error}b() }};"),
            ),
        ] {
            assert_eq!(at(text).as_deref(), Some(&*expected));
        }
    }

    #[test]
    fn outside_of_functions_there_is_no_place() {
        assert_eq!(at("struct |S;"), None);
        assert_eq!(at("trait T { fn |f(); }"), None);
    }
}
