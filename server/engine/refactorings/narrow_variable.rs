//! # Narrow variable
//!
//! ## What it does
//! Moves the declaration of a variable to its first assignment.
//!
//! ## Why
//!
//! Between the declaration and the assignment, the reader has to remember a name without a value and check whether it is
//! used. Declared with its value, most variables don't need `mut` either.
//!
//! ## Example
//!
//! ```rust before
//! fn report(lines: &[Line]) -> usize {
//!     let mut log = Log::open();
//!     let $0total;
//!     log.begin(lines.len());
//!     total = lines.iter().map(|line| line.width).sum::<usize>();
//!     log.end(total);
//!     total
//! }
//! ```
//!
//! ```rust after
//! fn report(lines: &[Line]) -> usize {
//!     let mut log = Log::open();
//!     log.begin(lines.len());
//!     let total = lines.iter().map(|line| line.width).sum::<usize>();
//!     log.end(total);
//!     total
//! }
//! ```
//!
//! An initial value that is never read is removed:
//!
//! ```rust before
//! fn width(lines: &mut Lines) -> usize {
//!     lines.check();
//!     let mut $0width = 0;
//!     lines.sort();
//!     width = lines.longest();
//!     width + 1
//! }
//! ```
//!
//! ```rust after
//! fn width(lines: &mut Lines) -> usize {
//!     lines.check();
//!     lines.sort();
//!     let width = lines.longest();
//!     width + 1
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - A variable that is mentioned before it is assigned by a plain statement in its own block.
//! - A name that the function declares twice.
//! - An initial value other than a literal, `None` or an empty collection, or one that determines the type of the next
//!   one.
//! - Comments on the declaration.
//! - A variable for which it is unclear whether it is changed later.
//!
//! ## What it checks
//!
//! Nothing mentions the variable between its declaration and its assignment. If other variables are declared in between,
//! the drop order changes and the edit needs review, unless the value is a number.

use ra_ap_syntax::{
    AstNode, Direction, SyntaxKind, SyntaxNode, TextSize,
    ast::{self, HasAttrs, HasName},
};

use super::{
    Allows, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{
        FileNames,
        attributes::has_condition_inside,
        closures::is_copied_type,
        inference_order::is_what_is_wanted,
        layout::{self, width},
        scopes, tokens_of, types_shown,
        uses::{Uses, is_declared_once},
    },
    text::{TextRange, slice},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "narrow-variable",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::LET_STMT],
    needs: Needs::Syntax,
    allows: Allows::of(
        "",
        "0 0.0 BTreeMap BTreeSet HashMap HashSet None String Vec false let mut new true",
        &[super::Also::DropsPattern],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let text = &context.source.text;
    let found = Declared::at(context, target).ok_or(Refusal::NotHere)?;
    found.check()?;
    let is_mutable = found.stays_mutable()?;
    let head = found.head(is_mutable, text).ok_or(Refusal::NotHere)?;
    let goes = layout::lines_that_go(found.statement.syntax(), text).ok_or_else(comment_on_it)?;
    let set = found.set.syntax().text_range();
    let lead = TextRange::new(set.start(), found.value.syntax().text_range().start());
    if !found.fits(&head, context) {
        return Err(Refusal::of_layout());
    }
    if found.is_only_given() {
        return Err(Refusal::because(
            Hazard::Text,
            "The variable is only the value of the block, which wouldn't need it.",
        ));
    }
    let is_ordered = found.drops_in_order();
    if !is_ordered && FileNames::around(&found.statement).has_drop() {
        return Err(Refusal::because(
            Hazard::Drops,
            "Variables would be dropped in a different order, which might be observable.",
        ));
    }
    let whole = found.statement.syntax().text_range();
    Plan::new(whole, move || {
        let declared = context
            .rewrite(lead)
            .keep_all_as(found.kept(is_mutable), &head);
        let rewrites = vec![context.rewrite(goes), declared];
        let change = Change::new("Move declaration to first assignment", whole, rewrites)?;
        let change = if is_ordered {
            change
        } else {
            change.to_check("drop order")
        };
        Ok(change.checked(&[
            "the variable isn't read before it is set",
            "the variable is set in the block that declares it",
        ]))
    })
}

/// A declared variable that is assigned by a statement of the same block.
struct Declared {
    statement: ast::LetStmt,
    pattern: ast::IdentPat,
    name: String,
    set: ast::BinExpr,
    value: ast::Expr,
}

