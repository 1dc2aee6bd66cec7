//! Free names of some code, and whether they mean the same elsewhere in the file.

use std::collections::BTreeSet;

use ra_ap_syntax::{AstNode, NodeOrToken, SyntaxKind, SyntaxNode, ast};

use super::scopes;
use crate::syntax::FileNames;

/// The names that the surrounding functions, `impl`s and traits declare for their own code.
pub struct Around {
    names: BTreeSet<String>,
    /// Whether a function contains imports or items, which may shadow those of the file.
    pub has_items: bool,
}

impl Around {
    pub fn of(place: &SyntaxNode) -> Self {
        let around = place.ancestors().filter(|it| {
            matches!(
                it.kind(),
                SyntaxKind::FN | SyntaxKind::IMPL | SyntaxKind::TRAIT
            )
        });
        let items: Vec<SyntaxNode> = around.collect();
        Self {
            names: items.iter().flat_map(declared_in).collect(),
            has_items: items.iter().any(holds_items),
        }
    }

    /// The first free name of the code that these declarations shadow, other than those in `but`.
    pub fn hides(&self, code: &SyntaxNode, but: &[&str]) -> Option<String> {
        let is_own = |name: &String| self.names.contains(name) && !but.contains(&name.as_str());
        free_in(code).into_iter().find(is_own)
    }
}

/// Whether a function declares items in its body.
fn holds_items(item: &SyntaxNode) -> bool {
    if item.kind() != SyntaxKind::FN {
        return false;
    }
    let mut inside = item.descendants().skip(1);
    inside.any(|node| ast::Item::can_cast(node.kind()) && node.kind() != SyntaxKind::MACRO_CALL)
}

/// The names that an item declares for its own code: variables, types and lifetimes.
fn declared_in(item: &SyntaxNode) -> Vec<String> {
    let own: Vec<SyntaxNode> = if item.kind() == SyntaxKind::FN {
        item.descendants().collect()
    } else {
        let generics = item.children().filter_map(ast::GenericParamList::cast);
        generics.flat_map(|it| it.syntax().descendants()).collect()
    };
    let names = own.into_iter().filter_map(ast::Name::cast);
    names.map(|name| name.text().to_string()).collect()
}

/// The free names of some code: all that start a path, and whatever a macro may read. A variable that is declared in the code
/// before its first use isn't free.
fn free_in(code: &SyntaxNode) -> Vec<String> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut free = Vec::new();
    let declared = FileNames::around_node(code);
    for element in code.descendants_with_tokens() {
        let NodeOrToken::Token(token) = element else {
            continue;
        };
        let Some(parent) = token.parent() else {
            continue;
        };
        let text = token.text();
        match (token.kind(), parent.kind()) {
            (SyntaxKind::IDENT, SyntaxKind::NAME) => {
                let above = parent.parent();
                let is_pattern = above.is_some_and(|it| it.kind() == SyntaxKind::IDENT_PAT);
                // A capitalized name may be a constant or a variant.
                let may_be_value = text.starts_with(char::is_uppercase) || declared.is_value(text);
                if (is_pattern && may_be_value) || !is_settled(&parent, text) {
                    free.push(text.to_owned());
                } else if !free.iter().any(|name| name == text) {
                    known.insert(text.to_owned());
                }
            }
            (SyntaxKind::IDENT, SyntaxKind::NAME_REF) if starts_path(&parent) => {
                free.push(text.to_owned());
            }
            (SyntaxKind::IDENT, SyntaxKind::TOKEN_TREE) => free.push(text.to_owned()),
            (SyntaxKind::STRING, SyntaxKind::TOKEN_TREE) => free.extend(scopes::captures(text)),
            _ => {}
        }
        free.retain(|name| !known.contains(name));
    }
    free
}

/// Whether a name declared here doesn't occur in its own initializer.
fn is_settled(name: &SyntaxNode, text: &str) -> bool {
    let declaring = name.ancestors().find_map(ast::LetStmt::cast);
    let value = declaring.and_then(|it| it.initializer());
    value.is_none_or(|value| {
        value
            .syntax()
            .text_range()
            .contains_range(name.text_range())
            || !scopes::Names::in_node(value.syntax()).has(text)
    })
}

fn starts_path(name: &SyntaxNode) -> bool {
    let segment = name
        .parent()
        .filter(|it| it.kind() == SyntaxKind::PATH_SEGMENT);
    let path = segment.and_then(|it| it.parent()).and_then(ast::Path::cast);
    path.is_some_and(|path| path.qualifier().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    fn free(code: &str) -> Vec<String> {
        let text = format!("fn f() {{ {code} }}");
        let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
        let body = tree.root().descendants().find_map(ast::StmtList::cast);
        let mut free = free_in(body.unwrap().syntax());
        free.sort();
        free.dedup();
        free
    }

    #[test]
    fn what_code_takes_from_around_it_is_free() {
        for (code, expected) in [
            ("a.b(c::d, E { f, g: h })", &["E", "a", "c", "f", "h"][..]),
            ("let a = 1; a", &[]),
            ("let a = a(); a", &["a"]),
            ("a; let a = 1;", &["a"]),
            ("println!(\"{a}\", b)", &["a", "b", "println"]),
            ("match a { None => 1, b => b }", &["None", "a"]),
            ("|a: T| a.b", &["T"]),
        ] {
            assert_eq!(free(code), expected, "{code}");
        }
    }

    #[test]
    fn what_is_declared_around_hides_it() {
        let text = "impl<T> S<T> { fn f<'a>(b: u8) { let c = 1; g(b, c, T, d) } }";
        let tree = Tree::parse(text, FileContext::default().edition).unwrap();
        let call = tree
            .root()
            .descendants()
            .find_map(ast::CallExpr::cast)
            .unwrap();
        let around = Around::of(call.syntax());
        assert!(!around.has_items);
        assert_eq!(around.hides(call.syntax(), &[]).as_deref(), Some("b"));
        assert_eq!(
            around.hides(call.syntax(), &["b", "c"]).as_deref(),
            Some("T")
        );
        assert_eq!(around.hides(call.syntax(), &["b", "c", "T"]), None);
    }
}
