//! The body of the new function: the selection, with its exits and mentions rewritten.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, T,
    ast::{self, HasAttrs, HasName},
};

use super::{
    NotExtracted, Passing,
    exits::{Jump, Leave, Role, Several, is_arm, wrapped},
    heading::THIS,
    outcome::Outcome,
    writing::Writer,
};
use crate::{
    syntax::{
        Refusal,
        flow::without_semicolon,
        layout,
        moving_out::{moved_text, odd_indentation},
    },
    text::{Edit, Edits, TextRange},
};

/// Placeholder for a value while the code around it is determined.
const HOLE: &str = "\u{0}";
/// The name for a value that has none.
pub(super) const VALUE_NAME: &str = "value";

impl Writer<'_> {
    pub(super) fn body(
        &self,
        passing: &Passing,
        result: &Outcome<'_>,
    ) -> Result<String, NotExtracted> {
        let range = self.selection.range;
        let last = Last::of(self, result);
        // Edits around a value come before edits inside.
        let mut edits = self.jumps(result, &last);
        let end = self.end(passing, result, &last, &mut edits);
        for (capture, way) in passing.captured(self.selection) {
            edits.extend(capture.mentions.iter().filter_map(|it| way.edit(it)));
        }
        for field in &self.selection.fields {
            let Some(way) = passing.of_field(field) else {
                continue;
            };
            let idle = field.idle_statements(way);
            let idle: Vec<TextRange> = idle.filter(|it| range.contains_range(*it)).collect();
            let is_idle = |it: &Edit| idle.iter().any(|idle| idle.contains_range(it.delete));
            edits.extend(field.edits(way).filter(|it| !is_idle(it)));
            edits.extend(idle.iter().map(|it| Edit::delete(*it)));
        }
        if let Some((name, _)) = &self.home.implementor {
            let nodes = self.selection.statements.iter();
            let words = nodes.flat_map(super::selection::tokens);
            let words = words.filter(|it| it.kind() == SyntaxKind::SELF_TYPE_KW);
            edits.extend(words.map(|it| Edit::replace(it.text_range(), name.as_str())));
        }
        if self.home.this.is_some() {
            let receivers = self.selection.receivers.iter();
            edits.extend(receivers.map(|it| Edit::replace(it.text_range(), THIS)));
        }
        let edits = edits.into_iter().map(|mut edit| {
            edit.delete -= range.start();
            edit
        });
        let code = self.source.slice(range);
        let edits = Edits::new(edits.collect()).ok();
        let code = edits.and_then(|edits| edits.apply(code));
        let code = code.ok_or(NotExtracted::new("The edits overlap."))?;
        let edition = self.source.context.edition;
        let moved = moved_text(&code, edition, self.indent, self.inner);
        let moved = moved.ok_or_else(|| {
            NotExtracted(match odd_indentation() {
                Refusal::Because { why, .. } => why.into(),
                Refusal::NotHere => "".into(),
            })
        })?;
        let mut body = [self.newline, self.inner, moved.trim_end()].concat();
        if !end.is_empty() {
            body.extend([self.newline, self.inner, &end]);
        }
        Ok(body)
    }

    /// Returns the code for the last line, unless an edit of the existing code is enough.
    fn end(
        &self,
        passing: &Passing,
        result: &Outcome<'_>,
        last: &Last,
        edits: &mut Vec<Edit>,
    ) -> String {
        if last.is_result {
            edits.extend(self.statement_end(result));
            return String::new();
        }
        let value = self.selection.value.as_ref();
        if !result.has_value {
            edits.extend(self.statement_end(result));
        }
        if let Some(value) = value.filter(|_| result.has_value) {
            let at = value.syntax().text_range();
            let tried = ast::TryExpr::cast(value.syntax().clone());
            let sign = tried.and_then(|it| it.question_mark_token());
            let is_handed_on = result.leave == &Leave::Never && !result.is_trap;
            if let Some(sign) =
                sign.filter(|_| result.layer.is_some() && is_handed_on && !passing.keeps_try)
            {
                edits.push(Edit::delete(sign.text_range()));
                return String::new();
            }
            if passing.names_result {
                edits.push(Edit::insert(at.start(), format!("let {VALUE_NAME} = ")));
                edits.push(Edit::insert(at.end(), ";"));
                return result.of_end(VALUE_NAME);
            }
            let around = result.of_end(HOLE);
            edits.extend(placed(&around, at, at));
            return String::new();
        }
        let names: Vec<&str> = result.outputs.iter().map(|it| it.name.as_str()).collect();
        let direct = self.direct_value(&names);
        let direct = direct.filter(|_| !result.is_trap && !passing.names_result);
        if let Some(direct) = direct.and_then(|it| direct_edits(&it, passing, result)) {
            edits.extend(direct);
            return String::new();
        }
        let value = match &*names {
            [] => String::new(),
            [one] => (*one).to_owned(),
            several => format!("({})", several.join(", ")),
        };
        let value = result.of_end(&value);
        let code_end = self.selection.code_end;
        let code = TextRange::new(self.selection.range.start(), code_end);
        if !value.is_empty() && !self.source.slice(code).ends_with([';', '}']) {
            edits.push(Edit::insert(code_end, ";"));
        }
        value
    }

    /// The `;` at the end of a function without a result.
    fn statement_end(&self, result: &Outcome<'_>) -> Option<Edit> {
        let value = self.selection.value.as_ref()?;
        let is_call = matches!(
            value,
            ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_) | ast::Expr::AwaitExpr(_)
        );
        let is_unit = result.written.is_none() && !self.selection.is_expression;
        let is_unit = is_unit || (result.layer.is_some() && result.is_unit());
        (is_call && is_unit).then(|| Edit::insert(value.syntax().text_range().end(), ";"))
    }

    /// The `let x = ` and `;` of the last statement, if only its value is needed.
    fn direct_value(&self, names: &[&str]) -> Option<Direct> {
        let [name] = names else {
            return None;
        };
        let last = ast::LetStmt::cast(self.selection.statements.last()?.clone())?;
        let Some(ast::Pat::IdentPat(pattern)) = last.pat() else {
            return None;
        };
        let is_it = pattern.name()?.text() == *name
            && last.let_else().is_none()
            && last.attrs().next().is_none();
        let initializer = last.initializer()?;
        let value = initializer.syntax().text_range();
        let start = last.let_token()?.text_range().start();
        let lead = self.source.slice(TextRange::new(start, value.start()));
        let end = last.semicolon_token()?.text_range();
        let is_plain = !lead.contains(['/', '#']) && end.start() == value.end();
        (is_it && is_plain).then(|| Direct {
            head: TextRange::new(start, value.start()),
            value: initializer,
            semicolon: end,
        })
    }

    fn jumps(&self, result: &Outcome<'_>, last: &Last) -> Vec<Edit> {
        let mut edits: Vec<Edit> = last.semicolons.iter().map(|it| Edit::delete(*it)).collect();
        if matches!(result.leave, Leave::Whole { .. }) {
            for jump in &last.jumps {
                let value = jump.children().find_map(ast::Expr::cast);
                edits.extend(match value {
                    Some(value) => placed(HOLE, jump.text_range(), value.syntax().text_range()),
                    None => vec![self.without(jump)],
                });
            }
            return edits;
        }
        for jump in &self.selection.exits.jumps {
            if let Some(tried) = tried(jump, result) {
                edits.extend(tried);
                continue;
            }
            let is_last = last.jumps.contains(&jump.node);
            let (around, value) = told(jump, result);
            let range = jump.node.text_range();
            let around = match (is_last, &*around) {
                (true, "") => {
                    edits.push(self.without(&jump.node));
                    continue;
                }
                (true, around) => around.to_owned(),
                (false, "") => "return".to_owned(),
                (false, around) => format!("return {around}"),
            };
            match value {
                Some(value) => edits.extend(placed(&around, range, value)),
                None => edits.push(Edit::replace(range, around)),
            }
        }
        edits
    }

    /// Removes a jump without effect.
    fn without(&self, jump: &SyntaxNode) -> Edit {
        if is_arm(jump) {
            return Edit::replace(jump.text_range(), "{}");
        }
        let whole = jump
            .parent()
            .filter(|it| it.kind() == SyntaxKind::EXPR_STMT);
        let whole = whole.unwrap_or_else(|| jump.clone());
        let space = whole.first_token().and_then(|it| it.prev_token());
        let space = space.filter(|it| {
            it.kind() == SyntaxKind::WHITESPACE
                && self.selection.range.start() < it.text_range().start()
        });
        let range = whole.text_range();
        Edit::delete(space.map_or(range, |it| range.cover(it.text_range())))
    }
}

