//! Turns a `match` or `if let` that either gives a value or leaves into a `let … else`.
//!
//! ## Why
//!
//! `let Some(user) = session.user() else { return };` says in one line what is expected, and what happens otherwise. The longer
//! form names the value three times before it says as much.
//!
//! ## Example
//!
//! ```rust before
//! fn f(names: &[String]) -> usize {
//!     let $0first = match names.first() {
//!         Some(name) => name,
//!         // There is nothing to count.
//!         None => return 0,
//!     };
//!     first.len()
//! }
//! ```
//!
//! ```rust after
//! fn f(names: &[String]) -> usize {
//!     let Some(first) = names.first() else {
//!         // There is nothing to count.
//!         return 0;
//!     };
//!     first.len()
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! A way out that uses what its pattern binds, as `Err(e) => return Err(e)` does; guards; arms with attributes; a pattern that
//! may match everything; a `let` with a type or with `mut`; packages that promise to build with Rust before 1.65.
//!
//! A value that borrows from a temporary, as `&*mutex.lock()` does: a `let` would keep the lock to the end of the block.
//!
//! A `let … else` drops the temporaries of its value before the `else`, a `match` behind it. Where somebody could tell, a person
//! has to look at the change.

use ra_ap_syntax::{AstNode, ast};

use super::{
    Applicability, Change, Context, Declared, Delta, Hazard, Kind, Refactoring, Refusal, Target,
    audit::Also, find,
};
use crate::{
    shapes::let_else::{LetElse, Renamed},
    syntax::{
        LineWidth,
        layout::{self, width},
    },
    text::{Edit, Edits, Steps, TextRange},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "let-else",
    kind: Kind::Rewrite,
    declares: Delta {
        adds: &["else"],
        drops: &["if", "let", "match"],
        also: &[Also::DropsPattern, Also::DropsEqualCopies],
    },
    derive,
};

fn derive(context: &Context<'_>, target: Target<'_>) -> Result<Change, Refusal> {
    let statement = statement_at(context, target).ok_or(Refusal::NotHere)?;
    let shape = LetElse::of(&statement, context.source.context)?;
    let edits = Writer::new(context, &shape).edits().ok_or_else(|| {
        Refusal::because(
            Hazard::Text,
            "The lines are not laid out in a way that the new form could take over.",
        )
    })?;
    let (applicability, drops) = if shape.drops_alike {
        (
            Applicability::Safe,
            "nobody can tell when temporaries are dropped",
        )
    } else {
        (
            Applicability::NeedsCheck,
            "temporaries are dropped before the way out",
        )
    };
    Ok(Change {
        title: "Use `let … else`".to_owned(),
        target: statement.syntax().text_range(),
        steps: Steps::of_one(edits),
        read: Vec::new(),
        applicability,
        declared: declared(context, &shape),
        checked: vec![
            "the pattern binds what the value was",
            "the way out uses no binding",
            drops,
        ],
    })
}

/// The `let` whose first line, or whose `match` or `if`, is at the target.
fn statement_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::LetStmt> {
    let at = find::token_at(context, target)?.text_range();
    let statement = find::around::<ast::LetStmt>(context, target).next()?;
    let head_end = match statement.initializer()? {
        ast::Expr::MatchExpr(choice) => choice.match_arm_list()?.syntax().text_range().start(),
        ast::Expr::IfExpr(choice) => choice.then_branch()?.syntax().text_range().start(),
        _ => return None,
    };
    let start = statement.syntax().text_range().start();
    TextRange::new(start, head_end)
        .contains_inclusive(at.start())
        .then_some(statement)
}

fn declared(context: &Context<'_>, shape: &LetElse) -> Declared {
    let mut declared = Declared::nothing(context.source.context.edition);
    if let Some(ast::Expr::MatchExpr(_)) = shape.statement.initializer() {
        declared.drop("match");
        declared.add("else");
    } else {
        declared.drop("if let");
    }
    let mut drop = |node: &dyn Fn() -> String| declared.drop(&node());
    if let Some(pattern) = shape.statement.pat() {
        drop(&|| pattern.syntax().text().to_string());
    }
    drop(&|| shape.repeated.syntax().text().to_string());
    for pattern in &shape.other_patterns {
        drop(&|| pattern.syntax().text().to_string());
    }
    for body in &shape.equal_arms {
        drop(&|| body.syntax().text().to_string());
    }
    for renamed in &shape.renamed {
        if !renamed.is_field {
            declared.drop(&renamed.from);
        }
        declared.add(&renamed.to);
    }
    declared
}

