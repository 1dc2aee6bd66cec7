//! A choice at the end of a function that continues with the contained value, or else returns `None`. With `?` on the
//! scrutinee, the remaining lines move one level out, or several levels for nested choices.

mod levels;

use ra_ap_syntax::{AstNode, Edition, SyntaxNode, ast};

use super::{
    guard_clause::check_joint,
    question_mark::{
        check_returns_option,
        parts::{Wraps, takes_question_mark},
        writing::Chain,
    },
};
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, RustVersion,
        attributes::has_condition_inside,
        layout::{self, width},
        moving_out::{self, MovedOut},
        temporaries,
        types_shown::{self, Ground, TypesBy},
    },
    text::{TextRange, slice},
};
use levels::{End, Level, Levels};

/// A choice that a `?` on its scrutinee can replace.
#[derive(Debug, Clone)]
pub struct QuestionTail<'a> {
    /// The range to highlight.
    pub keyword: TextRange,
    /// Number of levels removed.
    pub levels: usize,
    pub ground: Ground,
    /// Number of lines that move out.
    pub moved: usize,
    pub rewrite: Rewrite<'a>,
}

impl<'a> QuestionTail<'a> {
    /// Returns the shape at a `match` or an `if` and its replacement.
    pub fn of(node: &SyntaxNode, text: &'a str, context: FileContext) -> Result<Self, Refusal> {
        Self::with(node, text, context, TypesBy::Syntax)
    }

    /// Like `of`, where `types` decides who checks the types.
    pub fn with(
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
        types: TypesBy,
    ) -> Result<Self, Refusal> {
        let found = Levels::of(node).ok_or(Refusal::NotHere)?;
        if !found.is_worthwhile() || found.has_twin() {
            return Err(Refusal::NotHere);
        }
        check_returns_option(node)?;
        let writer = Writer {
            found: &found,
            text,
            context,
            types,
            indent: layout::indentation(text, node.text_range().start()),
            ending: layout::first_line_ending(text),
        };
        writer.check()?;
        let rewrite = writer.level(0, Rewrite::of(text, found.whole))?;
        let end = usize::from(found.whole.end());
        check_joint(rewrite.written(), text.get(end..).unwrap_or_default())?;
        let drops_errors = found.all.iter().any(|it| it.wraps == Wraps::Ok);
        Ok(Self {
            keyword: found.keyword,
            levels: found.all.len(),
            ground: if drops_errors {
                Ground::Likely
            } else {
                Ground::Shown
            },
            moved: found.moved_lines(),
            rewrite,
        })
    }
}

impl QuestionTail<'_> {
    pub fn title(&self) -> String {
        match self.levels {
            1 => "Replace with `?` and unindent the rest".to_owned(),
            levels => format!("Replace {levels} levels with `?`"),
        }
    }
}

/// Returns the shape if syntax alone doesn't prove it, and rustc has to check the types.
pub fn of_types<'a>(
    node: &SyntaxNode,
    text: &'a str,
    context: FileContext,
) -> Option<QuestionTail<'a>> {
    match QuestionTail::of(node, text, context) {
        Err(Refusal::Because {
            hazard: Hazard::Types,
            ..
        }) => QuestionTail::with(node, text, context, TypesBy::Rustc).ok(),
        _ => None,
    }
}

struct Writer<'a, 'l> {
    found: &'l Levels,
    text: &'a str,
    context: FileContext,
    types: TypesBy,
    /// The indentation of the outermost choice, and so of everything that is written.
    indent: &'a str,
    ending: &'static str,
}