impl Declared {
    fn at(context: &Context<'_>, target: Target<'_>) -> Option<Self> {
        let at = find::token_at(context, target)?.text_range();
        let statement = find::around::<ast::LetStmt>(context, target).next()?;
        let ast::Pat::IdentPat(pattern) = statement.pat()? else {
            return None;
        };
        let is_here = at.start() <= pattern.syntax().text_range().end();
        let is_plain = pattern.ref_token().is_none()
            && pattern.pat().is_none()
            && statement.let_else().is_none();
        let name = pattern.name().filter(|_| is_here && is_plain)?;
        let name = name.text().to_string();
        let set = first_mention(&statement, &name)?;
        let set = ast::ExprStmt::cast(set).filter(|it| it.semicolon_token().is_some())?;
        let ast::Expr::BinExpr(set) = set.expr()? else {
            return None;
        };
        let is_set = set.op_kind() == Some(ast::BinaryOp::Assignment { op: None });
        let is_its = scopes::as_name(&set.lhs()?)? == name;
        let value = set
            .rhs()
            .filter(|it| is_set && is_its && !mentions(it.syntax(), &name))?;
        Some(Self {
            statement,
            pattern,
            name,
            set,
            value,
        })
    }

    fn check(&self) -> Result<(), Refusal> {
        let has_attributes =
            self.statement.attrs().next().is_some() || self.set.attrs().next().is_some();
        if has_attributes || has_condition_inside(self.set.syntax()) {
            return Err(Refusal::because(
                Hazard::Text,
                "Part of the code is behind a `#[cfg]` or has other attributes.",
            ));
        }
        if layout::has_comment(self.statement.syntax()) {
            return Err(comment_on_it());
        }
        if !is_declared_once(self.statement.syntax(), &self.name) {
            return Err(Refusal::because(
                Hazard::Scope,
                "The function has another variable with that name.",
            ));
        }
        let Some(first) = self.statement.initializer() else {
            return Ok(());
        };
        if self.pattern.mut_token().is_none() || !is_empty_value(&first) {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "The initial value may have side effects, or its drop may be observable.",
            ));
        }
        if self.statement.ty().is_none() && !self.has_own_type(&first) {
            return Err(Refusal::because(
                Hazard::Types,
                "The type of the variable may be inferred from its initial value.",
            ));
        }
        Ok(())
    }

    /// Whether the value has the same type without the initial value.
    fn has_own_type(&self, first: &ast::Expr) -> bool {
        let is_open = |value: &ast::Expr| {
            is_what_is_wanted(value)
                || matches!(
                    value,
                    ast::Expr::RefExpr(_)
                        | ast::Expr::PathExpr(_)
                        | ast::Expr::IfExpr(_)
                        | ast::Expr::MatchExpr(_)
                        | ast::Expr::BlockExpr(_)
                )
        };
        match first {
            ast::Expr::Literal(literal) => match literal.kind() {
                ast::LiteralKind::IntNumber(it) => it.suffix().is_none() && !is_open(&self.value),
                ast::LiteralKind::FloatNumber(it) => it.suffix().is_none() && !is_open(&self.value),
                ast::LiteralKind::Bool(_) => !is_what_is_wanted(&self.value),
                _ => matches!(self.value, ast::Expr::Literal(_)),
            },
            _ => !is_open(&self.value),
        }
    }

    fn stays_mutable(&self) -> Result<bool, Refusal> {
        let is_mutable = self.pattern.mut_token().is_some();
        if !is_mutable || self.statement.initializer().is_none() {
            return Ok(is_mutable);
        }
        let list = self.statement.syntax().parent().ok_or(Refusal::NotHere)?;
        let end = self.set.syntax().text_range().end();
        match Uses::behind(&list, end, &self.name) {
            Some(Uses::Read) => Ok(false),
            Some(Uses::Changed) => Ok(true),
            _ => Err(Refusal::because(
                Hazard::Scope,
                "It can't be shown whether the variable is changed later.",
            )),
        }
    }

    /// Whether the variable is only returned from the block after its assignment.
    fn is_only_given(&self) -> bool {
        let set = self.set.syntax().parent();
        let next = set.and_then(|it| it.next_sibling());
        let given = next.and_then(ast::Expr::cast);
        given.is_some_and(|it| scopes::as_name(&it).as_ref() == Some(&self.name))
    }

    /// The code before the value.
    fn head(&self, is_mutable: bool, text: &str) -> Option<String> {
        let sign = if is_mutable { "mut " } else { "" };
        let name = &self.name;
        let Some(ty) = self.statement.ty() else {
            return Some(format!("let {sign}{name} = "));
        };
        let ty = slice(text, ty.syntax().text_range()).filter(|ty| !ty.contains('\n'))?;
        Some(format!("let {sign}{name}: {ty} = "))
    }

    /// The parts of both statements that the new head keeps.
    fn kept(&self, is_mutable: bool) -> Vec<TextRange> {
        let changes = self.pattern.mut_token().filter(|_| is_mutable);
        let changes = changes.map(|it| it.text_range());
        let name = self.set.lhs().map(|it| it.syntax().text_range());
        let ty = self.statement.ty().map(|it| it.syntax().text_range());
        let sign = self.statement.let_token().map(|it| it.text_range());
        sign.into_iter()
            .chain(changes)
            .chain(name)
            .chain(ty)
            .collect()
    }

    /// Whether rustfmt leaves the value's lines unchanged after a longer head.
    fn fits(&self, head: &str, context: &Context<'_>) -> bool {
        let text = &context.source.text;
        let start: TextSize = self.set.syntax().text_range().start();
        let value = self.value.syntax().text().to_string();
        let first = value.lines().next().unwrap_or_default();
        let is_open = !value.contains('\n') || first.ends_with(['{', '(', '[']);
        let end = usize::from(!value.contains('\n'));
        let line = layout::column(text, start) + width(head) + width(first) + end;
        let is_beside = self.set.op_token().is_some_and(|sign| {
            let at = self.value.syntax().text_range().start();
            !text[usize::from(sign.text_range().end())..usize::from(at)].contains('\n')
        });
        let is_broken = matches!(self.value, ast::Expr::MethodCallExpr(_)) && value.contains('\n');
        is_open && is_beside && !is_broken && line <= context.source.context.width.max()
    }

    /// Whether the drop order of variables stays unobservable.
    fn drops_in_order(&self) -> bool {
        let end = self.set.syntax().text_range().start();
        let mut between = self
            .statement
            .syntax()
            .siblings(Direction::Next)
            .skip(1)
            .take_while(|it| it.text_range().end() <= end);
        let ty = self.statement.ty().map(|ty| ty.syntax().text().to_string());
        ty.is_some_and(|ty| is_copied_type(&ty))
            || types_shown::integer(&self.value).is_some()
            || types_shown::boolean(&self.value) == Some(types_shown::Ground::Shown)
            || !between
                .any(|it| ast::LetStmt::can_cast(it.kind()) || ast::MacroExpr::can_cast(it.kind()))
    }
}

