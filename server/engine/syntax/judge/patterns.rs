//! Patterns: what they bind and what they match.
//!
//! An identifier pattern may be a new binding or an existing constant, variant or unit structure; only its definition decides.
//! Lowercase names are taken for bindings, all others for existing items: rustc warns about code that does otherwise.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind,
    ast::{self, HasAttrs, HasName},
};

use crate::syntax::{FileNames, TypeShape};

/// The bindings of a pattern in source order; those of an or-pattern are listed once per alternative. Returns `None` if a macro
/// hides bindings.
pub fn bindings(pattern: &ast::Pat) -> Option<Vec<ast::IdentPat>> {
    let mut found = Vec::new();
    for node in pattern.syntax().descendants() {
        if node.kind() == SyntaxKind::MACRO_PAT {
            return None;
        }
        found.extend(ast::IdentPat::cast(node).filter(is_binding));
    }
    Some(found)
}

/// The arms of a `match` with exactly two, without guards and attributes.
pub fn two_plain_arms(choice: &ast::MatchExpr) -> Option<[ast::MatchArm; 2]> {
    let list = choice.match_arm_list()?;
    let children = list.syntax().green().children();
    let arms = children.filter(|it| it.kind().0 == SyntaxKind::MATCH_ARM as u16);
    if arms.count() != 2 {
        return None;
    }
    let arms: [ast::MatchArm; 2] = list.arms().collect::<Vec<_>>().try_into().ok()?;
    let is_plain = |arm: &ast::MatchArm| arm.guard().is_none() && arm.attrs().next().is_none();
    let has_attributes = choice.attrs().next().is_some() || list.attrs().next().is_some();
    (arms.iter().all(is_plain) && !has_attributes).then_some(arms)
}

/// Whether the pattern certainly has no bindings.
pub fn binds_nothing(pattern: &ast::Pat) -> bool {
    bindings(pattern).is_some_and(|bindings| bindings.is_empty())
}

/// Whether an identifier pattern is a new binding.
pub fn is_binding(name: &ast::IdentPat) -> bool {
    let is_field = name
        .syntax()
        .parent()
        .and_then(ast::RecordPatField::cast)
        .is_some_and(|field| field.name_ref().is_none());
    is_field
        || name.mut_token().is_some()
        || name.ref_token().is_some()
        || name.at_token().is_some()
        || name.name().is_some_and(|own| is_new_name(name, own.text()))
}

/// Whether the file neither declares nor imports this name, so that a pattern binds it. Capitalized names are taken for
/// variants from elsewhere, except for field names that the code uses as variables.
fn is_new_name(pattern: &ast::IdentPat, name: &str) -> bool {
    let declared = FileNames::around(pattern);
    if declared.is_value(name) {
        return false;
    }
    if begins_small(name) || !name.starts_with(char::is_uppercase) {
        return true;
    }
    let parent = pattern.syntax().parent();
    let is_field = parent.is_some_and(|parent| parent.kind() == SyntaxKind::TUPLE_STRUCT_PAT);
    let is_single = name.chars().nth(1).is_none();
    (is_field || is_single)
        && name != "None"
        && !declared.imports(name)
        && declared.types(name).is_empty()
        && is_used_beside(pattern, name)
}

/// Whether the surrounding arm or statement mentions the name a second time.
fn is_used_beside(pattern: &ast::IdentPat, name: &str) -> bool {
    let mut around = pattern.syntax().ancestors();
    let around = around.find(|node| {
        let kind = node.kind();
        matches!(
            kind,
            SyntaxKind::MATCH_ARM | SyntaxKind::IF_EXPR | SyntaxKind::STMT_LIST
        )
    });
    let tokens = around
        .into_iter()
        .flat_map(|node| node.descendants_with_tokens());
    let own = pattern.syntax().text_range();
    let mut tokens = tokens.filter_map(NodeOrToken::into_token);
    tokens.any(|token| {
        let is_printed = token.kind() == SyntaxKind::STRING && is_captured(token.text(), name);
        (token.text() == name || is_printed) && !own.contains_range(token.text_range())
    })
}

/// Whether a format string captures the variable with this name.
fn is_captured(string: &str, name: &str) -> bool {
    let mut parts = string.split('{').skip(1);
    parts.any(|part| {
        let rest = part.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['}', ':']))
    })
}

