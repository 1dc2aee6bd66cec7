//! An `if` at the end of a body that can become a guard: an early exit, with the rest of the body moved one level out.

mod family;
mod other_cure;
mod value;
pub(crate) mod worth;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, BlockModifier, ElseBranch, HasAttrs},
};

use value::Value;

use crate::{
    shapes::let_else::worth::{has_name_of_its_own, is_named_for_it, reads_well},
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite,
        attributes::has_condition_inside,
        flow::{BodyOf, body_of, diverges, is_block_like},
        inference_order::are_settled_by_order,
        layout,
        moving_out::{self, MovedOut},
        negation::{contains_let, negated},
        paragraphs, patterns, temporaries,
        types_shown::Ground,
    },
    text::{TextRange, slice},
};

/// The guards and the replacement of the `if`. There is a guard only if the replacement can be laid out.
#[derive(Debug, Clone)]
pub struct GuardClause<'a> {
    pub rewrite: Rewrite<'a>,
    /// Number of `if`s that become guards.
    pub levels: usize,
    pub form: Form,
    /// What the user has to check: unmatched values may be dropped earlier, or the file doesn't show a type.
    pub check: Option<&'static str>,
    /// Whether the result reads unnaturally, because of the negated condition, or because the block is the exceptional case.
    pub is_awkward: bool,
}

/// How the guard exits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `return` or `continue`, as nothing follows the `if`.
    Exit,
    /// The `else` block, which diverges.
    Else,
    /// A branch with just a short value, which the function returns.
    Value,
}

/// Nested `if`s at the end of the body become guards too if their body is longer than this, in lines.
const LONG_BODY: u32 = 4;
/// Maximum length of an `else` block that can be a guard, in lines.
const LONGEST_ELSE: u32 = 10;

/// Returns the guard clause that `choice` can become.
pub fn find<'a>(
    choice: &ast::IfExpr,
    text: &'a str,
    context: FileContext,
) -> Result<GuardClause<'a>, Refusal> {
    let finder = Finder {
        text,
        context,
        ending: layout::first_line_ending(text),
        indent: layout::indentation(text, choice.syntax().text_range().start()),
    };
    let Some((place, form)) = place_of(choice) else {
        let value = Value::of(choice).ok_or(Refusal::NotHere)?;
        return finder.with_value(choice, &value);
    };
    let then = choice.then_branch().ok_or(Refusal::NotHere)?;
    if is_short_exit(&then) {
        return Err(Refusal::NotHere);
    }
    if has_condition_inside(choice.syntax()) {
        return Err(Refusal::because(
            Hazard::Text,
            "Part of the `if` is behind a `#[cfg]`.",
        ));
    }
    if form == Form::Else {
        check_types(choice, &then)?;
        check_question_mark(choice)?;
    }
    let range = choice.syntax().text_range();
    let guard = GuardClause {
        rewrite: Rewrite::of(text, range),
        levels: 0,
        form,
        check: None,
        is_awkward: false,
    };
    let mut guard = finder.render(choice, &place, guard)?;
    guard.is_awkward |= !worth::is_worthwhile(choice, form, guard.levels);
    finder.check_behind(&guard)?;
    Ok(guard)
}

/// The branch with the rest of the body, if the other one is the guard.
pub fn rest_of(choice: &ast::IfExpr) -> Option<ast::BlockExpr> {
    match Value::of(choice) {
        Some(value) => Some(value.rest),
        None => choice.then_branch(),
    }
}

