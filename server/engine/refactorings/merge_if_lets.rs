//! # Merge nested `if let`
//!
//! ## What it does
//! Merges an `if let` with another, independent `if let` that is the only content of its block.
//!
//! ## Why
//!
//! Code that needs two optional values checks for both at once, with one level of nesting less. From edition 2024 on,
//! `merge-nested-if` joins them with `&&`; before, they are matched as a tuple.
//!
//! ## Example
//!
//! ```rust before
//! fn greet(names: &Names, out: &mut Vec<String>) {
//!     $0if let Some(first) = &names.first {
//!         if let Some(last) = names.last.as_deref() {
//!             // Both are known.
//!             out.push(format!("{first} {last}"));
//!         }
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn greet(names: &Names, out: &mut Vec<String>) {
//!     if let (Some(first), Some(last)) = (&names.first, names.last.as_deref()) {
//!         // Both are known.
//!         out.push(format!("{first} {last}"));
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - An `if let` with an `else`, or with anything besides the inner one.
//! - An inner `if let` that uses bindings of the outer one, or binds the same name again.
//! - Values other than shared references to variables and fields, because both are evaluated together: no calls except
//!   `as_ref`, `as_deref`, `first` and `get`, no moves and no statics.
//! - Files with their own `Deref` implementation or with lazily created values.
//! - Comments and attributes between the two, and lines that would be too wide.
//!
//! ## What it checks
//!
//! Both values are borrowed as before, have nothing to drop, and can be evaluated unnecessarily without any effect.
//! `get` is identified by its name alone; there the edit needs review.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxToken,
    ast::{self, HasAttrs, HasName},
};

use super::{
    Allows, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{
        FileNames, Rewrite, attributes::has_condition_inside, closures::has_copied_type, layout,
        patterns, purity, scopes, temporaries, tokens_of, types_shown::Ground,
    },
    text::TextRange,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "merge-if-lets",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IF_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("", "if let", &[]),
    plan,
};

/// Maximum width of a pair of values that rustfmt puts on one line.
const WIDEST: usize = 60;

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    if context.source.context.allows_let_chains() {
        return Err(Refusal::NotHere);
    }
    let found = find::ifs_at(context, target);
    let (nested, ground) = find::first_fit(&found, |one| {
        let nested = Nested::around(one).ok_or(Refusal::NotHere)?;
        let ground = nested.check()?;
        Ok((nested, ground))
    })?;
    let rewrite = nested.rewrite(context).ok_or_else(Refusal::of_layout)?;
    let range = nested.outer.syntax().text_range();
    Plan::new(range, move || {
        let change = Change::new("Merge nested `if let`", range, vec![rewrite])?.checked(&[
            "neither `if let` has an `else`",
            "both values are borrowed and independent of each other",
            "nothing is dropped at a different time",
        ]);
        Ok(match ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("`get`"),
        })
    })
}

/// Two nested `if let`s with nothing else in the outer one.
struct Nested {
    outer: ast::IfExpr,
    inner: ast::IfExpr,
    /// The patterns and values of both, outermost first.
    asked: Vec<Asked>,
    body: ast::BlockExpr,
}

/// One pattern and its value.
#[derive(Clone)]
struct Asked {
    pattern: ast::Pat,
    value: ast::Expr,
}

impl Nested {
    /// Finds the pair with `found` as either the outer or the inner `if`.
    fn around(found: &ast::IfExpr) -> Option<Self> {
        Self::of(found).or_else(|| {
            let mut around = found.syntax().ancestors().skip(1);
            let nested = Self::of(&around.find_map(ast::IfExpr::cast)?)?;
            (nested.inner == *found).then_some(nested)
        })
    }

    fn of(outer: &ast::IfExpr) -> Option<Self> {
        let block = outer.then_branch()?.stmt_list()?;
        let inner = only_if(&block)?;
        if outer.else_token().is_some() || inner.else_token().is_some() {
            return None;
        }
        let mut asked = Asked::in_condition(outer)?;
        asked.extend(Asked::in_condition(&inner)?);
        Some(Self {
            outer: outer.clone(),
            asked,
            body: inner.then_branch()?,
            inner,
        })
    }