/// Whether the pattern may be irrefutable, as far as syntax shows.
pub fn may_match_all(pattern: &ast::Pat) -> bool {
    match pattern {
        ast::Pat::WildcardPat(_) | ast::Pat::RestPat(_) | ast::Pat::MacroPat(_) => true,
        ast::Pat::IdentPat(name) => {
            is_binding(name) && name.pat().is_none_or(|inner| may_match_all(&inner))
        }
        ast::Pat::ParenPat(inner) => inner.pat().is_none_or(|inner| may_match_all(&inner)),
        ast::Pat::RefPat(inner) => inner.pat().is_none_or(|inner| may_match_all(&inner)),
        ast::Pat::TuplePat(tuple) => tuple.fields().all(|field| may_match_all(&field)),
        ast::Pat::OrPat(or) => or.pats().any(|pattern| may_match_all(&pattern)),
        ast::Pat::TupleStructPat(pattern) => {
            is_only_shape(pattern, pattern.path())
                && pattern.fields().all(|field| may_match_all(&field))
        }
        ast::Pat::RecordPat(pattern) => {
            let fields = pattern.record_pat_field_list().into_iter();
            let mut fields = fields.flat_map(|list| list.fields());
            is_only_shape(pattern, pattern.path())
                && fields.all(|field| field.pat().is_none_or(|pattern| may_match_all(&pattern)))
        }
        _ => false,
    }
}

/// Whether a path is a structure, or the only variant of an `enum`, declared in the file.
fn is_only_shape(pattern: &impl AstNode, path: Option<ast::Path>) -> bool {
    let declared = FileNames::around(pattern);
    let last = |path: Option<ast::Path>| path.and_then(|path| path.segment()?.name_ref());
    let is_struct = |shape: &TypeShape| *shape == TypeShape::Struct;
    let is_lonely = |shape: &TypeShape| matches!(shape, TypeShape::Enum { variants: 0 | 1 });
    let own =
        last(path.clone()).is_some_and(|own| declared.types(own.text()).iter().any(is_struct));
    let owner = last(path.and_then(|path| path.qualifier()));
    own || owner.is_some_and(|owner| declared.types(owner.text()).iter().any(is_lonely))
}

/// Whether a value that doesn't match is what `?` would return: `Some(_)` with `return None` otherwise.
pub fn says_question_mark(pattern: &ast::Pat, otherwise: &ast::Expr) -> bool {
    let ast::Pat::TupleStructPat(some) = pattern else {
        return false;
    };
    let is_some = some
        .path()
        .is_some_and(|path| path.syntax().text() == "Some");
    let mut fields = some.fields();
    let is_plain = match (fields.next(), fields.next()) {
        (Some(ast::Pat::IdentPat(_)), None) => true,
        // `*value?`
        (Some(ast::Pat::RefPat(reference)), None) => {
            reference.mut_token().is_none()
                && matches!(reference.pat(), Some(ast::Pat::IdentPat(_)))
        }
        _ => false,
    };
    is_some && is_plain && gives_back_none(otherwise)
}

fn gives_back_none(otherwise: &ast::Expr) -> bool {
    match otherwise {
        ast::Expr::ReturnExpr(jump) => jump
            .expr()
            .is_some_and(|value| value.syntax().text() == "None"),
        ast::Expr::BlockExpr(block) => {
            let mut statements = block.statements();
            let only = match (statements.next(), statements.next(), block.tail_expr()) {
                (None, None, tail) => tail,
                (Some(ast::Stmt::ExprStmt(only)), None, None) => only.expr(),
                _ => None,
            };
            only.is_some_and(|only| gives_back_none(&only))
        }
        _ => false,
    }
}

/// The top-level alternatives of a pattern.
pub fn alternatives(pattern: &ast::Pat) -> Vec<ast::Pat> {
    match pattern {
        ast::Pat::OrPat(or) => or
            .pats()
            .flat_map(|pattern| alternatives(&pattern))
            .collect(),
        ast::Pat::ParenPat(inner) => match inner.pat() {
            Some(inner @ (ast::Pat::OrPat(_) | ast::Pat::ParenPat(_))) => alternatives(&inner),
            _ => vec![pattern.clone()],
        },
        _ => vec![pattern.clone()],
    }
}

/// Whether certainly no value matches both patterns. Two names are taken for two variants only if nothing suggests that one is
/// a constant.
pub fn are_disjoint(left: &ast::Pat, right: &ast::Pat) -> bool {
    let rights = alternatives(right);
    alternatives(left)
        .iter()
        .all(|left| rights.iter().all(|right| are_apart(left, right)))
}

fn are_apart(left: &ast::Pat, right: &ast::Pat) -> bool {
    use ast::Pat::{LiteralPat, RefPat, TuplePat};
    match (left, right) {
        (LiteralPat(left), LiteralPat(right)) => {
            matches!((plain_value(left), plain_value(right)), (Some(a), Some(b)) if a.0 == b.0 && a.1 != b.1)
        }
        (RefPat(left), RefPat(right)) => {
            matches!((left.pat(), right.pat()), (Some(left), Some(right)) if are_disjoint(&left, &right))
        }
        (TuplePat(left), TuplePat(right)) => any_apart(
            &left.fields().collect::<Vec<_>>(),
            &right.fields().collect::<Vec<_>>(),
        ),
        _ => match (Head::of(left), Head::of(right)) {
            (Some(left), Some(right)) => left.is_apart_from(&right),
            _ => false,
        },
    }
}