/// The kind of body that ends with the `if`.
enum Place {
    /// A body without a value, and the keyword that exits from it.
    Unit(&'static str),
    /// A block that may have a value.
    Value,
}

fn place_of(choice: &ast::IfExpr) -> Option<(Place, Form)> {
    let block = block_ended_by(choice)?;
    let exit = exit_of(&block);
    match choice.else_branch() {
        None if choice.else_token().is_none() => Some((Place::Unit(exit?), Form::Exit)),
        Some(ElseBranch::Block(other)) if is_guard(choice, &other) => {
            let place = exit.map_or(Place::Value, Place::Unit);
            Some((place, Form::Else))
        }
        _ => None,
    }
}

/// The block that has this `if` as its tail expression.
pub fn block_ended_by(choice: &ast::IfExpr) -> Option<ast::BlockExpr> {
    let list = choice.syntax().parent().and_then(ast::StmtList::cast)?;
    let tail = list.tail_expr()?;
    let block = list.syntax().parent().and_then(ast::BlockExpr::cast)?;
    (tail.syntax() == choice.syntax()).then_some(block)
}

/// The keyword that exits from the end of a body without a value.
pub fn exit_of(block: &ast::BlockExpr) -> Option<&'static str> {
    match body_of(block)? {
        BodyOf::Loop(_) => Some("continue"),
        BodyOf::Function(function) => {
            let is_unit = function.ret_type().is_none_or(|ty| is_unit(&ty));
            (is_unit && function.gen_token().is_none()).then_some("return")
        }
        BodyOf::Closure(closure) => {
            let is_plain = closure.gen_token().is_none();
            let has_unit = closure.ret_type().is_none_or(|ty| is_unit(&ty));
            let ends_without_value = block
                .tail_expr()
                .is_some_and(|tail| is_if_without_else(&tail));
            (is_plain && has_unit && ends_without_value).then_some("return")
        }
    }
}

/// An `if` without `else` is always of type `()`.
fn is_if_without_else(tail: &ast::Expr) -> bool {
    matches!(tail, ast::Expr::IfExpr(choice) if choice.else_token().is_none())
}

fn is_unit(ty: &ast::RetType) -> bool {
    matches!(ty.ty(), Some(ast::Type::TupleType(tuple)) if tuple.fields().next().is_none())
}

fn is_guard(choice: &ast::IfExpr, other: &ast::BlockExpr) -> bool {
    let lines = lines_between_braces(other);
    let then = choice.then_branch();
    let is_shorter = then.is_some_and(|then| lines < lines_between_braces(&then));
    is_shorter && lines <= LONGEST_ELSE && other.modifier().is_none() && diverges(other)
}

/// Whether the body is just a jump, and so a guard already.
fn is_short_exit(then: &ast::BlockExpr) -> bool {
    let count = then.statements().count() + usize::from(then.tail_expr().is_some());
    count == 0 || (count == 1 && diverges(then))
}

fn lines_between_braces(block: &ast::BlockExpr) -> u32 {
    let breaks = block.syntax().to_string().matches('\n').count();
    u32::try_from(breaks.saturating_sub(1)).unwrap_or(u32::MAX)
}

/// The `else` block moves in front of the other one, which may change inference.
fn check_types(choice: &ast::IfExpr, then: &ast::BlockExpr) -> Result<(), Refusal> {
    match choice.else_branch() {
        Some(ElseBranch::Block(other)) if are_settled_by_order(choice, then, &other) => {
            Err(Refusal::because(
                Hazard::Types,
                "The first block may determine the type of a variable that the second block uses.",
            ))
        }
        _ => Ok(()),
    }
}

fn check_question_mark(choice: &ast::IfExpr) -> Result<(), Refusal> {
    let (Some(ast::Expr::LetExpr(matched)), Some(ElseBranch::Block(other))) =
        (choice.condition(), choice.else_branch())
    else {
        return Ok(());
    };
    let says = |pattern| patterns::says_question_mark(&pattern, &ast::Expr::BlockExpr(other));
    if matched.pat().is_some_and(says) {
        return Err(Refusal::because(
            Hazard::ControlFlow,
            "`?` is shorter here, unless the value is a reference.",
        ));
    }
    Ok(())
}

const DROPS: &str = "drop order";

/// State shared by all levels.
struct Finder<'a> {
    text: &'a str,
    context: FileContext,
    ending: &'static str,
    /// The indentation of the outermost `if`, and so of everything that is written.
    indent: &'a str,
}

