//! The differences between statements that are otherwise identical, which may only be values.

mod forms;
mod functions;
mod inputs;
mod templates;

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken, T,
    ast::{self, HasName},
};

use super::{NotExtracted, selection::tokens};
use crate::{syntax::scopes::captures, text::TextRange};
use forms::{form, root};

pub(super) use forms::Form;
pub(super) use functions::pointer;

/// The differences between places, by position in source order.
#[derive(Debug, Default)]
pub(super) struct Differences {
    pub(super) values: Vec<Spots>,
    /// Variables that each place declares under its own name: the names by place.
    pub(super) renamed: Vec<Vec<String>>,
}

/// One position in each place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spots {
    pub(super) ranges: Vec<TextRange>,
    pub(super) texts: Vec<String>,
    pub(super) kinds: Vec<Form>,
    /// The node in the first place, or `None` in macro input.
    pub(super) node: Option<SyntaxNode>,
    /// Whether it is part of a format string.
    pub(super) is_formatted: bool,
}

/// Compares the statements of several places, which are each a list of siblings.
pub(super) fn differences(places: &[Vec<SyntaxNode>]) -> Result<Differences, NotExtracted> {
    let mut pass = Pass {
        declared: places.iter().map(|it| declared(it)).collect(),
        found: Differences::default(),
    };
    let count = places.first().map_or(0, Vec::len);
    if places.iter().any(|it| it.len() != count) {
        return Err(OTHER_WORDS);
    }
    for number in 0..count {
        let nodes: Vec<SyntaxNode> = places.iter().map(|it| it[number].clone()).collect();
        pass.nodes(&nodes)?;
    }
    Ok(pass.found)
}

const OTHER_WORDS: NotExtracted = NotExtracted::new("The occurrences differ in more than values.");

/// The names that the patterns in statements bind.
pub(super) fn declared(statements: &[SyntaxNode]) -> BTreeSet<String> {
    let nodes = statements.iter().flat_map(SyntaxNode::descendants);
    let names = nodes
        .filter_map(ast::IdentPat::cast)
        .filter_map(|it| it.name());
    let names = names.map(|it| it.text().to_string());
    names
        .filter(|it| !it.starts_with(char::is_uppercase))
        .collect()
}

struct Pass {
    /// The names that each place declares.
    declared: Vec<BTreeSet<String>>,
    found: Differences,
}

impl Pass {
    fn nodes(&mut self, nodes: &[SyntaxNode]) -> Result<(), NotExtracted> {
        if nodes[0].kind() == SyntaxKind::TOKEN_TREE {
            return self.trees(nodes);
        }
        if self.is_same(nodes) || self.is_value(nodes)? {
            return Ok(());
        }
        let kind = nodes[0].kind();
        if nodes.iter().any(|it| it.kind() != kind) {
            return Err(unlike(nodes[0].text(), other_of(nodes).text()));
        }
        let parts: Vec<Vec<SyntaxElement>> = nodes.iter().map(parts).collect();
        if parts.iter().any(|it| it.len() != parts[0].len()) {
            return Err(OTHER_WORDS);
        }
        for number in 0..parts[0].len() {
            let row: Vec<SyntaxElement> = parts.iter().map(|it| it[number].clone()).collect();
            self.elements(&row)?;
        }
        Ok(())
    }

    fn elements(&mut self, row: &[SyntaxElement]) -> Result<(), NotExtracted> {
        let nodes: Option<Vec<SyntaxNode>> = row.iter().map(|it| it.as_node().cloned()).collect();
        if let Some(nodes) = nodes {
            return self.nodes(&nodes);
        }
        let tokens: Option<Vec<SyntaxToken>> =
            row.iter().map(|it| it.as_token().cloned()).collect();
        let tokens = tokens.ok_or(OTHER_WORDS)?;
        let texts: Vec<&str> = tokens.iter().map(SyntaxToken::text).collect();
        if texts.iter().all(|it| *it == texts[0]) {
            return Ok(());
        }
        if tokens.iter().all(is_name_of_variable) {
            return self.rename(&texts);
        }
        let other = texts.iter().find(|it| **it != texts[0]);
        Err(unlike(texts[0], other.unwrap_or(&texts[0])))
    }