fn any_apart(left: &[ast::Pat], right: &[ast::Pat]) -> bool {
    let is_rest = |pattern: &ast::Pat| matches!(pattern, ast::Pat::RestPat(_));
    left.len() == right.len()
        && !left.iter().chain(right).any(is_rest)
        && left
            .iter()
            .zip(right)
            .any(|(left, right)| are_disjoint(left, right))
}

/// The kind and text of a literal whose value is determined by its text.
fn plain_value(literal: &ast::LiteralPat) -> Option<(SyntaxKind, String)> {
    let token = literal.literal()?.token();
    let text = token.text();
    let is_plain = match token.kind() {
        SyntaxKind::INT_NUMBER => {
            let is_canonical = text == "0" || !text.starts_with('0');
            is_canonical && text.bytes().all(|byte| byte.is_ascii_digit())
        }
        SyntaxKind::CHAR | SyntaxKind::STRING | SyntaxKind::BYTE | SyntaxKind::BYTE_STRING => {
            !text.contains('\\') && !text.starts_with('r') && !text.starts_with("br")
        }
        SyntaxKind::TRUE_KW | SyntaxKind::FALSE_KW => {
            return Some((SyntaxKind::TRUE_KW, text.to_owned()));
        }
        _ => false,
    };
    let sign = if literal.minus_token().is_some() {
        "-"
    } else {
        ""
    };
    is_plain.then(|| (token.kind(), format!("{sign}{text}")))
}

/// What a path pattern requires.
struct Head {
    qualifier: String,
    name: String,
    /// The fields of a tuple structure pattern.
    fields: Vec<ast::Pat>,
    may_be_constant: bool,
}

impl Head {
    fn of(pattern: &ast::Pat) -> Option<Self> {
        let (path, fields) = match pattern {
            ast::Pat::IdentPat(name) if !is_binding(name) => {
                let name = name.name()?.text().to_string();
                return Some(Self {
                    qualifier: String::new(),
                    may_be_constant: may_be_constant(pattern, &name),
                    name,
                    fields: Vec::new(),
                });
            }
            ast::Pat::PathPat(path) => (path.path()?, None),
            ast::Pat::TupleStructPat(pattern) => {
                (pattern.path()?, Some(pattern.fields().collect()))
            }
            ast::Pat::RecordPat(pattern) => (pattern.path()?, Some(Vec::new())),
            _ => return None,
        };
        let name = path.segment()?.name_ref()?.text().to_string();
        Some(Self {
            qualifier: path
                .qualifier()
                .map(|path| path.to_string())
                .unwrap_or_default(),
            may_be_constant: fields.is_none() && may_be_constant(pattern, &name),
            name,
            fields: fields.unwrap_or_default(),
        })
    }

    fn is_apart_from(&self, other: &Self) -> bool {
        if self.qualifier != other.qualifier || self.may_be_constant || other.may_be_constant {
            return false;
        }
        self.name != other.name || any_apart(&self.fields, &other.fields)
    }
}

/// Whether a name is a constant, or is spelled like one, without lowercase letters.
fn may_be_constant(pattern: &ast::Pat, name: &str) -> bool {
    let is_declared = !FileNames::around(pattern).constants(name).is_empty();
    is_declared || !name.chars().any(char::is_lowercase)
}

