//! A `match` or `if let` that only returns `true` and `false`, which `matches!` expresses by name.

use ra_ap_syntax::{
    AstNode, Edition, SyntaxNode,
    ast::{self, HasAttrs, LiteralKind},
};

use super::option_call::Position;
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, RustVersion,
        attributes::has_condition_inside,
        layout::{self, width},
        patterns, temporaries,
    },
    text::{TextRange, slice},
};

/// A choice that `matches!` can replace.
#[derive(Debug, Clone)]
pub struct BooleanMatch {
    /// The `match` or the `if`.
    pub whole: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// Number of lines saved.
    pub saved: usize,
}

struct Parts {
    keyword: TextRange,
    value: ast::Expr,
    patterns: Vec<ast::Pat>,
    guard: Option<ast::MatchGuard>,
    /// Whether `true` is returned if nothing matches.
    is_negated: bool,
    is_if: bool,
}

impl BooleanMatch {
    /// Returns the shape at a `match` or an `if let` and its replacement.
    pub fn of<'a>(
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(node).ok_or(Refusal::NotHere)?;
        let position = Position::of(node, text).ok_or(Refusal::NotHere)?;
        check_place(node, context)?;
        parts.check(node)?;
        let after = usize::from(position != Position::Tail);
        let rewrite = parts
            .rewrite(node, text, context, after)
            .ok_or_else(Refusal::of_layout)?;
        let shape = Self {
            whole: node.text_range(),
            keyword: parts.keyword,
            saved: rewrite.saved_lines(),
        };
        if shape.saved == 0 {
            return Err(Refusal::because(
                Hazard::Text,
                "The new code would take as many lines.",
            ));
        }
        Ok((shape, rewrite))
    }

    /// The keyword of a choice of this form.
    pub fn outline(node: &SyntaxNode) -> Option<TextRange> {
        let parts = Parts::of(node)?;
        parts.check(node).ok()?;
        Some(parts.keyword)
    }
}

fn check_place(node: &SyntaxNode, context: FileContext) -> Result<(), Refusal> {
    let is_old = context.edition < Edition::Edition2018 && context.rust_version.is_none();
    if is_old || !context.supports(RustVersion(42)) {
        return Err(Refusal::because(
            Hazard::Edition,
            "The package's minimum Rust version doesn't have `matches!`.",
        ));
    }
    if FileNames::around_node(node).has_macro("matches") {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file defines its own `matches!`.",
        ));
    }
    if has_condition_inside(node) || layout::has_comment(node) {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment or a `#[cfg]` has no place in the new code.",
        ));
    }
    Ok(())
}

/// Strips references: `a` and `B` for `&a` and `&B`, and for `&mut a` and `&mut B`.
fn without_references(value: ast::Expr, patterns: Vec<ast::Pat>) -> (ast::Expr, Vec<ast::Pat>) {
    let value = without_parentheses(value);
    let inner = |pattern: &ast::Pat| match pattern {
        ast::Pat::RefPat(it) => Some((it.mut_token().is_some(), it.pat()?)),
        _ => None,
    };
    let referred = match &value {
        ast::Expr::RefExpr(it) if it.raw_token().is_none() => it
            .expr()
            .map(|inner| (it.mut_token().is_some(), without_parentheses(inner))),
        _ => None,
    };
    let Some((is_changed, referred)) = referred else {
        // Patterns without bindings match through a reference too.
        let bare = patterns.iter().map(|pattern| {
            let (_, bare) = inner(pattern)?;
            (patterns::binds_nothing(&bare) && is_variant(&bare)).then_some(bare)
        });
        return match bare.collect() {
            Some(bare) => (value, bare),
            None => (value, patterns),
        };
    };
    let bare = patterns.iter().map(|pattern| {
        let (is_mut, bare) = inner(pattern)?;
        (is_mut == is_changed).then_some(bare)
    });
    match bare.collect::<Option<Vec<_>>>() {
        Some(bare) => (referred, bare),
        None => (value, patterns),
    }
}