struct Writer<'a> {
    context: &'a Context<'a>,
    shape: &'a LetElse,
    line_ending: &'static str,
    indent: &'a str,
    deeper: String,
}

impl<'a> Writer<'a> {
    fn new(context: &'a Context<'a>, shape: &'a LetElse) -> Self {
        let text = &*context.source.text;
        let start = shape.statement.syntax().text_range().start();
        let indent = layout::indentation(text, start);
        Self {
            context,
            shape,
            line_ending: layout::first_line_ending(text),
            indent,
            deeper: format!("{indent}{}", layout::indent_unit(text)),
        }
    }

    fn edits(&self) -> Option<Edits> {
        let statement = &self.shape.statement;
        let start = statement.pat()?.syntax().text_range().start();
        let end = statement.initializer()?.syntax().text_range().end();
        let mut edits = vec![Edit::replace(TextRange::new(start, end), self.body()?)];
        if !self.shape.comments.is_empty() {
            let lines = self.shape.comments.iter().map(|comment| {
                let text = comment.text().trim_end();
                format!("{text}{}{}", self.line_ending, self.indent)
            });
            let above: String = lines.collect();
            edits.push(Edit::insert(statement.syntax().text_range().start(), above));
        }
        Edits::new(edits).ok()
    }

    /// What stands between `let` and `;`.
    fn body(&self) -> Option<String> {
        let head = self.head()?;
        if let Some(short) = self.on_one_line(&head) {
            return Some(short);
        }
        let otherwise = self.otherwise()?;
        if self.would_be_joined(&otherwise) {
            return None;
        }
        let before_else = self.before_else(&head);
        Some(format!("{head}{before_else}else {otherwise}"))
    }

    fn head(&self) -> Option<String> {
        let pattern = self.pattern()?;
        let scrutinee = self.scrutinee()?;
        let head = format!("{pattern} = {scrutinee}");
        if self.is_too_wide(&pattern, &scrutinee) {
            return (!pattern.contains('\n'))
                .then(|| format!("{pattern} ={}{}{scrutinee}", self.line_ending, self.deeper));
        }
        (!self.fits_below(&scrutinee)).then_some(head)
    }

    fn longest(&self) -> LineWidth {
        self.context.source.context.width
    }

    /// Whether the value doesn't fit behind the last line of the pattern.
    fn is_too_wide(&self, pattern: &str, scrutinee: &str) -> bool {
        let first = scrutinee.lines().next().unwrap_or_default();
        let before = match pattern.rsplit_once('\n') {
            Some((_, last)) => width(last),
            None => width(self.indent) + width("let ") + width(pattern),
        };
        before + width(" = ") + width(first) > self.longest().max()
    }

    /// Whether the arguments of a call on several lines would have one line for them all below the pattern: then rustfmt
    /// would rather break there.
    fn fits_below(&self, scrutinee: &str) -> bool {
        const WIDEST_ARGUMENTS: usize = 60;
        let joined = layout::on_one_line(scrutinee);
        let is_call = scrutinee
            .lines()
            .next()
            .is_some_and(|first| first.trim_end().ends_with('('));
        let arguments = joined
            .split_once('(')
            .map_or("", |(_, arguments)| arguments);
        is_call
            && scrutinee.contains('\n')
            && width(arguments) <= self.longest().share(WIDEST_ARGUMENTS)
            && width(&self.deeper) + width(&joined) <= self.longest().max()
    }

    fn pattern(&self) -> Option<String> {
        let range = self.shape.pattern.syntax().text_range();
        let text = renamed(self.context, range, &self.shape.renamed);
        let text = self.moved_text(&text, range)?;
        let is_longer = self.shape.renamed.iter().any(|name| name.is_field);
        if is_longer && text.split('{').skip(1).any(are_wide_fields) {
            return None;
        }
        if matches!(self.shape.pattern, ast::Pat::OrPat(_)) {
            return Some(format!("({text})"));
        }
        Some(text)
    }