/// A last statement of which only the value is needed.
struct Direct {
    /// `let x = `
    head: TextRange,
    value: ast::Expr,
    semicolon: TextRange,
}

/// Replaces the statement by its value, or returns `None` if that would be less readable than a variable.
fn direct_edits(direct: &Direct, passing: &Passing, result: &Outcome<'_>) -> Option<Vec<Edit>> {
    let value = direct.value.syntax().text_range();
    let tried = match &direct.value {
        ast::Expr::TryExpr(tried) => tried.question_mark_token(),
        _ => None,
    };
    let is_handed_on = result.leave == &Leave::Never;
    let mut edits = vec![Edit::delete(direct.head), Edit::delete(direct.semicolon)];
    match (result.layer, tried) {
        (None, _) if is_handed_on => {}
        (Some(_), Some(sign)) if is_handed_on => {
            if passing.keeps_try {
                return None;
            }
            edits.push(Edit::delete(sign.text_range()));
        }
        _ if direct.value.syntax().text().contains_char('\n') => return None,
        _ => edits.extend(placed(&result.of_end(HOLE), value, value)),
    }
    Some(edits)
}

/// Rewrites `let Some(x) = a else { … };` as `let x = a?;` if the block only returns the new function's `None`.
fn tried(jump: &Jump, result: &Outcome<'_>) -> Option<Vec<Edit>> {
    let gives_none = matches!(result.leave, Leave::Told { .. })
        && !result.is_unit()
        && result.layer.is_none()
        && !result.is_trap;
    if !gives_none || jump.role == Role::End {
        return None;
    }
    let statement = jump.node.ancestors().find_map(ast::LetStmt::cast)?;
    let block = statement.let_else()?.block_expr()?;
    let only = block.stmt_list()?.syntax().children().next()?;
    let is_alone = without_semicolon(only.clone()) == jump.node
        && only.next_sibling().is_none()
        && !layout::has_comment(statement.syntax())
        && statement.ty().is_none();
    let Some(ast::Pat::TupleStructPat(pattern)) = statement.pat() else {
        return None;
    };
    let mut inside = pattern.fields();
    let (inner, None) = (inside.next()?, inside.next()) else {
        return None;
    };
    let is_some = pattern.path()?.syntax().text() == "Some" && takes_all(&inner);
    let value = statement.initializer()?;
    if !is_alone || !is_some || !is_postfix(&value) {
        return None;
    }
    let (whole, inner) = (pattern.syntax().text_range(), inner.syntax().text_range());
    let end = statement.semicolon_token()?.text_range().start();
    let mut edits = placed(HOLE, whole, inner);
    let behind = TextRange::new(value.syntax().text_range().end(), end);
    edits.push(Edit::replace(behind, "?"));
    Some(edits)
}