/// Whether a pattern matches through a reference too. Literals and constants don't always, and patterns that contain a
/// reference don't from edition 2024 on.
fn is_variant(pattern: &ast::Pat) -> bool {
    let text = pattern.syntax().text().to_string();
    if text.contains('&') {
        return false;
    }
    match pattern {
        ast::Pat::TupleStructPat(_) | ast::Pat::RecordPat(_) => true,
        ast::Pat::PathPat(_) | ast::Pat::IdentPat(_) => {
            let name = text.rsplit("::").next().unwrap_or_default();
            let declared = FileNames::around_node(pattern.syntax());
            name.contains(char::is_lowercase) && declared.constants(name).is_empty()
        }
        _ => false,
    }
}

fn without_parentheses(value: ast::Expr) -> ast::Expr {
    match &value {
        ast::Expr::ParenExpr(inner) => match inner.expr() {
            Some(inner) => without_parentheses(inner),
            None => value,
        },
        _ => value,
    }
}

impl Parts {
    fn of(node: &SyntaxNode) -> Option<Self> {
        match ast::MatchExpr::cast(node.clone()) {
            Some(choice) => Self::of_match(&choice),
            None => Self::of_if(&ast::IfExpr::cast(node.clone())?),
        }
    }

    fn of_match(choice: &ast::MatchExpr) -> Option<Self> {
        let list = choice.match_arm_list()?;
        let arms: Vec<_> = list.arms().collect();
        let (rest, asked) = arms.split_last()?;
        let has_attributes = choice.attrs().next().is_some()
            || list.attrs().next().is_some()
            || arms.iter().any(|arm| arm.attrs().next().is_some());
        let is_rest = matches!(rest.pat()?, ast::Pat::WildcardPat(_)) && rest.guard().is_none();
        let otherwise = given(&rest.expr()?)?;
        let is_other = |arm: &ast::MatchArm| {
            arm.expr().and_then(|expr| given(&expr)) == Some(!otherwise)
                && (asked.len() == 1 || arm.guard().is_none())
        };
        if asked.is_empty() || has_attributes || !is_rest || !asked.iter().all(is_other) {
            return None;
        }
        let patterns: Option<Vec<_>> = asked.iter().map(ast::MatchArm::pat).collect();
        let (value, patterns) = without_references(choice.expr()?, patterns?);
        Some(Self {
            keyword: choice.match_token()?.text_range(),
            value,
            patterns,
            guard: asked.first()?.guard(),
            is_negated: otherwise,
            is_if: false,
        })
    }

    fn of_if(choice: &ast::IfExpr) -> Option<Self> {
        let ast::Expr::LetExpr(condition) = choice.condition()? else {
            return None;
        };
        let ast::ElseBranch::Block(other) = choice.else_branch()? else {
            return None;
        };
        let then = given(&choice.then_branch()?.into())?;
        let otherwise = given(&other.into())?;
        let is_plain = choice.attrs().next().is_none() && then != otherwise;
        is_plain.then_some(Self {
            keyword: choice.if_token()?.text_range(),
            value: condition.expr()?,
            patterns: vec![condition.pat()?],
            guard: None,
            is_negated: otherwise,
            is_if: true,
        })
    }