    fn check(&self) -> Result<Ground, Refusal> {
        let block = self.outer.then_branch().and_then(|it| it.stmt_list());
        let in_block = block.into_iter().flat_map(|block| block.attrs());
        let has_attributes = self.inner.attrs().chain(in_block).next().is_some();
        if has_attributes || has_condition_inside(self.outer.syntax()) || self.has_comment() {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment or an attribute has no place in the new code.",
            ));
        }
        if !self.asked.iter().all(Asked::is_plain_pattern) || !self.are_apart() {
            return Err(Refusal::because(
                Hazard::Scope,
                "The inner pattern or its value may depend on the outer one.",
            ));
        }
        let grounds = self.asked.iter().map(Asked::ground);
        let grounds = grounds.collect::<Option<Vec<_>>>().ok_or_else(|| {
            Refusal::because(
                Hazard::Evaluation,
                "It can't be shown that the values can be evaluated together.",
            )
        })?;
        // The first value is evaluated in any case.
        Ok(grounds.into_iter().skip(1).max().unwrap_or_default())
    }

    /// Whether there is a comment outside the remaining block.
    fn has_comment(&self) -> bool {
        let body = self.body.syntax().text_range();
        let mut tokens = tokens_of(self.outer.syntax());
        tokens.any(|it| it.kind() == SyntaxKind::COMMENT && !body.contains_range(it.text_range()))
    }

    /// Whether no pattern or value mentions a binding of an earlier pattern.
    fn are_apart(&self) -> bool {
        let mut bound: Vec<String> = Vec::new();
        for asked in &self.asked {
            let is_bound = |it: SyntaxToken| bound.iter().any(|name| *name == it.text());
            if asked.words().any(is_bound) {
                return false;
            }
            let Some(names) = patterns::bindings(&asked.pattern) else {
                return false;
            };
            let names = names.iter().filter_map(HasName::name);
            bound.extend(names.map(|it| it.text().to_string()));
        }
        true
    }

    fn rewrite<'a>(&self, context: &Context<'a>) -> Option<Rewrite<'a>> {
        let source = context.source;
        let text = &*source.text;
        let whole = self.outer.syntax().text_range();
        let start = self.outer.condition()?.syntax().text_range().start();
        let texts = |of: fn(&Asked) -> TextRange| -> Vec<&str> {
            let ranges = self.asked.iter().map(of);
            ranges.map(|range| source.slice(range)).collect()
        };
        let patterns = texts(|it| it.pattern.syntax().text_range()).join(", ");
        let values = texts(|it| it.value.syntax().text_range()).join(", ");
        let pair = format!("({patterns}) = ({values})");
        let lines = source.context.width;
        let column = layout::column(text, start) + layout::width(&pair) + "let  {".len();
        let share = lines.share(WIDEST);
        let is_wide = [&patterns, &values]
            .into_iter()
            .any(|it| layout::width(it) > share);
        if pair.contains('\n') || is_wide || column > lines.max() {
            return None;
        }
        let indent = layout::indentation(text, whole.start());
        let inner = layout::indentation(text, self.inner.syntax().text_range().start());
        let block = self.body.syntax().text_range();
        let body = layout::moved(text, block, source.context.edition, inner, indent)?;
        let gained = layout::width(inner).saturating_sub(layout::width(indent));
        if layout::may_be_joined(&body, source.context, indent, gained) {
            return None;
        }
        let ranges = |of: fn(&Asked) -> TextRange| self.asked.iter().map(of);
        let kept = ranges(|it| it.pattern.syntax().text_range())
            .chain(ranges(|it| it.value.syntax().text_range()));
        let rewrite = context.rewrite(TextRange::new(start, whole.end()));
        let rewrite = rewrite.text("let ").keep_all_as(kept, &pair);
        Some(rewrite.text(" ").keep_as(block, &body))
    }
}

impl Asked {
    /// A single `let`, or each component of a `let` that matches a tuple.
    fn in_condition(choice: &ast::IfExpr) -> Option<Vec<Self>> {
        let ast::Expr::LetExpr(asked) = choice.condition()? else {
            return None;
        };
        let whole = Self {
            pattern: asked.pat()?,
            value: asked.expr()?,
        };
        let (ast::Pat::TuplePat(patterns), ast::Expr::TupleExpr(values)) =
            (&whole.pattern, &whole.value)
        else {
            return Some(vec![whole]);
        };
        let (patterns, values): (Vec<_>, Vec<_>) =
            (patterns.fields().collect(), values.fields().collect());
        let pairs = patterns.iter().cloned().zip(values.iter().cloned());
        let parts = pairs.map(|(pattern, value)| Self { pattern, value });
        (patterns.len() == values.len()).then(|| parts.collect())
    }