impl<'a> Writer<'a, '_> {
    fn check(&self) -> Result<(), Refusal> {
        let node = &self.found.node;
        let declared = FileNames::around_node(node);
        let is_old = self.context.edition < Edition::Edition2018;
        if is_old || !self.context.supports(RustVersion(22)) {
            return Err(Refusal::because(
                Hazard::Edition,
                "The package's minimum Rust version may not support `?` on `Option`.",
            ));
        }
        let own = ["ok", "as_ref", "as_mut"];
        if declared.has_own_some_or_ok() || own.iter().any(|name| declared.has_method(name)) {
            return Err(Refusal::because(
                Hazard::Scope,
                "The file defines its own `Some`, `None`, `Ok` or `Err`, or the method itself.",
            ));
        }
        let is_even = layout::is_first_on_line(self.text, node.text_range().start());
        if has_condition_inside(node) || !is_even || self.found.loses_comment(self.text) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment or a `#[cfg]` has no place in the new code.",
            ));
        }
        if !self.found.has_no_items() {
            return Err(Refusal::because(
                Hazard::Hoisting,
                "Items declared in the block would be visible to the code before it.",
            ));
        }
        let levels = &self.found.all;
        levels
            .iter()
            .try_for_each(|level| self.check_level(level))?;
        self.check_end()
    }

    fn check_level(&self, level: &Level) -> Result<(), Refusal> {
        if !temporaries::leaves_nothing(&level.pattern, &level.asked) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Temporaries of the matched value might be dropped too early.",
            ));
        }
        if level.wraps == Wraps::Ok && FileNames::around(&level.asked).has_drop() {
            return Err(Refusal::because(
                Hazard::Drops,
                "The error would be dropped earlier, which a `Drop` in the file makes observable.",
            ));
        }
        let is_shown = || {
            takes_question_mark(&level.asked)
                && !matches!(level.asked, ast::Expr::PathExpr(_))
                && types_shown::owned(&level.asked).is_some()
        };
        let is_plain_place = || match &level.asked {
            ast::Expr::RefExpr(it) => it.expr().is_some_and(|it| is_named(&it)),
            other => is_named(other),
        };
        let is_known = match self.types {
            TypesBy::Syntax => is_shown(),
            TypesBy::Rustc => takes_question_mark(&level.asked) || is_plain_place(),
        };
        if is_known {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Types,
            "The value may be a reference to an `Option` or a `Result`, on which `?` isn't allowed.",
        ))
    }

    /// The last value becomes the tail expression of the function.
    fn check_end(&self) -> Result<(), Refusal> {
        let tail = match &self.found.end {
            End::Given(tail) | End::Returned { value: tail, .. } => tail,
            End::Falls(Some(tail)) if moving_out::wants_semicolon(tail, self.context)? => {
                return Err(Refusal::NotHere);
            }
            End::Itself if self.types == TypesBy::Syntax => {
                return Err(Refusal::because(
                    Hazard::Types,
                    "The value might be coerced where it is used.",
                ));
            }
            // No temporary outlives it.
            End::Falls(_) | End::Itself => return Ok(()),
        };
        if moving_out::is_free_tail(tail, self.context) {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::TailTemporaries,
            "One level further out, temporaries of the last expression might be dropped too early.",
        ))
    }

    /// Writes the choices from `number` on.
    fn level(&self, number: usize, before: Rewrite<'a>) -> Result<Rewrite<'a>, Refusal> {
        let level = &self.found.all[number];
        let next = self.found.all.get(number + 1);
        if next.is_none() && matches!(self.found.end, End::Itself) {
            return self.itself(level, before);
        }
        let head = self.head(level)?;
        let written = before.put(head);
        let written = written.text(&format!("{}{}", self.ending, self.indent));
        let body = MovedOut::new(self.text, &level.body, self.context)?;
        let Some(next) = next else {
            return self.end(&body, written);
        };
        let at = next.whole;
        let ahead = body.before(at.start(), self.indent)?;
        let range = TextRange::new(body.inside.start(), at.start());
        let written = self.level(number + 1, written.keep_as(range, &ahead))?;
        if body.inside.end() == at.end() {
            return Ok(written);
        }
        Err(Refusal::of_layout())
    }

    /// `let x = a?;`
    fn head(&self, level: &Level) -> Result<Rewrite<'a>, Refusal> {
        let (asked, call) = level.called();
        let head = Rewrite::part(self.text);
        let head = head.text("let ").keep(level.declared());
        let head = head.text(" = ");
        if head.written().contains('\n') {
            return Err(Refusal::of_layout());
        }
        let column = width(self.indent) + width(head.written());
        let chain = Chain::of_let(&asked, &self.found.node, self.text, self.context);
        let chain = chain.ok_or_else(Refusal::of_layout)?;
        let laid = chain.laid(call, column).ok_or_else(Refusal::of_layout)?;
        let head = head.keep_as(asked.syntax().text_range(), &laid.value);
        let head = if laid.breaks {
            head.text(&chain.below)
        } else {
            head
        };
        Ok(head.text(call).text("?;"))
    }

    /// Writes the last scrutinee, which the function returns.
    fn itself(&self, level: &Level, before: Rewrite<'a>) -> Result<Rewrite<'a>, Refusal> {
        let (asked, call) = level.called();
        let range = asked.syntax().text_range();
        let code = slice(self.text, range).unwrap_or_default();
        let links = layout::links(&asked).len() + usize::from(!call.is_empty());
        let chain = width(code) + width(call);
        let fits = !code.contains('\n')
            && width(self.indent) + chain <= self.context.width.max()
            && (links <= 1 || chain <= self.context.width.share(60));
        if !fits {
            return Err(Refusal::of_layout());
        }
        Ok(before.keep(range).text(call))
    }

    fn end(&self, body: &MovedOut<'_>, before: Rewrite<'a>) -> Result<Rewrite<'a>, Refusal> {
        let written = match &self.found.end {
            End::Itself => return Err(Refusal::NotHere),
            End::Given(_) | End::Falls(_) => before.keep_as(body.inside, &body.whole(self.indent)?),
            End::Returned { statement, value } => {
                let value = value.syntax().text_range();
                if statement.end() != body.inside.end() {
                    return Err(Refusal::of_layout());
                }
                let ahead = body.before(statement.start(), self.indent)?;
                let until = body.before(value.start(), self.indent)?;
                let all = body.before(value.end(), self.indent)?;
                let moved = all.get(until.len()..).unwrap_or_default();
                let gained = width("return ") + width(body.inner_indent) - width(self.indent);
                if layout::may_be_joined(moved, self.context, self.indent, gained) {
                    return Err(Refusal::of_layout());
                }
                let lead = TextRange::new(body.inside.start(), statement.start());
                before.keep_as(lead, &ahead).keep_as(value, moved)
            }
        };
        Ok(match (&self.found.end, self.found.behind) {
            (End::Falls(_), Some(none)) => {
                let start = self.found.all[0].node.text_range().end();
                written.keep(TextRange::new(start, none.end()))
            }
            _ => written,
        })
    }
}

/// Whether an expression is a variable or a field of one.
fn is_named(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::PathExpr(_) => true,
        ast::Expr::FieldExpr(it) => it.expr().is_some_and(|it| is_named(&it)),
        _ => false,
    }
}