    fn check(&self, node: &SyntaxNode) -> Result<(), Refusal> {
        if self.is_if && !temporaries::makes_none(&self.value) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Temporaries of the value may be dropped at a different time.",
            ));
        }
        if self.patterns.iter().any(has_own_form) || self.asks_for_one_value() {
            return Err(Refusal::because(
                Hazard::Text,
                "There is a shorter form for this condition.",
            ));
        }
        if self.is_negated && self.patterns.len() > 1 {
            return Err(Refusal::because(
                Hazard::Text,
                "Negating several patterns reads no better than the current code.",
            ));
        }
        let is_block = self.value.syntax().text().contains_char('{');
        if is_block || layout::has_text_of_lines(node) {
            return Err(Refusal::of_layout());
        }
        Ok(())
    }

    /// `match a { 1 => true, _ => false }`, which means `a == 1`.
    fn asks_for_one_value(&self) -> bool {
        matches!(
            self.patterns.as_slice(),
            [ast::Pat::LiteralPat(_) | ast::Pat::ConstBlockPat(_)]
        ) && self.guard.is_none()
    }

    fn rewrite<'a>(
        &self,
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
        after: usize,
    ) -> Option<Rewrite<'a>> {
        const LONGEST: usize = 60;
        let value = self.value.syntax().text_range();
        let mut pattern = String::new();
        for one in self.patterns.iter().flat_map(patterns::alternatives) {
            if !pattern.is_empty() {
                pattern.push_str(" | ");
            }
            pattern.push_str(slice(text, one.syntax().text_range())?);
        }
        if let Some(guard) = &self.guard {
            pattern.push(' ');
            pattern.push_str(slice(text, guard.syntax().text_range())?);
        }
        let place = slice(text, value)?;
        if place.contains('\n') || pattern.contains('\n') {
            return None;
        }
        let bang = if self.is_negated { "!" } else { "" };
        let start = node.text_range().start();
        let column = layout::column(text, start);
        let arguments = format!("{place}, {pattern}");
        let line = format!("{bang}matches!({arguments})");
        let max = context.width.max();
        let is_short = width(&arguments) <= context.width.share(LONGEST)
            && column + width(&line) + after <= max;
        let code = if is_short {
            line
        } else {
            let indent = layout::indentation(text, start);
            let unit = layout::indent_unit_around(text, node);
            let end = layout::first_line_ending(text);
            let deepest = width(indent) + width(&unit);
            let is_wide = deepest + width(place).max(width(&pattern)) + 1 > max;
            if is_wide || self.guard.is_some() {
                return None;
            }
            format!(
                "{bang}matches!({end}{indent}{unit}{place},{end}{indent}{unit}{pattern}{end}{indent})"
            )
        };
        let kept = self.patterns.iter().map(|it| it.syntax().text_range());
        let kept = kept.chain(self.guard.iter().map(|it| it.syntax().text_range()));
        let part = Rewrite::part(text)
            .text("matches!")
            .keep_as(value, "")
            .keep_all_as(kept, "");
        Some(Rewrite::of(text, node.text_range()).put_as(part, &code))
    }
}

/// The `bool` literal that an arm or a branch consists of.
fn given(expr: &ast::Expr) -> Option<bool> {
    match expr {
        ast::Expr::Literal(it) => match it.kind() {
            LiteralKind::Bool(value) => Some(value),
            _ => None,
        },
        ast::Expr::BlockExpr(block) => {
            let list = block.stmt_list()?;
            let is_plain = block.modifier().is_none()
                && block.label().is_none()
                && list.statements().next().is_none()
                && list.attrs().next().is_none();
            given(&list.tail_expr().filter(|_| is_plain)?)
        }
        _ => None,
    }
}