    /// `Some(a)`, `Shape::Round { size }`
    fn is_plain_pattern(&self) -> bool {
        let is_plain = matches!(
            self.pattern,
            ast::Pat::TupleStructPat(_) | ast::Pat::RecordPat(_)
        );
        let mut inside = self.pattern.syntax().descendants();
        is_plain && inside.all(|it| it.kind() != SyntaxKind::MACRO_PAT)
    }

    fn words(&self) -> impl Iterator<Item = SyntaxToken> {
        let both = [self.pattern.syntax().clone(), self.value.syntax().clone()];
        let words = both
            .into_iter()
            .flat_map(|node| tokens_of(&node).collect::<Vec<_>>());
        words.filter(|token| token.kind() == SyntaxKind::IDENT)
    }

    /// The evidence that the value is only borrowed and may be evaluated needlessly.
    fn ground(&self) -> Option<Ground> {
        let value = &self.value;
        let is_silent = purity::is_pure(value) && temporaries::makes_none(value);
        if !is_silent || reaches_by_doing(value) {
            return None;
        }
        let is_own = |place: Option<ast::Expr>| place.is_some_and(|it| is_of_variable(&it));
        match value {
            ast::Expr::PathExpr(path) => has_copied_type(path).then_some(Ground::Shown),
            ast::Expr::RefExpr(it) => is_own(it.expr()).then_some(Ground::Shown),
            ast::Expr::MethodCallExpr(call) => {
                let name = call.name_ref()?.text().to_string();
                let ground = match &*name {
                    "as_deref" | "as_ref" | "first" => Ground::Shown,
                    "get" => Ground::Likely,
                    _ => return None,
                };
                is_own(call.receiver()).then_some(ground)
            }
            _ => None,
        }
    }
}

/// Whether a place expression may go through a `Deref` with side effects: one implemented in the file, or a lazy cell.
fn reaches_by_doing(value: &ast::Expr) -> bool {
    let declared = FileNames::around(value);
    let makes = ["Lazy", "LazyCell", "LazyLock"];
    declared.implements("Deref") || makes.into_iter().any(|it| declared.imports(it))
}

/// Whether a place expression is a variable or part of one. Statics don't count, since they may be initialized on first use.
fn is_of_variable(place: &ast::Expr) -> bool {
    let root = scopes::root_of(place).map(|it| it.syntax().text().to_string());
    let is_variable = |name: &str| name.starts_with(|it: char| it.is_lowercase() || it == '_');
    temporaries::is_place(place) && root.is_some_and(|it| is_variable(&it) && !it.contains(':'))
}