    fn scrutinee(&self) -> Option<String> {
        let range = self.shape.scrutinee.syntax().text_range();
        let text = self.moved(range, self.indent)?;
        // A brace in front of `else` would be taken for the end of the value.
        if text.ends_with('}') {
            return (!text.contains('\n')).then(|| format!("({text})"));
        }
        Some(text)
    }

    /// The code in `range` with the indentation of the line that it begins on made `to`.
    fn moved(&self, range: TextRange, to: &str) -> Option<String> {
        let text = &*self.context.source.text;
        let from = layout::indentation(text, range.start());
        let edition = self.context.source.context.edition;
        layout::moved(text, range, edition, from, to)
    }

    /// The same for code that was at `range`.
    fn moved_text(&self, code: &str, range: TextRange) -> Option<String> {
        let from = layout::indentation(&self.context.source.text, range.start());
        let edition = self.context.source.context.edition;
        let whole = TextRange::up_to(crate::text::len(code));
        layout::moved(code, whole, edition, from, self.indent)
    }

    fn on_one_line(&self, head: &str) -> Option<String> {
        let value = self.lone_value()?;
        let line = format!("{head} else {{ {value} }}");
        let whole = format!("let {line};");
        layout::is_short_let_else(&whole, self.longest(), self.indent).then_some(line)
    }

    /// The way out, if it is one expression on one line and nothing is said about it.
    fn lone_value(&self) -> Option<&str> {
        if !self.shape.comments_otherwise.is_empty() {
            return None;
        }
        let value = match &self.shape.otherwise {
            ast::Expr::BlockExpr(block) => {
                let has_more = block.statements().next().is_some()
                    || block.modifier().is_some()
                    || layout::has_comment(block.syntax());
                if has_more {
                    return None;
                }
                block.tail_expr()?
            }
            value => value.clone(),
        };
        let text = self.context.source.slice(value.syntax().text_range());
        (!text.contains('\n')).then_some(text)
    }

    /// Whether lines of the way out fit together since they are indented less than in their arm.
    fn would_be_joined(&self, otherwise: &str) -> bool {
        let text = &*self.context.source.text;
        let start = self.shape.otherwise.syntax().text_range().start();
        let from = width(layout::indentation(text, start));
        let gained = from.saturating_sub(width(self.indent));
        let context = self.context.source.context;
        gained > 0 && layout::may_be_joined(otherwise, context, self.indent, gained)
    }

    /// The way out as a block on several lines.
    fn otherwise(&self) -> Option<String> {
        let (line_ending, deeper) = (self.line_ending, &self.deeper);
        let comments = self.shape.comments_otherwise.iter().map(|comment| {
            let text = comment.text().trim_end();
            format!("{line_ending}{deeper}{text}")
        });
        let comments: String = comments.collect();
        let range = self.shape.otherwise.syntax().text_range();
        if let ast::Expr::BlockExpr(block) = &self.shape.otherwise
            && block.modifier().is_none()
        {
            let block = self.closed(block, range)?;
            let inside = block.strip_prefix('{')?;
            return Some(format!("{{{comments}{inside}"));
        }
        let value = self.moved(range, deeper)?;
        let semicolon = if is_jump(&self.shape.otherwise) {
            ";"
        } else {
            ""
        };
        Some(format!(
            "{{{comments}{line_ending}{deeper}{value}{semicolon}{line_ending}{}}}",
            self.indent
        ))
    }

    /// The block, with a `;` behind a jump at its end: rustfmt lets the block of an arm do without.
    fn closed(&self, block: &ast::BlockExpr, range: TextRange) -> Option<String> {
        let Some(tail) = block.tail_expr().filter(is_jump) else {
            return self.moved(range, self.indent);
        };
        let end = tail.syntax().text_range().end();
        let head = self
            .context
            .source
            .slice(TextRange::new(range.start(), end));
        let rest = self.context.source.slice(TextRange::new(end, range.end()));
        self.moved_text(&format!("{head};{rest}"), range)
    }

