//! `if c { panic!("…") }`, which `assert!` expresses by name.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, T,
    ast::{self, BinaryOp, HasAttrs, UnaryOp},
};

use super::question_first::only;
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite,
        attributes::has_condition_inside,
        flow,
        known::is_question,
        layout::{self, width},
        moving_out::MovedOut,
        negation::{self, Negated},
    },
    text::{TextRange, TextSize, slice},
};

/// A conditional panic that an assertion can replace.
#[derive(Debug, Clone)]
pub struct Asserted<'a> {
    pub keyword: TextRange,
    /// The message.
    pub message: TextRange,
    pub rewrite: Rewrite<'a>,
}

struct Parts {
    choice: ast::IfExpr,
    condition: ast::Expr,
    then: ast::BlockExpr,
    /// Where `panic!` begins.
    panics: TextSize,
    /// The arguments of `panic!`, the message first.
    given: Vec<TextRange>,
}

impl<'a> Asserted<'a> {
    /// Returns the shape at an `if` and its replacement.
    pub fn of(node: &SyntaxNode, text: &'a str, context: FileContext) -> Result<Self, Refusal> {
        let parts = Parts::of(node).ok_or(Refusal::NotHere)?;
        parts.check(text, context)?;
        let opposite = negation::negated(&parts.condition)?;
        if opposite.is_awkward {
            return Err(Refusal::because(
                Hazard::Negation,
                "The negated condition would be harder to read than the current code.",
            ));
        }
        let rewrite = parts.rewrite(&opposite, text, context);
        Ok(Self {
            keyword: parts
                .choice
                .if_token()
                .map_or(node.text_range(), |it| it.text_range()),
            message: parts.given[0],
            rewrite: rewrite.ok_or_else(Refusal::of_layout)?,
        })
    }
}

impl Parts {
    fn of(node: &SyntaxNode) -> Option<Self> {
        let choice = ast::IfExpr::cast(node.clone())?;
        let parent = node.parent()?.kind();
        let is_statement = matches!(parent, SyntaxKind::EXPR_STMT | SyntaxKind::STMT_LIST);
        let has_semicolon = node
            .parent()
            .and_then(ast::ExprStmt::cast)
            .is_some_and(|it| it.semicolon_token().is_some());
        let then = choice.then_branch()?;
        let is_plain = choice.else_token().is_none()
            && choice.attrs().next().is_none()
            && then.attrs().next().is_none()
            && then.modifier().is_none();
        if !is_statement || has_semicolon || !is_plain {
            return None;
        }
        let ast::Expr::MacroExpr(call) = only(&then)? else {
            return None;
        };
        let call = call.macro_call()?;
        if call.path()?.syntax().text() != "panic" {
            return None;
        }
        let condition = choice.condition().filter(asks_plainly)?;
        Some(Self {
            choice,
            condition,
            then,
            panics: call.syntax().text_range().start(),
            given: arguments_of(&call.token_tree()?)?,
        })
    }