fn only_if(block: &ast::StmtList) -> Option<ast::IfExpr> {
    let mut statements = block.statements();
    let expression = match (statements.next(), block.tail_expr()) {
        (None, Some(tail)) => tail,
        (Some(ast::Stmt::ExprStmt(statement)), None) if statement.semicolon_token().is_none() => {
            statement.expr()?
        }
        _ => return None,
    };
    match expression {
        ast::Expr::IfExpr(inner) if statements.next().is_none() => Some(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Applicability,
            fixture::{
                assert_becomes, assert_becomes_in, assert_not_here, assert_refused, offered,
            },
        },
        *,
    };
    use crate::syntax::{Edition, FileContext, RustVersion};

    static MERGE: Refactoring = REFACTORING;

    fn nested(outer: &str, inner: &str) -> String {
        format!(
            "fn f(a: &Option<u8>, b: &S, c: Option<u8>) {{\n    $0if let {outer} {{\n        if let {inner} {{\n            g(x);\n        }}\n    }}\n}}\n"
        )
    }

    fn merged(head: &str) -> String {
        format!(
            "fn f(a: &Option<u8>, b: &S, c: Option<u8>) {{\n    if let {head} {{\n        g(x);\n    }}\n}}\n"
        )
    }

    #[test]
    fn borrowed_values_are_asked_for_together() {
        for (outer, inner, head) in [
            (
                "Some(x) = &c",
                "Some(y) = &b.d",
                "(Some(x), Some(y)) = (&c, &b.d)",
            ),
            (
                "Some(x) = a",
                "Ok(y) = b.d.as_ref()",
                "(Some(x), Ok(y)) = (a, b.d.as_ref())",
            ),
            (
                "Some(x) = c.as_ref()",
                "S::T { y, .. } = &b.d",
                "(Some(x), S::T { y, .. }) = (c.as_ref(), &b.d)",
            ),
            (
                "(Some(x), Some(y)) = (&c, a)",
                "Some(z) = b.d.first()",
                "(Some(x), Some(y), Some(z)) = (&c, a, b.d.first())",
            ),
        ] {
            assert_becomes(&MERGE, &nested(outer, inner), &merged(head));
        }
    }

    #[test]
    fn the_inner_one_is_a_cursor_too() {
        let text = nested("Some(x) = a", "Some(y) = &b.d").replace("$0", "");
        let text = text.replace("        if let", "        $0if let");
        assert_becomes(&MERGE, &text, &merged("(Some(x), Some(y)) = (a, &b.d)"));
    }

    #[test]
    fn get_is_for_a_person() {
        let level = |outer: &str, inner: &str| {
            let text = nested(outer, inner);
            let offer = offered(FileContext::default(), &MERGE, &text).unwrap();
            offer.change().applicability
        };
        let get = "Some(y) = b.d.get(1)";
        assert_eq!(level("Some(x) = a", get), Applicability::NeedsCheck);
        assert_eq!(level(get, "Some(x) = a"), Applicability::Safe);
    }

    #[test]
    fn a_chain_is_written_where_there_are_some() {
        let context = |version| FileContext {
            edition: Edition::Edition2024,
            rust_version: Some(RustVersion(version)),
            ..FileContext::default()
        };
        let text = nested("Some(x) = a", "Some(y) = &b.d");
        let new = offered(context(88), &MERGE, &text);
        assert!(matches!(new, Err(Refusal::NotHere)));
        let after = merged("(Some(x), Some(y)) = (a, &b.d)");
        assert_becomes_in(context(87), &MERGE, &text, &after);
    }

    #[test]
    fn what_the_outer_one_finds_stays_outside() {
        for (outer, inner) in [
            ("Some(x) = a", "Some(y) = &x.d"),
            ("Some(x) = a", "Some(y) = b.d.get(x)"),
            ("Some(x) = a", "Some(x) = &b.d"),
            ("Some(x) = a", "Some(y @ x) = &b.d"),
        ] {
            assert_refused(&MERGE, Hazard::Scope, &nested(outer, inner));
        }
    }

    #[test]
    fn what_does_something_is_asked_for_in_its_turn() {
        for inner in [
            "Some(y) = c",
            "Some(y) = b.d",
            "Some(y) = b.h()",
            "Some(y) = &b.h()",
            "Some(y) = &mut b.d",
            "Some(y) = b.d.as_mut()",
            "Some(y) = &b.d[0]",
            "Some(y) = &D",
            "Some(y) = &m::d",
            "Some(y) = b.d.pop()",
            "Some(y) = b.d.get(h())",
        ] {
            assert_refused(&MERGE, Hazard::Evaluation, &nested("Some(x) = a", inner));
        }
        let own = nested("Some(x) = a", "Some(y) = b.d.as_ref()");
        let own = format!("{own}impl D {{\n    fn as_ref(&self) -> Option<u8> {{}}\n}}\n");
        assert_refused(&MERGE, Hazard::Evaluation, &own);
        for other in ["impl Deref for S {}", "use std::cell::{LazyCell, RefCell};"] {
            let text = nested("Some(x) = a", "Some(y) = &b.d");
            let text = format!("{text}{other}\n");
            assert_refused(&MERGE, Hazard::Evaluation, &text);
        }
    }

    #[test]
    fn comments_and_wide_lines_stay() {
        let text = nested("Some(x) = a", "Some(y) = &b.d");
        for (old, new) in [
            ("        if let", "        // Why.\n        if let"),
            ("        if let", "        #[allow(z)]\n        if let"),
            ("Some(y)", "Some(/* y */ y)"),
            (
                "&b.d",
                "&b.a_field_with_a_name.that_is_so_long.that_it_takes.most_of_a_line",
            ),
        ] {
            assert_refused(&MERGE, Hazard::Text, &text.replace(old, new));
        }
    }

    #[test]
    fn other_choices_are_left_alone() {
        let text = nested("Some(x) = a", "Some(y) = &b.d");
        for (old, new) in [
            (
                "        }\n    }",
                "        } else {\n            h();\n        }\n    }",
            ),
            (
                "        }\n    }",
                "        }\n    } else {\n        h();\n    }",
            ),
            ("        }\n    }", "        }\n        h();\n    }"),
            ("if let Some(y) = &b.d", "if b.d"),
            ("if let Some(x) = a", "if a"),
        ] {
            assert_not_here(&MERGE, &text.replace(old, new));
        }
    }
}