    /// rustfmt keeps the `else` on the line of the value if there is room, or if the value's last line only closes it.
    fn before_else(&self, head: &str) -> String {
        let own_line = format!("{}{}", self.line_ending, self.indent);
        let Some((_, last)) = head.rsplit_once('\n') else {
            let line = width(self.indent) + width("let ") + width(head) + width(" else {");
            return if line < self.longest().max() {
                " ".to_owned()
            } else {
                own_line
            };
        };
        let closes = last.ends_with([')', ']', '}'])
            && last
                .strip_prefix(self.indent)
                .is_some_and(|rest| !rest.starts_with([' ', '\t']));
        let has_plain_pattern = !self.shape.pattern.syntax().text().contains_char('\n');
        if closes && has_plain_pattern {
            " ".to_owned()
        } else {
            own_line
        }
    }
}

/// Whether rustfmt gives each of the fields in front of `}` a line.
fn are_wide_fields(text: &str) -> bool {
    const WIDEST: usize = 18;
    let fields = text.split_once('}').map_or(text, |(fields, _)| fields);
    width(fields.trim()) > WIDEST
}

fn is_jump(expr: &ast::Expr) -> bool {
    matches!(
        expr,
        ast::Expr::ReturnExpr(_) | ast::Expr::BreakExpr(_) | ast::Expr::ContinueExpr(_)
    )
}