fn begins_small(name: &str) -> bool {
    let name = name.strip_prefix("r#").unwrap_or(name);
    name.starts_with(|first: char| first.is_lowercase() || first == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Edition, Tree};

    fn pattern(text: &str) -> ast::Pat {
        let text = format!("fn f() {{ match x {{ {text} => y }} }}");
        let tree = Tree::parse(&text, Edition::Edition2021).unwrap();
        assert!(!tree.has_errors(), "{text}");
        let arm = tree.root().descendants().find_map(ast::MatchArm::cast);
        arm.unwrap().pat().unwrap()
    }

    fn names(text: &str) -> Option<Vec<String>> {
        let bindings = bindings(&pattern(text))?;
        Some(
            bindings
                .iter()
                .map(|binding| binding.name().unwrap().to_string())
                .collect(),
        )
    }

    #[test]
    fn what_question_marks_say() {
        for (code, expected) in [
            ("match a { Some(b) => b, None => return None }", true),
            ("match a { Some(b) => b, None => { return None; } }", true),
            ("match a { Some(&b) => b, None => return None }", true),
            ("match a { Some(&mut b) => b, None => return None }", false),
            ("match a { Some(b) => b, None => return Some(c) }", false),
            ("match a { Some((b, _)) => b, None => return None }", false),
            ("match a { Ok(b) => b, _ => return None }", false),
            (
                "match a { Some(b) => b, None => { c(); return None } }",
                false,
            ),
        ] {
            let text = format!("fn f() {{ {code} }}");
            let tree = Tree::parse(&text, Edition::Edition2021).unwrap();
            let arms = tree.root().descendants().filter_map(ast::MatchArm::cast);
            let arms: Vec<_> = arms.collect();
            let says = says_question_mark(&arms[0].pat().unwrap(), &arms[1].expr().unwrap());
            assert_eq!(says, expected, "{code}");
        }
    }

    #[test]
    fn variables_begin_small_or_are_marked() {
        assert_eq!(names("Some(a)").unwrap(), ["a"]);
        assert_eq!(
            names("(a, ref B, mut c, D @ 1, _, ..)").unwrap(),
            ["a", "B", "c", "D"]
        );
        assert_eq!(
            names("S { a, b: c, d: None, E, .. }").unwrap(),
            ["a", "c", "E"]
        );
        assert_eq!(names("A(x) | B(x)").unwrap(), ["x", "x"]);
        assert_eq!(
            names("None | CONST | m::variable | 1..=2").unwrap(),
            [""; 0]
        );
        assert_eq!(names("Some(m!(a))"), None);
    }

    #[test]
    fn what_may_match_all() {
        for text in ["_", "a", "a @ _", "(a, _)", "&a", "(a)", "A | b", "(..)"] {
            assert!(may_match_all(&pattern(text)), "{text}");
        }
        for text in [
            "None", "Some(a)", "1", "a @ 1", "(a, 1)", "&A", "[a, ..]", "S { a }",
        ] {
            assert!(!may_match_all(&pattern(text)), "{text}");
        }
    }

    #[test]
    fn disjoint_for_sure() {
        for (left, right) in [
            ("None", "Some(a)"),
            ("E::One", "E::Two"),
            ("E::One | E::Two { x }", "E::C(..) | E::Dee"),
            ("1", "2"),
            ("-1", "1"),
            ("'a'", "'b'"),
            ("\"a\" | \"b\"", "\"c\""),
            ("true", "false"),
            ("(1, _)", "(2, _)"),
            ("Some(1)", "Some(2)"),
            ("&A1a", "&B1b"),
        ] {
            assert!(
                are_disjoint(&pattern(left), &pattern(right)),
                "{left} and {right}"
            );
        }
    }

    #[test]
    fn perhaps_not_disjoint() {
        for (left, right) in [
            ("_", "None"),
            ("a", "None"),
            ("E::A", "F::B"),
            ("E::MAX", "E::Bits(a)"),
            ("CONST", "OTHER"),
            ("1", "0x2"),
            ("1", "2_u8"),
            ("'a'", "'\\u{62}'"),
            ("\"a\"", "r\"b\""),
            ("(1, ..)", "(2, 1)"),
            ("Some(1)", "Some(_)"),
            ("1..=2", "3"),
            ("E::A | E::B", "E::C | E::B"),
        ] {
            assert!(
                !are_disjoint(&pattern(left), &pattern(right)),
                "{left} and {right}"
            );
        }
    }

    #[test]
    fn a_name_means_what_the_file_declares() {
        let pattern = |items: &str, arm: &str| {
            let text = format!("{items} fn f() {{ match x {{ {arm} }} }}");
            let tree = Tree::parse(&text, Edition::Edition2021).unwrap();
            let arm = tree.root().descendants().find_map(ast::MatchArm::cast);
            arm.unwrap().pat().unwrap()
        };
        for (items, arm) in [
            ("", "Num(N) => N.a()"),
            ("", "Num(N) => println!(\"{N}\")"),
            ("", "\u{65e5} => 1"),
        ] {
            assert!(!binds_nothing(&pattern(items, arm)), "{items} {arm}");
        }
        for (items, arm) in [
            ("const N: u8 = 1;", "Num(N) => N.a()"),
            ("use m::N;", "Num(N) => N.a()"),
            ("static on: u8 = 1;", "on => 1"),
            ("", "Num(N) => 1"),
            ("", "Some(None) => None"),
        ] {
            assert!(binds_nothing(&pattern(items, arm)), "{items} {arm}");
        }
        assert!(may_match_all(&pattern("enum E { A(u8) }", "E::A(a) => a")));
        assert!(may_match_all(&pattern(
            "struct S { a: u8 }",
            "S { a } => a"
        )));
        assert!(!may_match_all(&pattern(
            "enum E { A(u8), B }",
            "E::A(a) => a"
        )));
    }
}