impl<'a> Finder<'a> {
    fn render(
        &self,
        choice: &ast::IfExpr,
        place: &Place,
        mut guard: GuardClause<'a>,
    ) -> Result<GuardClause<'a>, Refusal> {
        let then = choice.then_branch().ok_or(Refusal::NotHere)?;
        check_surface(choice, &then)?;
        let body = MovedOut::new(self.text, &then, self.context)?;
        let head = self.head(choice, place, &body, &mut guard)?;
        let gap = self.gap(choice, &then, head.written());
        let head = head.text(&format!("{}{gap}{}", self.ending, self.indent));
        self.check_width(&head)?;
        guard.rewrite = guard.rewrite.put(head);
        guard.levels += 1;
        if let Some(inner) = self.inner(&then, place)
            && let Ok(deeper) = self.render_around(&inner, &body, place, guard.clone())
            && deeper.is_awkward == guard.is_awkward
        {
            return Ok(deeper);
        }
        self.render_body(&then, &body, place, guard)
    }

    /// The separator between the guard and the rest: nothing, or a blank line.
    fn gap(&self, choice: &ast::IfExpr, then: &ast::BlockExpr, guard: &str) -> &'static str {
        let is_next_guard = then.statements().next().is_none()
            && matches!(then.tail_expr(), Some(ast::Expr::IfExpr(_)));
        if is_next_guard || !guard.contains('\n') {
            return "";
        }
        let at = usize::from(choice.syntax().text_range().start());
        let rest = slice(self.text, then.syntax().text_range()).unwrap_or_default();
        let rest = rest.trim_start_matches('{').trim_end_matches('}').trim();
        if paragraphs::parts_guards(self.text, at, rest) {
            self.ending
        } else {
            ""
        }
    }

    fn check_width(&self, head: &Rewrite<'a>) -> Result<(), Refusal> {
        // The first line is indented already.
        let whole = format!("{}{}", self.indent, head.written());
        let mut lines = whole.lines();
        if lines.any(|line| layout::width(line) > self.context.width.max()) {
            return Err(too_long());
        }
        Ok(())
    }

    fn check_behind(&self, guard: &GuardClause<'a>) -> Result<(), Refusal> {
        let end = usize::from(guard.rewrite.range().end());
        let behind = self.text.get(end..).unwrap_or_default();
        check_joint(guard.rewrite.written(), behind)
    }

    /// The guard alone.
    fn head(
        &self,
        choice: &ast::IfExpr,
        place: &Place,
        body: &MovedOut<'_>,
        guard: &mut GuardClause<'a>,
    ) -> Result<Rewrite<'a>, Refusal> {
        let block = self.exit_block(choice, place, body)?;
        let condition = choice.condition().ok_or(Refusal::NotHere)?;
        let ast::Expr::LetExpr(matched) = condition else {
            return Ok(self.opposite(&condition, body, guard)?.put(block));
        };
        let head = self.pattern(&matched, guard)?;
        guard.is_awkward |= matched
            .expr()
            .is_some_and(|value| is_named_for_it(choice.syntax(), &value));
        if let (Some(pattern), Some(ElseBranch::Block(other))) =
            (matched.pat(), choice.else_branch())
        {
            guard.is_awkward |= has_name_of_its_own(&pattern, &ast::Expr::BlockExpr(other));
        }
        // rustfmt moves the `else` to the next line if this one is full.
        let line = layout::width(self.indent) + layout::width(head.written()) + " else {".len();
        if line >= self.context.width.max() {
            return Err(too_long());
        }
        Ok(match self.short_else(choice, head.written()) {
            Some(end) => head.text(" else ").put_as(block, &end),
            None => head.text(" else ").put(block).text(";"),
        })
    }

    /// The block of a `let … else` on one line, if it is short enough that rustfmt formats it so.
    fn short_else(&self, choice: &ast::IfExpr, head: &str) -> Option<String> {
        let Some(ElseBranch::Block(other)) = choice.else_branch() else {
            return None;
        };
        if other.statements().next().is_some() || layout::has_comment(other.syntax()) {
            return None;
        }
        let end = format!("{{ {} }};", other.tail_expr()?.syntax());
        let line = format!("{head} else {end}");
        layout::is_short_let_else(&line, self.context.width, self.indent).then_some(end)
    }

    fn exit_block(
        &self,
        choice: &ast::IfExpr,
        place: &Place,
        body: &MovedOut<'_>,
    ) -> Result<Rewrite<'a>, Refusal> {
        let part = Rewrite::part(self.text);
        if let Some(ElseBranch::Block(other)) = choice.else_branch() {
            return Ok(part.keep(other.syntax().text_range()));
        }
        let Place::Unit(exit) = place else {
            return Err(Refusal::NotHere);
        };
        let (ending, indent, unit) = (self.ending, self.indent, body.unit);
        Ok(part.text(&format!(
            "{{{ending}{indent}{unit}{exit};{ending}{indent}}}"
        )))
    }

    fn opposite(
        &self,
        condition: &ast::Expr,
        body: &MovedOut<'_>,
        guard: &mut GuardClause<'a>,
    ) -> Result<Rewrite<'a>, Refusal> {
        if contains_let(condition) {
            return Err(Refusal::because(
                Hazard::Negation,
                "A condition with `let` can't be negated.",
            ));
        }
        let opposite = negated(condition)?;
        guard.is_awkward |= opposite.is_awkward;
        if opposite.ground == Ground::Likely {
            guard.check = Some("the type");
        }
        let moved = moving_out::moved_text(
            &opposite.text,
            self.context.edition,
            body.outer_indent,
            self.indent,
        );
        let text = moved.ok_or_else(moving_out::odd_indentation)?;
        // rustfmt puts the brace after a multi-line condition on its own line, unless the condition's last line is a bracket.
        let before_brace = space_before(condition.syntax());
        let part = Rewrite::part(self.text).text("if ");
        let part = part.negate(condition.syntax().text_range(), &opposite, &text);
        Ok(if before_brace.contains('\n') && text.contains('\n') {
            part.text(&format!("{}{}", self.ending, self.indent))
        } else {
            part.text(" ")
        })
    }

    fn pattern(
        &self,
        matched: &ast::LetExpr,
        guard: &mut GuardClause<'a>,
    ) -> Result<Rewrite<'a>, Refusal> {
        if !self.context.allows_let_else() {
            return Err(Refusal::because(
                Hazard::Edition,
                "The pattern would need `let … else`, but the package may be built with an older Rust version.",
            ));
        }
        let pattern = matched.pat().ok_or(Refusal::NotHere)?;
        let value = matched.expr().ok_or(Refusal::NotHere)?;
        if matches!(pattern, ast::Pat::OrPat(_) | ast::Pat::IdentPat(_)) {
            return Err(Refusal::because(
                Hazard::Negation,
                "The pattern isn't allowed before `else` as it is.",
            ));
        }
        guard.is_awkward |= !reads_well(&pattern, &value);
        if !temporaries::leaves_nothing(&pattern, &value) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Temporaries of the matched value might be dropped too early in a `let … else`.",
            ));
        }
        let (left, right) = (pattern.syntax().text_range(), value.syntax().text_range());
        let part = Rewrite::part(self.text).text("let ").keep(left);
        let part = part.text(" = ").keep(right);
        if part.written().contains('\n') {
            return Err(too_long());
        }
        let drops_earlier = self.drops_earlier(&pattern, &value);
        if drops_earlier && FileNames::around(&value).has_drop() {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "An unmatched value would be dropped earlier, which a `Drop` in the file makes observable.",
            ));
        }
        if drops_earlier {
            guard.check = Some(DROPS);
        }
        Ok(part)
    }

    /// Before edition 2024, an `if let` at the end of a body drops unmatched values after the `else` and the body's variables.
    /// A `let … else` drops them before.
    fn drops_earlier(&self, pattern: &ast::Pat, value: &ast::Expr) -> bool {
        let is_quiet = if self.context.edition.at_least_2024() {
            temporaries::is_of_std(pattern)
        } else {
            temporaries::is_of_std(pattern) && temporaries::takes_whole_some(pattern)
        };
        !temporaries::is_place(value) && !is_quiet
    }

    /// The nested `if` at the end of the body, if it becomes a guard too.
    fn inner(&self, then: &ast::BlockExpr, place: &Place) -> Option<ast::IfExpr> {
        let Place::Unit(_) = place else {
            return None;
        };
        let Some(ast::Expr::IfExpr(inner)) = then.tail_expr() else {
            return None;
        };
        let body = inner.then_branch()?;
        let condition = inner.condition()?;
        let before = then.statements().last();
        // Two checks in a row belong together, and a guard would separate them.
        let is_second = matches!(before, Some(ast::Stmt::ExprStmt(it))
            if it.expr().is_some_and(|it| is_if_without_else(&it)));
        let is_plain = inner.else_token().is_none()
            && !is_second
            && !condition.syntax().text().contains_char('\n')
            && !is_short_exit(&body)
            && worth::is_rest(&inner, then, worth::LARGE_SHARE_INSIDE);
        let is_long = lines_between_braces(&body) > LONG_BODY;
        (is_plain && is_long && has_no_items(then) && !self.text.is_empty()).then_some(inner)
    }

    fn render_around(
        &self,
        inner: &ast::IfExpr,
        body: &MovedOut<'_>,
        place: &Place,
        mut guard: GuardClause<'a>,
    ) -> Result<GuardClause<'a>, Refusal> {
        let at = inner.syntax().text_range();
        let ahead = body.before(at.start(), self.indent)?;
        let before = TextRange::new(body.inside.start(), at.start());
        guard.rewrite = guard.rewrite.keep_as(before, &ahead);
        let mut guard = self.render(inner, place, guard)?;
        let behind = body.after(at.end(), self.indent)?;
        check_joint(guard.rewrite.written(), &behind)?;
        let after = TextRange::new(at.end(), body.inside.end());
        guard.rewrite = guard.rewrite.keep_as(after, &behind);
        Ok(guard)
    }

    fn render_body(
        &self,
        then: &ast::BlockExpr,
        body: &MovedOut<'_>,
        place: &Place,
        mut guard: GuardClause<'a>,
    ) -> Result<GuardClause<'a>, Refusal> {
        let tail = then.tail_expr();
        let text = match (place, &tail) {
            (Place::Unit(_), Some(tail)) if moving_out::wants_semicolon(tail, self.context)? => {
                if moving_out::semicolon_reorders_drops(then, tail, self.context)? {
                    guard.check = Some(DROPS);
                }
                // A `;` after a brace looks like a slip.
                guard.is_awkward |= is_block_like(tail);
                body.with_semicolon(tail, self.indent)?
            }
            (Place::Value, Some(tail)) if !moving_out::is_free_tail(tail, self.context) => {
                return Err(Refusal::because(
                    Hazard::TailTemporaries,
                    "One level further out, temporaries of the last expression might be dropped too early.",
                ));
            }
            _ => body.whole(self.indent)?,
        };
        guard.rewrite = guard.rewrite.keep_as(body.inside, &text);
        Ok(guard)
    }
}