/// The code in `range` with its bindings renamed.
fn renamed(context: &Context<'_>, range: TextRange, renamed: &[Renamed]) -> String {
    let mut out = String::new();
    let mut at = range.start();
    for name in renamed {
        out.push_str(context.source.slice(TextRange::new(at, name.at.start())));
        if name.is_field {
            out.push_str(&name.from);
            out.push_str(": ");
        }
        out.push_str(&name.to);
        at = name.at.end();
    }
    out.push_str(context.source.slice(TextRange::new(at, range.end())));
    out
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{
            assert_becomes, assert_becomes_in, assert_not_here, assert_refused, assert_refused_in,
            offered,
        },
        *,
    };
    use crate::syntax::{FileContext, RustVersion, Shares};

    static LET_ELSE: Refactoring = REFACTORING;

    fn becomes(before: &str, after: &str) {
        let inside = |code: &str| {
            let lines = code.lines().map(|line| match line {
                "" => "\n".to_owned(),
                line => format!("    {line}\n"),
            });
            format!("fn f() {{\n{}}}\n", lines.collect::<String>())
        };
        assert_becomes(&LET_ELSE, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&LET_ELSE, hazard, &format!("fn f() {{ {code} }}"));
    }

    #[test]
    fn a_match_with_a_way_out() {
        becomes(
            "$0let x = match a.b() {\n    Some(x) => x,\n    None => return,\n};",
            "let Some(x) = a.b() else { return };",
        );
        becomes(
            "$0let x = match a.b() {\n    None => {\n        c();\n        continue;\n    }\n    Some(x) => x,\n};",
            "let Some(x) = a.b() else {\n    c();\n    continue;\n};",
        );
        becomes(
            "$0let x = match a_function_with_a_name(b) {\n    Ok(x) => { x }\n    _ => panic!(\"of some length\"),\n};",
            "let Ok(x) = a_function_with_a_name(b) else {\n    panic!(\"of some length\")\n};",
        );
    }

    #[test]
    fn a_jump_at_the_end_of_a_block_is_closed() {
        becomes(
            "$0let x = match a.b() {\n    Some(x) => x,\n    None => {\n        return Err(AnErrorWithAName {\n            message: a_message_of_some_length,\n        })\n    }\n};",
            "let Some(x) = a.b() else {\n    return Err(AnErrorWithAName {\n        message: a_message_of_some_length,\n    });\n};",
        );
    }

    #[test]
    fn an_if_let_with_a_way_out() {
        becomes(
            "$0let x = if let Some(x) = a.b() {\n    x\n} else {\n    return Err(\"what a pity\");\n};",
            "let Some(x) = a.b() else {\n    return Err(\"what a pity\");\n};",
        );
        becomes(
            "$0let x = if let Some(x) = a { x } else { return };",
            "let Some(x) = a else { return };",
        );
    }

    #[test]
    fn bindings_get_the_names_of_the_let() {
        becomes(
            "$0let (a, b) = match c {\n    D(e, _, b) => (e, b),\n    _ => break,\n};",
            "let D(a, _, b) = c else { break };",
        );
        becomes(
            "$0let a = match c {\n    D { e, .. } => e,\n    _ => break,\n};",
            "let D { e: a, .. } = c else { break };",
        );
        becomes(
            "$0let a = match c {\n    Some(ref e) => e,\n    None => break,\n};",
            "let Some(ref a) = c else { break };",
        );
    }

    #[test]
    fn what_rustfmt_would_lay_out_in_another_way_is_refused() {
        refused(
            Hazard::Text,
            "$0let result_id = match b {\n    D { pointer_id } => pointer_id,\n    _ => return,\n};",
        );
        refused(
            Hazard::Text,
            "$0let pointer_id = match self.a_function_with_a_name_of_some_length(\n    pointer,\n    &mut block,\n    Adjustment::None,\n)? {\n    D { pointer_id } => pointer_id,\n    _ => return,\n};",
        );
        let value = "x".repeat(74);
        refused(
            Hazard::Text,
            &format!(
                "$0let a = match b {{\n    Some(a) => a,\n    None => {{\n        c(\n            {value}, 1234567890123\n        );\n        return;\n    }}\n}};"
            ),
        );
    }

    #[test]
    fn alternatives_get_parentheses() {
        becomes(
            "$0let a = match b {\n    C(a) | D(a) => a,\n    _ => return,\n};",
            "let (C(a) | D(a)) = b else { return };",
        );
    }

    #[test]
    fn braces_and_equal_arms() {
        becomes(
            "$0let a = match (S { b }) {\n    S { b: Some(a) } => a,\n    _ => return,\n};",
            "let S { b: Some(a) } = (S { b }) else { return };",
        );
        becomes(
            "$0let a = match unsafe { b() } {\n    Some(a) => a,\n    _ => return,\n};",
            "let Some(a) = (unsafe { b() }) else { return };",
        );
        becomes(
            "$0let a = match b {\n    C(a) => a,\n    D => return,\n    E(_) => return,\n};",
            "let C(a) = b else { return };",
        );
    }

    #[test]
    fn wide_packages_have_more_on_one_line() {
        let before = "fn f() {\n    $0let value = match the_option_of_this {\n        Some(value) => value,\n        None => return,\n    };\n}\n";
        let head = "fn f() {\n    let Some(value) = the_option_of_this else {";
        let whole = |columns| LineWidth {
            columns,
            shares: Shares::Whole,
        };
        let (broken, short) = ("\n        return;\n    };\n}\n", " return };\n}\n");
        for (width, end) in [
            (LineWidth::of(80), broken),
            (LineWidth::of(100), broken),
            (LineWidth::of(120), short),
            (whole(57), short),
            (whole(56), broken),
        ] {
            let context = FileContext {
                width,
                ..FileContext::default()
            };
            assert_becomes_in(context, &LET_ELSE, before, &format!("{head}{end}"));
        }
    }

    #[test]
    fn values_on_several_lines() {
        becomes(
            "$0let a = match b(\n    \"an argument that is long enough to need a line of its own, and another\",\n    1,\n) {\n    Some(a) => a,\n    None => return,\n};",
            "let Some(a) = b(\n    \"an argument that is long enough to need a line of its own, and another\",\n    1,\n) else {\n    return;\n};",
        );
        becomes(
            "$0let a = match first_of_a_chain_of_calls\n    .a_second_call_with_a_name(2)\n    .a_third_call_with_a_name(3)\n    .fourth()\n{\n    Some(a) => a,\n    None => return,\n};",
            "let Some(a) = first_of_a_chain_of_calls\n    .a_second_call_with_a_name(2)\n    .a_third_call_with_a_name(3)\n    .fourth()\nelse {\n    return;\n};",
        );
        becomes(
            "$0let a = match a_call_with_a_long_name(1).and_another_one_with_a_long_name(2).fin(12345678) {\n    Some(a) => a,\n    None => return,\n};",
            "let Some(a) = a_call_with_a_long_name(1).and_another_one_with_a_long_name(2).fin(12345678)\nelse {\n    return;\n};",
        );
    }

    #[test]
    fn comments_stay_beside_their_arm() {
        becomes(
            "// zero\n$0let a = match b {\n    // one\n    Some(a) => a, // two\n    // three\n    None => return, // four\n    // five\n};",
            "// zero\n// one\n// two\nlet Some(a) = b else {\n    // three\n    // four\n    // five\n    return;\n};",
        );
        becomes(
            "$0let a = if let Some(a) = b {\n    // one\n    a\n} else {\n    // two\n    return;\n};",
            "// one\nlet Some(a) = b else {\n    // two\n    return;\n};",
        );
    }

    #[test]
    fn a_guard_of_a_lock_needs_a_look() {
        let level = |code: &str| {
            let text = format!("fn f() {{\n    $0let a = {code};\n}}\n");
            let offer = offered(FileContext::default(), &LET_ELSE, &text);
            offer.unwrap().change().applicability
        };
        let guarded = "match m.lock().unwrap().take() { Some(a) => a, None => { g(); return } }";
        assert_eq!(level(guarded), Applicability::NeedsCheck);
        let leaves = "match m.lock().unwrap().take() { Some(a) => a, None => return Err(X) }";
        assert_eq!(level(leaves), Applicability::Safe);
        let place = "match m.get(1) { Some(a) => a, None => { g(); return } }";
        assert_eq!(level(place), Applicability::Safe);
    }

    #[test]
    fn what_cannot_be_said_so_is_refused() {
        refused(
            Hazard::Scope,
            "$0let a = match b { Ok(a) => a, Err(e) => return Err(e) };",
        );
        refused(
            Hazard::Evaluation,
            "$0let a = match b { Some(a) if c => a, _ => return };",
        );
        refused(
            Hazard::Evaluation,
            "$0let a = match b { Some(0) | None => return, Some(a) => a };",
        );
        refused(
            Hazard::ControlFlow,
            "$0let a = match b { C(a) => a, D => return, E => break };",
        );
        refused(
            Hazard::Types,
            "$0let a: T = match b { Some(a) => a, None => return };",
        );
        refused(
            Hazard::Types,
            "$0let mut a = match b { Some(a) => a, None => return };",
        );
        refused(
            Hazard::Types,
            "$0let a = match b { Some(mut a) => a, None => return };",
        );
        refused(Hazard::Types, "$0let a = match b { a => a, _ => return };");
        refused(
            Hazard::Types,
            "$0let (a, _) = match b { C(a, d) => (a, d), _ => return };",
        );
        refused(
            Hazard::Temporaries,
            "$0let a = match &*b.lock().unwrap() { &Some(a) => a, None => return };",
        );
        refused(
            Hazard::Text,
            "$0let a = match b { #[cfg(x)] C(a) => a, _ => return };",
        );
        refused(
            Hazard::Text,
            "$0let a = match b { C(a) => /* why */ a, _ => return };",
        );
        refused(
            Hazard::Text,
            "$0let a = match /* why */ b { C(a) => a, _ => return };",
        );
        assert_refused_in(
            FileContext {
                rust_version: Some(RustVersion(64)),
                ..FileContext::default()
            },
            &LET_ELSE,
            Hazard::Edition,
            "fn f() { $0let a = match b { Some(a) => a, None => return }; }",
        );
    }

    #[test]
    fn other_matches_are_left_alone() {
        for code in [
            "$0let a = match b { Some(a) => a + 1, None => return };",
            "$0let a = match b { Some(a) => a, None => 1 };",
            "$0let a = match b { Some(a) => c, None => return };",
            "$0let a = match b { C(a) => a, D(a) => a, _ => return };",
            "$0let a = match b { C(a, c) => (c, a), _ => return };",
            "$0let a = match b { C(a) => { d(); a } _ => return };",
            "$0let a = if b { c } else { return };",
            "$0let a = if let Some(a) = b { a } else if c { return } else { d };",
            "$0let a = b;",
            "let a = match b { Some(a) => $0a, None => return };",
            "$0a = match b { Some(a) => a, None => return };",
        ] {
            assert_not_here(&LET_ELSE, &format!("fn f() {{ {code} }}"));
        }
    }
}