/// Whether a pattern is irrefutable.
fn takes_all(pattern: &ast::Pat) -> bool {
    match pattern {
        ast::Pat::WildcardPat(_) => true,
        ast::Pat::IdentPat(name) => {
            let text = name.syntax().text().to_string();
            name.pat().is_none() && !text.starts_with(char::is_uppercase)
        }
        ast::Pat::TuplePat(tuple) => tuple.fields().all(|it| takes_all(&it)),
        _ => false,
    }
}

/// Whether a `?` can follow an expression without parentheses.
fn is_postfix(expr: &ast::Expr) -> bool {
    matches!(
        expr,
        ast::Expr::PathExpr(_)
            | ast::Expr::CallExpr(_)
            | ast::Expr::MethodCallExpr(_)
            | ast::Expr::FieldExpr(_)
            | ast::Expr::IndexExpr(_)
            | ast::Expr::ParenExpr(_)
            | ast::Expr::TryExpr(_)
            | ast::Expr::AwaitExpr(_)
            | ast::Expr::MacroExpr(_)
    )
}

/// The replacement of a jump: the code around its value, and the value's range.
fn told(jump: &Jump, result: &Outcome<'_>) -> (String, Option<TextRange>) {
    let carried = match (jump.role, result.leave.carried()) {
        (Role::End, _) => return (result.of_end(""), None),
        (Role::Carried, Some(carried)) => carried,
        _ => return (result.of_jump(jump.role, None), None),
    };
    let inner = jump.value.as_ref().and_then(wrapped);
    let value = inner
        .filter(|_| carried.wrapper.is_some())
        .or_else(|| jump.value.clone());
    let value = value.map(|it| it.syntax().text_range());
    (result.of_jump(jump.role, Some(HOLE)), value)
}