/// A comment after a removed closing brace would attach to the last line inside.
pub fn check_joint(inside: &str, behind: &str) -> Result<(), Refusal> {
    let last = inside.lines().next_back().unwrap_or_default();
    let rest = behind.lines().next().unwrap_or_default().trim();
    let is_comment = rest.starts_with("//") || rest.starts_with("/*");
    if is_comment || last.contains("//") && !rest.is_empty() {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment after the closing brace would have no place.",
        ));
    }
    Ok(())
}

/// Checks the syntax of the `if`, regardless of its meaning.
fn check_surface(choice: &ast::IfExpr, then: &ast::BlockExpr) -> Result<(), Refusal> {
    if choice.attrs().next().is_some() || then.attrs().next().is_some() {
        return Err(Refusal::because(
            Hazard::Text,
            "The `if` has an attribute, which would be lost.",
        ));
    }
    if has_comment_outside_blocks(choice) {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment next to the condition would be lost.",
        ));
    }
    if !has_no_items(then) {
        return Err(Refusal::because(
            Hazard::Hoisting,
            "Items declared in the block would be visible to the code before it.",
        ));
    }
    Ok(())
}

/// Whether the `if` has a comment outside of its blocks.
pub fn has_comment_outside_blocks(choice: &ast::IfExpr) -> bool {
    let own = choice.syntax().children_with_tokens();
    let mut own = own.filter(|element| element.kind() == SyntaxKind::COMMENT);
    let condition = choice.condition();
    own.next().is_some() || condition.is_some_and(|it| layout::has_comment(it.syntax()))
}

/// Whether the block declares no item that would become visible further out.
pub fn has_no_items(block: &ast::BlockExpr) -> bool {
    let is_block = matches!(block.modifier(), None | Some(BlockModifier::Label(_)));
    is_block
        && !moving_out::has_macro_that_may_make_items(block)
        && !block.statements().any(|statement| match statement {
            ast::Stmt::Item(ast::Item::MacroCall(_)) => false,
            ast::Stmt::Item(_) => true,
            _ => false,
        })
}

fn space_before(condition: &SyntaxNode) -> String {
    let next = condition.next_sibling_or_token();
    next.filter(|next| next.kind() == SyntaxKind::WHITESPACE)
        .map(|space| space.to_string())
        .unwrap_or_default()
}

fn too_long() -> Refusal {
    Refusal::because(
        Hazard::Text,
        "The guard would not fit on one line, and its layout can't be predicted.",
    )
}
