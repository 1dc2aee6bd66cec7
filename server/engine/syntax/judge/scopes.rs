//! Names: which ones code mentions, and finding unused ones.
//!
//! Nothing here resolves names. A name that the code doesn't mention, neither in macro input nor in a format string, can be
//! declared anywhere in it without capturing or shadowing anything.

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use crate::syntax::FileNames;

/// The names mentioned in some code, whatever they refer to.
#[derive(Debug, Clone, Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// The names in a node.
    pub fn in_node(node: &SyntaxNode) -> Self {
        let mut names = BTreeSet::new();
        for element in node.descendants_with_tokens() {
            let NodeOrToken::Token(token) = element else {
                continue;
            };
            match token.kind() {
                SyntaxKind::IDENT => {
                    let text = token.text();
                    names.insert(text.strip_prefix("r#").unwrap_or(text).to_owned());
                }
                SyntaxKind::STRING => names.extend(captures(token.text())),
                _ => {}
            }
        }
        Self(names)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Whether `name` may be declared anywhere in the code.
    pub fn is_free(&self, name: &str) -> bool {
        is_plain(name) && !self.has(name)
    }

    /// The first candidate that is unused, or else the first one with a numeric suffix.
    pub fn fresh(&self, wishes: &[String]) -> Option<String> {
        const TRIES: u32 = 9;
        if let Some(free) = wishes.iter().find(|wish| self.is_free(wish)) {
            return Some(free.clone());
        }
        let first = wishes.first()?;
        (2..=TRIES)
            .map(|number| format!("{first}_{number}"))
            .find(|name| self.is_free(name))
    }
}

/// The body of code in which a name declared at `node` could be visible: the outermost enclosing function, constant or static.
pub fn whole_body(node: &SyntaxNode) -> Option<SyntaxNode> {
    let is_body = |node: &SyntaxNode| {
        matches!(
            node.kind(),
            SyntaxKind::FN | SyntaxKind::CONST | SyntaxKind::STATIC
        )
    };
    node.ancestors().filter(is_body).last()
}

/// Whether a constant, static or similar item with this name is declared in the file or in a block around `node`: a pattern
/// would refer to it instead of binding a new variable.
pub fn is_constant_around(node: &SyntaxNode, name: &str) -> bool {
    // It may be imported from another module.
    if FileNames::around_node(node).is_value(name) {
        return true;
    }
    let around = node.ancestors().flat_map(|around| around.children());
    around
        .flat_map(|item| match ast::ExternBlock::cast(item.clone()) {
            Some(block) => block
                .extern_item_list()
                .map(|list| list.syntax().children().collect())
                .unwrap_or_default(),
            None => vec![item],
        })
        .any(|item| {
            let own = match item.kind() {
                SyntaxKind::CONST => ast::Const::cast(item).and_then(|it| it.name()),
                SyntaxKind::STATIC => ast::Static::cast(item).and_then(|it| it.name()),
                _ => None,
            };
            own.is_some_and(|own| own.text() == name)
        })
}

/// Whether a name is in snake case and no keyword in any edition.
pub fn is_plain(name: &str) -> bool {
    let mut characters = name.chars();
    let begins_well = characters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase());
    let is_keyword = SyntaxKind::from_keyword(name, ra_ap_syntax::Edition::LATEST).is_some()
        || SyntaxKind::from_contextual_keyword(name, ra_ap_syntax::Edition::LATEST).is_some();
    begins_well
        && !is_keyword
        && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The words between the braces of a string: everything that a format string could capture.
pub fn captures(string: &str) -> impl Iterator<Item = String> + '_ {
    let inside = string.split('{').skip(1);
    let inside = inside.filter_map(|part| part.split_once('}').map(|(inside, _)| inside));
    inside
        .flat_map(|inside| inside.split(|c: char| !c.is_alphanumeric() && c != '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
}

/// The name, if the expression is nothing more.
pub fn as_name(expression: &ast::Expr) -> Option<String> {
    let ast::Expr::PathExpr(path) = expression else {
        return None;
    };
    Some(path.path()?.as_single_name_ref()?.text().to_string())
}

/// The root path of a place expression, method chain or reference.
pub fn root_of(expression: &ast::Expr) -> Option<ast::PathExpr> {
    let inner = match expression {
        ast::Expr::PathExpr(path) => return Some(path.clone()),
        ast::Expr::FieldExpr(it) => it.expr(),
        ast::Expr::IndexExpr(it) => it.base(),
        ast::Expr::MethodCallExpr(it) => it.receiver(),
        ast::Expr::PrefixExpr(it) => it.expr(),
        ast::Expr::ParenExpr(it) => it.expr(),
        ast::Expr::RefExpr(it) => it.expr(),
        _ => None,
    };
    root_of(&inner?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Edition, Tree};

    fn names(text: &str) -> Names {
        Names::in_node(&Tree::parse(text, Edition::Edition2021).unwrap().root())
    }

    #[test]
    fn macros_and_format_strings_mention_names() {
        let names = names(
            "fn f(a: T) { g!(b, c = 1); println!(\"{d} {e:?} {:f$.g$} {{h\"); r#i; 'j: loop {} }",
        );
        for name in ["f", "a", "T", "b", "c", "d", "e", "f", "g", "i"] {
            assert!(names.has(name), "{name}");
        }
        assert!(!names.has("j"), "a label is no name");
        assert!(!names.has("println!"));
    }

    #[test]
    fn free_names_are_names() {
        let names = names("fn f(is_ready: bool) {}");
        assert!(names.is_free("is_open"));
        for name in ["is_ready", "f", "", "1a", "if", "async", "Is", "a-b"] {
            assert!(!names.is_free(name), "{name}");
        }
        let wishes = |wishes: &[&str]| {
            wishes
                .iter()
                .map(|&wish| wish.to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(names.fresh(&wishes(&["is_ready", "open"])).unwrap(), "open");
        assert_eq!(names.fresh(&wishes(&["is_ready"])).unwrap(), "is_ready_2");
        assert_eq!(names.fresh(&[]), None);
    }

    #[test]
    fn chains_begin_with_a_path() {
        for (code, root) in [
            ("a", Some("a")),
            ("&mut (*a.b[1]).c(d)", Some("a")),
            ("self.a", Some("self")),
            ("a(b).c", None),
            ("1 + a", None),
        ] {
            let tree = Tree::parse(&format!("fn f() {{ {code} }}"), Edition::CURRENT).unwrap();
            let list = tree.root().descendants().find_map(ast::StmtList::cast);
            let tail = list.and_then(|list| list.tail_expr()).unwrap();
            let found = root_of(&tail).map(|root| root.syntax().text().to_string());
            assert_eq!(found.as_deref(), root, "{code}");
        }
    }
}