/// Replaces the code around a value.
fn placed(around: &str, whole: TextRange, value: TextRange) -> Vec<Edit> {
    let (before, behind) = around.split_once(HOLE).unwrap_or((around, ""));
    let edits = [
        Edit::replace(TextRange::new(whole.start(), value.start()), before),
        Edit::replace(TextRange::new(value.end(), whole.end()), behind),
    ];
    let is_any = |it: &Edit| !it.delete.is_empty() || !it.insert.is_empty();
    edits.into_iter().filter(is_any).collect()
}

/// Jumps in tail position of the new function, which need no `return`.
#[derive(Default)]
struct Last {
    jumps: Vec<SyntaxNode>,
    /// Semicolons that would discard a value.
    semicolons: Vec<TextRange>,
    /// Whether the jumps are the function's only result.
    is_result: bool,
}

impl Last {
    fn of(writer: &Writer<'_>, result: &Outcome<'_>) -> Self {
        let is_result = match result.leave {
            Leave::Whole { .. } => true,
            Leave::Told { is_certain, .. }
            | Leave::Carries { is_certain, .. }
            | Leave::Several(Several { is_certain, .. }) => *is_certain,
            Leave::Never => false,
        };
        let is_nothing = !is_result && result.of_end("").is_empty() && result.is_unit();
        let mut last = Self {
            is_result,
            ..Self::default()
        };
        let statement = writer.selection.statements.last();
        // The end of the old function ends the new one unchanged.
        let is_same = matches!(result.leave, Leave::Whole { is_tail: true });
        let is_looked_at = (is_result || is_nothing) && !is_same;
        if let Some(statement) = statement.filter(|_| is_looked_at) {
            last.look_at(statement);
        }
        if result.written.is_none() {
            last.semicolons.clear();
        }
        last
    }

    fn look_at(&mut self, statement: &SyntaxNode) {
        let inside = without_semicolon(statement.clone());
        let before = self.jumps.len();
        if let Some(expr) = ast::Expr::cast(inside.clone()) {
            self.look_into(&expr);
        }
        let semicolon = statement
            .last_token()
            .filter(|it| inside != *statement && it.kind() == T![;]);
        if before < self.jumps.len() {
            self.semicolons.extend(semicolon.map(|it| it.text_range()));
        }
    }

    fn look_into(&mut self, expr: &ast::Expr) {
        match expr {
            ast::Expr::ReturnExpr(_) | ast::Expr::BreakExpr(_) | ast::Expr::ContinueExpr(_) => {
                self.jumps.push(expr.syntax().clone());
            }
            ast::Expr::BlockExpr(block)
                if block.modifier().is_none() && block.label().is_none() =>
            {
                self.look_at_end_of(block);
            }
            ast::Expr::IfExpr(choice) => {
                choice
                    .then_branch()
                    .iter()
                    .for_each(|it| self.look_at_end_of(it));
                match choice.else_branch() {
                    Some(ast::ElseBranch::Block(block)) => self.look_at_end_of(&block),
                    Some(ast::ElseBranch::IfExpr(next)) => {
                        self.look_into(&ast::Expr::IfExpr(next));
                    }
                    None => {}
                }
            }
            ast::Expr::MatchExpr(choice) => {
                let arms = choice.match_arm_list().into_iter();
                let arms = arms.flat_map(|it| it.arms());
                arms.filter_map(|arm| arm.expr())
                    .for_each(|it| self.look_into(&it));
            }
            _ => {}
        }
    }

    fn look_at_end_of(&mut self, block: &ast::BlockExpr) {
        let last = block.stmt_list().and_then(|it| it.syntax().last_child());
        if let Some(last) = last {
            self.look_at(&last);
        }
    }
}