    /// Whether all nodes have the same tokens, none of which a place declares under another name.
    fn is_same(&self, nodes: &[SyntaxNode]) -> bool {
        let words = |node: &SyntaxNode| -> Vec<String> {
            let solid = tokens(node).filter(|it| !it.kind().is_trivia());
            solid.map(|it| it.text().to_owned()).collect()
        };
        let is_one = self.declared.iter().all(|it| *it == self.declared[0]);
        let first = words(&nodes[0]);
        is_one && nodes[1..].iter().all(|it| words(it) == first)
    }

    /// Records nodes that differ in values, or in variables that each place declares.
    fn is_value(&mut self, nodes: &[SyntaxNode]) -> Result<bool, NotExtracted> {
        let forms: Option<Vec<Form>> = nodes.iter().map(form).collect();
        let Some(forms) = forms else {
            return Ok(false);
        };
        let texts: Vec<String> = nodes.iter().map(|it| it.text().to_string()).collect();
        let roots = nodes.iter().map(root);
        let is_own = roots.zip(&self.declared);
        let is_own: Vec<bool> = is_own
            .map(|(root, declared)| root.is_some_and(|it| declared.contains(&it)))
            .collect();
        if is_own.contains(&true) {
            let are_locals = forms.iter().all(|it| *it == Form::Local);
            if is_own.contains(&false) {
                return Err(OTHER_WORDS);
            }
            if are_locals {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                return self.rename(&texts).map(|()| true);
            }
            // Their parts may still be identical.
            return Ok(false);
        }
        if texts.iter().all(|it| *it == texts[0]) {
            return Ok(true);
        }
        if is_same_field_of_others(nodes) {
            return Ok(false);
        }
        self.found.values.push(Spots {
            ranges: nodes.iter().map(SyntaxNode::text_range).collect(),
            texts,
            kinds: forms,
            node: Some(nodes[0].clone()),
            is_formatted: false,
        });
        Ok(true)
    }

    fn rename(&mut self, names: &[&str]) -> Result<(), NotExtracted> {
        let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
        for known in &self.found.renamed {
            let mut pairs = known.iter().zip(&names);
            let differs = known != &names;
            if differs && pairs.any(|(one, other)| one == other) {
                return Err(unlike(&names[0], other_name(&names)));
            }
        }
        if !self.found.renamed.contains(&names) {
            self.found.renamed.push(names);
        }
        Ok(())
    }
}

fn unlike(one: impl std::fmt::Display, other: impl std::fmt::Display) -> NotExtracted {
    const LONGEST: usize = 40;
    let (one, other) = (one.to_string(), other.to_string());
    let is_short = |it: &str| it.len() <= LONGEST && !it.contains('\n');
    if !is_short(&one) || !is_short(&other) {
        return OTHER_WORDS;
    }
    let why = format!(
        "The occurrences differ in more than values: `{one}` in one, `{other}` in another."
    );
    NotExtracted(why.into())
}

fn other_of(nodes: &[SyntaxNode]) -> &SyntaxNode {
    let other = nodes.iter().find(|it| it.kind() != nodes[0].kind());
    other.unwrap_or(&nodes[0])
}

fn other_name(names: &[String]) -> &str {
    names
        .iter()
        .find(|it| **it != names[0])
        .unwrap_or(&names[0])
}

/// The children of a node, without optional punctuation.
fn parts(node: &SyntaxNode) -> Vec<SyntaxElement> {
    let all = node
        .children_with_tokens()
        .filter(|it| !it.kind().is_trivia());
    let mut parts: Vec<SyntaxElement> = Vec::new();
    for part in all {
        let closes = matches!(part.kind(), T![')'] | T![']'] | T!['}'] | T![>]);
        if closes && parts.last().is_some_and(|it| it.kind() == T![,]) {
            parts.pop();
        }
        parts.push(part);
    }
    parts
}

fn is_name_of_variable(token: &SyntaxToken) -> bool {
    let name = token.parent().filter(|it| it.kind() == SyntaxKind::NAME);
    let pattern = name.and_then(|it| it.parent());
    let pattern = pattern.filter(|it| it.kind() == SyntaxKind::IDENT_PAT);
    let is_label = pattern
        .as_ref()
        .and_then(SyntaxNode::parent)
        .is_some_and(|it| {
            let field = ast::RecordPatField::cast(it);
            field.is_some_and(|it| it.colon_token().is_none())
        });
    pattern.is_some() && !is_label && !token.text().starts_with(char::is_uppercase)
}