fn comment_on_it() -> Refusal {
    Refusal::because(Hazard::Text, "A comment belongs to the declaration.")
}

/// The first statement after a declaration that mentions its variable.
fn first_mention(statement: &ast::LetStmt, name: &str) -> Option<SyntaxNode> {
    let mut behind = statement.syntax().siblings(Direction::Next).skip(1);
    behind.find(|it| mentions(it, name))
}

fn mentions(code: &SyntaxNode, name: &str) -> bool {
    tokens_of(code).any(|token| {
        token.text() == name
            || token.text().contains('{') && scopes::captures(token.text()).any(|it| it == name)
    })
}

/// Whether a value is a literal, `None` or an empty collection.
fn is_empty_value(value: &ast::Expr) -> bool {
    const EMPTY: [&str; 7] = [
        "BTreeMap::new()",
        "BTreeSet::new()",
        "HashMap::new()",
        "HashSet::new()",
        "None",
        "String::new()",
        "Vec::new()",
    ];
    match value {
        ast::Expr::Literal(literal) => !matches!(
            literal.token().kind(),
            SyntaxKind::STRING | SyntaxKind::BYTE_STRING | SyntaxKind::C_STRING
        ),
        other => EMPTY.contains(&&*other.syntax().text().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Applicability,
            fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        },
        *,
    };
    use crate::syntax::FileContext;

    static NARROW: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        });
        let lines: String = lines.collect();
        format!("fn f(a: &mut A, n: usize) -> usize {{\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&NARROW, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&NARROW, hazard, &inside(code));
    }

    #[test]
    fn a_variable_is_declared_with_its_value() {
        for (before, after) in [
            (
                "let $0x;\na.b();\nx = n;\na.c(x)",
                "a.b();\nlet x = n;\na.c(x)",
            ),
            (
                "let $0x: u64;\na.b();\nx = n.into();\na.c(x)",
                "a.b();\nlet x: u64 = n.into();\na.c(x)",
            ),
            (
                "a.b();\nlet mut $0x;\nx = a.c();\nx += 1;\nx",
                "a.b();\nlet mut x = a.c();\nx += 1;\nx",
            ),
            (
                "let $0x;\n// Why.\nx = if n > 1 {\n    a.b();\n    2\n} else {\n    3\n};\na.c(x)",
                "// Why.\nlet x = if n > 1 {\n    a.b();\n    2\n} else {\n    3\n};\na.c(x)",
            ),
            (
                "// What for.\n\nlet $0x;\n\na.b();\nx = n;\na.c(x)",
                "// What for.\n\na.b();\nlet x = n;\na.c(x)",
            ),
        ] {
            becomes(before, after);
        }
    }

    #[test]
    fn a_first_value_that_nobody_asks_for_goes() {
        for (before, after) in [
            (
                "let mut $0x = 0;\na.b();\nx = a.c();\nx + 1",
                "a.b();\nlet x = a.c();\nx + 1",
            ),
            (
                "let mut $0x = Vec::new();\na.b();\nx = a.c();\nx.push(1);\nx.len()",
                "a.b();\nlet mut x = a.c();\nx.push(1);\nx.len()",
            ),
            (
                "let mut $0x = None;\nx = a.c();\nprintln!(\"{x:?}\");\n1",
                "let x = a.c();\nprintln!(\"{x:?}\");\n1",
            ),
        ] {
            becomes(before, after);
        }
    }

    #[test]
    fn what_is_dropped_in_another_order_is_for_a_person() {
        let of = |code: &str| {
            let offer = offered(FileContext::default(), &NARROW, &inside(code));
            offer.unwrap().change().applicability
        };
        let check = Applicability::NeedsCheck;
        assert_eq!(of("let $0x;\nlet b = a.b();\nx = a.c();\nb.d(x)"), check);
        let safe = Applicability::Safe;
        assert_eq!(of("let $0x;\nlet b = a.b();\nx = n + 1;\nb.d(x)"), safe);
    }

    #[test]
    fn what_is_asked_or_set_elsewhere_stays() {
        for code in [
            "let $0x;\nif n > 1 {\n    x = 2;\n} else {\n    x = 3;\n}\nx",
            "let mut $0x = 0;\na.b(x);\nx = 2;\nx",
            "let mut $0x = 0;\nprintln!(\"{x}\");\nx = 2;\nx",
            "let mut $0x = 0;\nx = x + n;\nx",
            "let mut $0x = 0;\nx += n;\nx",
            "let mut $0x = 0;\nfor i in a {\n    x = i;\n}\nx",
            "let (mut $0x, y) = (0, 1);\nx = y;\nx",
        ] {
            assert_not_here(&NARROW, &inside(code));
        }
    }

    #[test]
    fn what_would_be_another_value_or_lose_a_comment_stays() {
        for (hazard, code) in [
            (Hazard::Evaluation, "let mut $0x = a.b();\nx = a.c();\nx"),
            (Hazard::Types, "let mut $0x = 0_u8;\nx = a.c();\nx"),
            (
                Hazard::Types,
                "let mut $0x = 0;\nx = if a.b() { 1 } else { 2 };\nx",
            ),
            (
                Hazard::Types,
                "let mut $0x = String::new();\nx = n.into();\nx.len()",
            ),
            (Hazard::Scope, "let mut $0x = 0;\nx = a.b();\nx.step();\nx"),
            (Hazard::Scope, "let $0x;\nx = n;\nlet x = x + 1;\nx"),
            (Hazard::Text, "let $0x; // Why.\na.b();\nx = n;\nx"),
            (Hazard::Text, "// Why.\nlet $0x;\na.b();\nx = n;\nx"),
            (
                Hazard::Text,
                "#[allow(unused)]\nlet $0x;\na.b();\nx = n;\na.c(x)",
            ),
        ] {
            refused(hazard, code);
        }
    }
}