    fn check(&self, text: &str, context: FileContext) -> Result<(), Refusal> {
        let node = self.choice.syntax();
        let declared = FileNames::around_node(node);
        if ["panic", "assert"]
            .iter()
            .any(|name| declared.has_macro(name))
        {
            return Err(Refusal::because(
                Hazard::Scope,
                "The file defines its own `panic!` or `assert!`.",
            ));
        }
        // Comments above the panic can move above the assertion.
        let above = TextRange::new(self.then.syntax().text_range().start(), self.panics);
        let comments = layout::comments_in(node, node.text_range());
        let is_lost = comments
            .iter()
            .any(|it| !above.contains_range(it.text_range()) || !it.text().starts_with("//"));
        if is_lost || has_condition_inside(node) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment or a `#[cfg]` has no place in the new code.",
            ));
        }
        // In older editions, a message without arguments isn't a format string.
        let message = slice(text, self.given[0]).unwrap_or_default();
        if !context.edition.at_least_2021() && message.contains(['{', '}']) {
            return Err(Refusal::because(
                Hazard::Edition,
                "Before edition 2021, the arguments decide whether the message is a format string.",
            ));
        }
        Ok(())
    }

    fn rewrite<'a>(
        &self,
        opposite: &Negated,
        text: &'a str,
        context: FileContext,
    ) -> Option<Rewrite<'a>> {
        let whole = self.choice.syntax().text_range();
        let mut given = Vec::new();
        for range in &self.given {
            given.push(slice(text, *range).filter(|it| !it.contains('\n'))?);
        }
        if opposite.text.contains('\n') || !layout::is_first_on_line(text, whole.start()) {
            return None;
        }
        let indent = layout::indentation(text, whole.start());
        let ending = layout::first_line_ending(text);
        let unit = layout::indent_unit_around(text, self.choice.syntax());
        let below = format!("{ending}{indent}{unit}");
        let max = context.width.max();
        let length = width(&opposite.text) + given.iter().map(|it| width(it) + 2).sum::<usize>();
        let is_short = length <= context.width.share(60)
            && width(indent) + length + width("assert!();") <= max;
        let separator = if is_short {
            ", ".to_owned()
        } else {
            format!(",{below}")
        };
        let condition = self.condition.syntax().text_range();
        let open = if is_short {
            String::new()
        } else {
            below.clone()
        };
        let body = MovedOut::new(text, &self.then, context).ok()?;
        let said = TextRange::new(body.inside.start(), self.panics);
        let above = body.before(self.panics, indent).ok()?;
        let mut written = Rewrite::of(text, whole)
            .keep_as(said, &above)
            .text("assert!(")
            .text(&open)
            .negate(condition, opposite, &opposite.text);
        for range in &self.given {
            written = written.text(&separator).keep(*range);
        }
        let close = if is_short {
            ");".to_owned()
        } else {
            format!("{ending}{indent});")
        };
        let written = written.text(&close);
        let fits = written.written().lines().all(|line| width(line) <= max);
        fits.then_some(written)
    }
}

/// Whether a condition is a single test or a comparison without side effects: readers assume that an assertion could be left
/// out.
fn asks_plainly(condition: &ast::Expr) -> bool {
    const CHANGES: [&str; 12] = [
        "fetch_add",
        "insert",
        "next",
        "pop",
        "pop_back",
        "pop_front",
        "push",
        "remove",
        "replace",
        "set",
        "swap",
        "take",
    ];
    let is_quiet = |node: SyntaxNode| match node.kind() {
        SyntaxKind::CLOSURE_EXPR | SyntaxKind::BLOCK_EXPR | SyntaxKind::MACRO_EXPR => false,
        SyntaxKind::REF_EXPR => ast::RefExpr::cast(node).is_some_and(|it| it.mut_token().is_none()),
        SyntaxKind::METHOD_CALL_EXPR => ast::MethodCallExpr::cast(node)
            .and_then(|it| it.name_ref())
            .is_some_and(|name| !CHANGES.contains(&name.text())),
        _ => true,
    };
    let code = condition.syntax();
    let is_named = |expr: &ast::Expr| match expr {
        ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_) => true,
        ast::Expr::MethodCallExpr(call) => {
            call.name_ref().is_some_and(|name| is_question(name.text()))
        }
        _ => false,
    };
    let is_plain = match condition {
        ast::Expr::BinExpr(it) => matches!(it.op_kind(), Some(BinaryOp::CmpOp(_))),
        ast::Expr::PrefixExpr(it) if it.op_kind() == Some(UnaryOp::Not) => {
            it.expr().is_some_and(|it| is_named(&it))
        }
        other => is_named(other),
    };
    is_plain && flow::escapes(code).is_empty() && code.descendants().all(is_quiet)
}

/// The arguments of a macro, if the first one is a string literal.
fn arguments_of(input: &ast::TokenTree) -> Option<Vec<TextRange>> {
    let mut inside: Vec<_> = input.syntax().children_with_tokens().collect();
    let is_round = inside.first().is_some_and(|it| it.kind() == T!['(']);
    inside.pop();
    let mut all = Vec::new();
    let mut current: Option<TextRange> = None;
    for element in inside.into_iter().skip(1) {
        match element.kind() {
            SyntaxKind::WHITESPACE => {}
            T![,] => all.push(current.take()?),
            _ => {
                let range = element.text_range();
                current = Some(current.map_or(range, |it| it.cover(range)));
            }
        }
    }
    all.extend(current);
    let first = all.first()?;
    let token = input.syntax().covering_element(*first);
    let is_text = matches!(&token, NodeOrToken::Token(it) if it.kind() == SyntaxKind::STRING);
    (is_round && is_text).then_some(all)
}