/// Whether the nodes are fields of the same name whose receivers differ, so that the receivers are the difference.
fn is_same_field_of_others(nodes: &[SyntaxNode]) -> bool {
    let fields: Option<Vec<ast::FieldExpr>> =
        nodes.iter().cloned().map(ast::FieldExpr::cast).collect();
    let Some(fields) = fields else {
        return false;
    };
    let name = |it: &ast::FieldExpr| {
        let name = it.syntax().last_token();
        name.map(|it| it.text().to_owned())
    };
    let owner = |it: &ast::FieldExpr| it.expr().and_then(|it| form(it.syntax()));
    let first = name(&fields[0]);
    fields
        .iter()
        .all(|it| name(it) == first && owner(it).is_some())
}

/// Whether a token doesn't look like a field, method or label.
pub(super) fn is_variable(word: &SyntaxToken) -> bool {
    let before = word.prev_token().map(|it| it.kind());
    let name = word.parent();
    let around = name.and_then(|it| it.parent());
    let is_label = around.is_some_and(|it| {
        let field = ast::RecordExprField::cast(it);
        field.is_some_and(|it| it.colon_token().is_some())
    });
    before != Some(T![.]) && !is_label
}

/// Whether a token may refer to a variable of that name, or declares one.
pub(super) fn may_mean(word: &SyntaxToken, name: &str) -> bool {
    match word.kind() {
        SyntaxKind::STRING => captures(word.text()).any(|it| it == name),
        SyntaxKind::IDENT => word.text() == name && is_variable(word),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Edition, Tree};

    /// The statements of each function in source text.
    fn lists(text: &str) -> Vec<Vec<SyntaxNode>> {
        let root = Tree::parse(text, Edition::CURRENT).unwrap().root();
        let functions = root.descendants().filter_map(ast::Fn::cast);
        let lists = functions.filter_map(|it| it.body()?.stmt_list());
        lists.map(|it| it.syntax().children().collect()).collect()
    }

    fn compared(bodies: &[&str]) -> Result<Differences, NotExtracted> {
        let functions = bodies.iter().map(|it| format!("fn f() {{ {it} }}\n"));
        differences(&lists(&functions.collect::<String>()))
    }

    fn told(bodies: &[&str]) -> Vec<Vec<String>> {
        let found = compared(bodies).unwrap();
        found.values.into_iter().map(|it| it.texts).collect()
    }

    #[test]
    fn values_differ_position_by_position() {
        for (one, other, expected) in [
            (
                "a(1, \"b\");",
                "a(2, \"c\");",
                vec![["1", "2"], ["\"b\"", "\"c\""]],
            ),
            ("a(-1);", "a(1);", vec![["-1", "1"]]),
            ("a(b.c.d());", "a(b.e.d());", vec![["b.c", "b.e"]]),
            ("a(b.c);", "a(d.c);", vec![["b", "d"]]),
            ("a(b.c);", "a(d.e);", vec![["b.c", "d.e"]]),
            ("a(b, Big);", "a(c, Low);", vec![["b", "c"], ["Big", "Low"]]),
            ("a(m::Big);", "a(m::Low);", vec![["m::Big", "m::Low"]]),
            ("a(MAX);", "a(MIN);", vec![["MAX", "MIN"]]),
            ("a(m::MAX);", "a(m::MIN);", vec![["m::MAX", "m::MIN"]]),
            (
                "print!(\"{}\", MAX);",
                "print!(\"{}\", MIN);",
                vec![["MAX", "MIN"]],
            ),
            (
                "a(Size::MAX);",
                "a(Size::MIN);",
                vec![["Size::MAX", "Size::MIN"]],
            ),
            (
                "a(&mut self.b);",
                "a(&mut self.c);",
                vec![["self.b", "self.c"]],
            ),
            ("vec![a, 1];", "vec![b, 2];", vec![["a", "b"], ["1", "2"]]),
            (
                "println!(\"{}\", a.b);",
                "println!(\"{}\", a.c);",
                vec![["a.b", "a.c"]],
            ),
            (
                "println!(\"{}\", a.b);",
                "println!(\"{}\", d.c);",
                vec![["a.b", "d.c"]],
            ),
            ("a(b,);", "a(b);", vec![]),
        ] {
            assert_eq!(told(&[one, other]), expected, "{one} {other}");
        }
    }

    #[test]
    fn a_text_that_is_formatted_differs_in_whole_words() {
        for (one, other, expected) in [
            (
                "the {a} is read",
                "the {a} is written",
                ["\"read\"", "\"written\""],
            ),
            (
                "{a} in-stock, {b}",
                "{a} in-use, {b}",
                ["\"in-stock\"", "\"in-use\""],
            ),
            ("one", "two", ["\"one\"", "\"two\""]),
            ("a two {b} c", "a one {b} c", ["\"two\"", "\"one\""]),
        ] {
            let calls = [one, other].map(|it| format!("println!(\"{it}\");"));
            assert_eq!(told(&[&calls[0], &calls[1]]), [expected], "{one}");
        }
    }

    #[test]
    fn three_places_are_compared_at_once() {
        let found = told(&["a(b.c, 1);", "a(b.d, 1);", "a(b.c, 2);"]);
        assert_eq!(found, [["b.c", "b.d", "b.c"], ["1", "1", "2"]]);
    }

    #[test]
    fn what_a_place_declares_may_have_a_name_of_its_own() {
        let found = compared(&["let a = b(1); c(a);", "let d = b(1); c(d);"]).unwrap();
        assert!(found.values.is_empty());
        assert_eq!(found.renamed, [["a", "d"]]);
        let found = compared(&[
            "let a = b(1); print!(\"{a:>3} {c}\");",
            "let d = b(1); print!(\"{d:>3} {c}\");",
        ]);
        assert_eq!(found.unwrap().renamed, [["a", "d"]]);
        let found = compared(&["x(|a| a.b());", "x(|d| d.b());"]).unwrap();
        assert_eq!(found.renamed, [["a", "d"]]);
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for (one, other) in [
            ("a(1);", "b(1);"),
            ("a.b();", "a.c();"),
            ("a::<u8>();", "a::<u16>();"),
            ("let a: u8 = b();", "let a: u16 = b();"),
            ("if let 1 = a {}", "if let 2 = a {}"),
            (
                "match a { \"b\" => c(), _ => {} }",
                "match a { \"d\" => c(), _ => {} }",
            ),
            ("let a = [0; 1];", "let a = [0; 2];"),
            ("a(b + 1);", "a(b - 1);"),
            ("a(1);", "a(b());"),
            ("a(&b);", "a(b);"),
            ("A { b };", "A { c };"),
            ("let A { b } = a; c(b);", "let A { d } = a; c(d);"),
            ("let a = b(); c(a);", "let d = b(); c(a);"),
            ("A { b: 1 };", "A { c: 1 };"),
            ("println!(\"{a}\");", "println!(\"{b}\");"),
            ("format!(\"a\");", "format!(\"b\");"),
            (
                "let a = b(); print!(\"{{a}}\");",
                "let d = b(); print!(\"{{d}}\");",
            ),
            (
                "let a = b(); print!(\"{a} {c}\");",
                "let d = b(); print!(\"{d} {e}\");",
            ),
            ("panic!(\"a b\");", "panic!(\"a c\");"),
            ("println!(\"a {} b\", c);", "println!(\"a {} {{d\", c);"),
            ("m!(a);", "m!(b);"),
            ("println!(\"{}\", a());", "println!(\"{}\", b());"),
            ("matches!(a, 1);", "matches!(a, 2);"),
            // These may be a `static mut` or a variable, or are a `static` in the file.
            ("unsafe { a(MAX) };", "unsafe { a(MIN) };"),
            ("let MAX = b(); a(MAX);", "let MIN = b(); a(MIN);"),
            ("static MAX: u8 = 1; a(MAX);", "static MIN: u8 = 1; a(MIN);"),
            (
                "static MAX: u8 = 1; a(m::MAX);",
                "static MIN: u8 = 1; a(m::MIN);",
            ),
            ("a(X);", "a(Y);"),
            ("assert!(a > 1);", "assert!(a > 2);"),
            ("let a = b(); dbg!(a);", "let c = b(); dbg!(c);"),
            ("println!(\"a \\\n  b\");", "println!(\"a \\\n  c\");"),
            ("println!(\"{}\", a. /* b */ b);", "println!(\"{}\", a.c);"),
            (
                "macro_rules! vec { () => {} } vec![1];",
                "macro_rules! vec { () => {} } vec![2];",
            ),
            ("println!(\"{}\", a.0);", "println!(\"{}\", a.1);"),
            ("for a in b { c(a.d); }", "for a in b { c(a.e); }"),
            ("let a = b(); c(a, d);", "let e = b(); c(e, e);"),
            ("a(self);", "a(b);"),
            ("'a: loop { break 'a; }", "'b: loop { break 'b; }"),
        ] {
            assert!(compared(&[one, other]).is_err(), "{one} {other}");
        }
    }
}