/// `Some(_)` and similar patterns, each with a method of its own, and `true`, which needs no comparison.
fn has_own_form(pattern: &ast::Pat) -> bool {
    let text = pattern.syntax().text().to_string();
    matches!(
        &*text,
        "Err(_)"
            | "None"
            | "Ok(_)"
            | "Some(_)"
            | "Some(..)"
            | "Ok(..)"
            | "Err(..)"
            | "true"
            | "false"
            | "_"
    ) || text.starts_with('|')
        || text.starts_with("Poll::")
        || text.starts_with("IpAddr::")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Tree;

    fn written(code: &str) -> Result<String, Refusal> {
        let text = format!("fn f(a: A) -> bool {{\n    {code}\n}}\n");
        let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
        assert!(!tree.has_errors(), "{text}");
        let node = tree.root().descendants().find(|node| {
            ast::MatchExpr::can_cast(node.kind()) || ast::IfExpr::can_cast(node.kind())
        });
        let found = BooleanMatch::of(&node.unwrap(), &text, FileContext::default());
        found.map(|(_, rewrite)| rewrite.written().to_owned())
    }

    #[test]
    fn a_constant_keeps_its_reference() {
        let code =
            "match a {\n        &One => true,\n        &Two => true,\n        _ => false,\n    }";
        let beside = |items: &str| written(&format!("{items}\n    {code}"));
        assert_eq!(beside("").as_deref(), Ok("matches!(a, One | Two)"));
        for items in ["const One: u8 = 1;", "impl T { const Two: u8 = 2; }"] {
            assert_eq!(
                beside(items).as_deref(),
                Ok("matches!(a, &One | &Two)"),
                "{items}"
            );
        }
    }

    #[test]
    fn patterns_are_joined() {
        for (code, after) in [
            (
                "match a {\n        A::B => true,\n        _ => false,\n    }",
                "matches!(a, A::B)",
            ),
            (
                "match a {\n        A::B | A::C(_) => true,\n        A::D { .. } => true,\n        _ => false,\n    }",
                "matches!(a, A::B | A::C(_) | A::D { .. })",
            ),
            (
                "match (a) {\n        &mut A::One => true,\n        _ => false,\n    }",
                "matches!(a, A::One)",
            ),
            (
                "match a {\n        &A::One => true,\n        &A::Two => true,\n        _ => false,\n    }",
                "matches!(a, A::One | A::Two)",
            ),
            (
                "match a {\n        &Some(&One) => true,\n        &Some(&Two) => true,\n        _ => false,\n    }",
                "matches!(a, &Some(&One) | &Some(&Two))",
            ),
            (
                "match a {\n        &A::X => true,\n        &A::Y => true,\n        _ => false,\n    }",
                "matches!(a, &A::X | &A::Y)",
            ),
            (
                "match &mut a {\n        &mut A::B => true,\n        &mut A::C => true,\n        _ => false,\n    }",
                "matches!(a, A::B | A::C)",
            ),
            (
                "match &a {\n        &A::B | &A::C(_) => true,\n        _ => false,\n    }",
                "matches!(&a, &A::B | &A::C(_))",
            ),
            (
                "match &a {\n        &A::B { .. } => true,\n        &A::C => true,\n        _ => false,\n    }",
                "matches!(a, A::B { .. } | A::C)",
            ),
            (
                "match a.b() {\n        A::B => false,\n        _ => true,\n    }",
                "!matches!(a.b(), A::B)",
            ),
            (
                "match a {\n        A::B(n) if n > 1 => true,\n        _ => false,\n    }",
                "matches!(a, A::B(n) if n > 1)",
            ),
            (
                "if let A::B(1) = a {\n        true\n    } else {\n        false\n    }",
                "matches!(a, A::B(1))",
            ),
        ] {
            assert_eq!(written(code).as_deref(), Ok(after), "{code}");
        }
        let (first, second) = (
            "A::TheFirstOfTheseNames",
            "A::TheSecondOfTheseNames | A::TheThird",
        );
        assert_eq!(
            written(&format!(
                "match a {{\n        {first} => true,\n        {second} => true,\n        _ => false,\n    }}"
            )),
            Ok(format!(
                "matches!(\n        a,\n        {first} | {second}\n    )"
            ))
        );
    }

    #[test]
    fn other_choices_are_left_alone() {
        for code in [
            "match a { A::B => true, A::C => false }",
            "match a { A::B => true, _ => n }",
            "match a { A::B if n => true, A::C => true, _ => false }",
            "match a { A::B => true, _ if n => false, _ => true }",
            "if let A::B = a && n { true } else { false }",
        ] {
            assert_eq!(written(code), Err(Refusal::NotHere), "{code}");
        }
        for code in [
            "match a {\n        Some(_) => true,\n        _ => false,\n    }",
            "match a {\n        1 => true,\n        _ => false,\n    }",
            "match a {\n        // Why.\n        A::B => true,\n        _ => false,\n    }",
            "if let A::B = *a.lock() {\n        true\n    } else {\n        false\n    }",
        ] {
            assert!(written(code).is_err(), "{code}");
        }
    }
}
