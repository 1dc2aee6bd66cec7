//! What a part does, judging by what it changes: it checks, finds, skips, counts, collects, writes or sets.

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasLoopBody},
};

use super::{phrases, subjects};
use crate::{
    extraction::{Selection, exits::Leave, selection::tokens},
    syntax::{known, plurals, scopes},
};

/// Maximum number of lines of a part that is described by its changes alone.
const MOST_LINES: usize = 25;

/// A change to something that the part doesn't declare itself.
struct Deed {
    /// A variable of the function, or a field of one: `self.queue`, `seen`.
    place: String,
    /// The last segment of the changed place.
    name: String,
    how: How,
}

impl Deed {
    fn new(place: String, how: How) -> Self {
        let name = last_word(&place).to_owned();
        Self { place, name, how }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Assigned,
    Counted,
    /// An element is added to a collection.
    Filled,
    /// Text or bytes are appended.
    Written,
    /// Output for the user is written.
    Printed,
    Called,
}

/// The changes of a part to its surroundings.
pub(super) struct Deeds<'a> {
    selection: &'a Selection,
    changes: Vec<Deed>,
}

impl<'a> Deeds<'a> {
    pub(super) fn of(selection: &'a Selection) -> Self {
        let nodes = selection
            .statements
            .iter()
            .flat_map(SyntaxNode::descendants);
        let changes = nodes.filter_map(|node| change(selection, &node)).collect();
        Self { selection, changes }
    }

    /// Number of variables and fields that are changed, excluding those that are only called.
    pub(super) fn places(&self) -> usize {
        let changes = self.changes.iter();
        let set = changes.filter(|it| !matches!(it.how, How::Called | How::Printed));
        let places: BTreeSet<&str> = set.map(|it| it.place.as_str()).collect();
        places.len()
    }

    /// Whether only the variable of this name is changed.
    pub(super) fn changes_only(&self, name: &str) -> bool {
        self.changes.iter().all(|it| it.place == name)
    }

    /// Whether a statement has no early exit and changes nothing.
    pub(super) fn prepares(&self, statement: &SyntaxNode) -> bool {
        let leaves =
            |it: &SyntaxNode| matches!(it.kind(), SyntaxKind::RETURN_EXPR | SyntaxKind::TRY_EXPR);
        let mut nodes = statement.descendants();
        !nodes.any(|it| leaves(&it) || change(self.selection, &it).is_some())
    }

    /// Names it like `check_length`, if all early exits are errors and nothing is changed.
    pub(super) fn check(&self) -> Option<String> {
        let selection = self.selection;
        let gives_nothing =
            selection.outputs.is_empty() && selection.value.as_ref().is_none_or(is_plain_success);
        if !gives_nothing || !self.changes.is_empty() {
            return None;
        }
        let statements = selection.statements.iter().filter(|it| is_deed(it));
        let conditions = statements
            .map(refusing_condition)
            .collect::<Option<Vec<_>>>()?;
        let subjects: Vec<Option<String>> = conditions.iter().map(what_is_asked).collect();
        let first = subjects.first().cloned()??;
        // Checks of different things have no name in common.
        let is_one = subjects.iter().all(|it| it.as_deref() == Some(&first));
        is_one.then(|| format!("check_{}", first.trim_start_matches("is_")))
    }

    /// Names it like `find_entry`, if it is a loop that exits with what it has found.
    pub(super) fn find(&self) -> Option<String> {
        if !self.changes.is_empty() || !self.selection.outputs.is_empty() {
            return None;
        }
        let each = self.first_statement().and_then(ast::ForExpr::cast)?;
        let leaves = each
            .syntax()
            .descendants()
            .filter_map(ast::ReturnExpr::cast);
        let found: Vec<ast::Expr> = leaves.map(|it| it.expr()).collect::<Option<_>>()?;
        let is_found = !found.is_empty() && found.iter().all(|it| !is_failure(it) && !is_bool(it));
        let is_rest = match &*self.selection.statements {
            [_] => true,
            [_, end] => end.text() == "None",
            _ => false,
        };
        let element =
            subjects::element(each.syntax()).or_else(|| subjects::bound_in(each.syntax()));
        let element =
            element.or_else(|| plurals::singular(&subjects::of_expr(&each.iterable()?)?))?;
        (is_found && is_rest).then(|| format!("find_{element}"))
    }

    /// Names it like `skip_whitespace`, if it is a loop that only advances.
    pub(super) fn skip(&self) -> Option<String> {
        let [_] = &*self.selection.statements else {
            return None;
        };
        let repeated = self.first_statement().and_then(ast::WhileExpr::cast)?;
        let body = repeated.loop_body()?.stmt_list()?;
        let moves = |node: SyntaxNode| {
            let inner = expression(&node);
            let call = ast::MethodCallExpr::cast(inner.clone()).and_then(|it| it.name_ref());
            let goes = call.is_some_and(|it| phrases::moves_on(it.text()));
            let step = ast::BinExpr::cast(inner).is_some_and(|it| is_step(&it));
            goes || step
        };
        let mut statements = body.syntax().children();
        let is_skipping = body.syntax().children().next().is_some() && statements.all(moves);
        let skipped = subjects::asked(&repeated.condition()?)?;
        is_skipping.then(|| format!("skip_{skipped}"))
    }

    /// Names it like `count_words`, if it only changes a counter.
    pub(super) fn count(&self) -> Option<String> {
        let place = self.only_place()?;
        if !self.changes.iter().all(|it| it.how == How::Counted) {
            return None;
        }
        let counted = phrases::counted(last_word(place))?;
        Some(format!("count_{counted}"))
    }

    /// Names it like `collect_entries`, if it is a loop that only fills a collection.
    pub(super) fn collect(&self) -> Option<String> {
        let place = self.only_place().filter(|_| self.is_only_change())?;
        if !self.changes.iter().all(|it| it.how == How::Filled) {
            return None;
        }
        let name = last_word(place);
        let is_telling = !phrases::says_nothing(name);
        let is_many = plurals::singular(name).is_some();
        let repeats = |it: &SyntaxNode| {
            matches!(
                it.kind(),
                SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR
            )
        };
        let mut nodes = self
            .selection
            .statements
            .iter()
            .flat_map(SyntaxNode::descendants);
        let verb = if nodes.any(|it| repeats(&it)) && is_many {
            "collect"
        } else {
            "add_to"
        };
        is_telling.then(|| format!("{verb}_{name}"))
    }

    /// The verb `write` or `print`, if that is its only effect, on one place.
    pub(super) fn verb_of_writing(&self) -> Option<&'static str> {
        self.only_place()?;
        let is = |how: How| self.changes.iter().all(|it| it.how == how);
        if is(How::Printed) {
            return Some("print");
        }
        is(How::Written).then_some("write")
    }

    /// Names it like `update_position`, if it changes only one place.
    pub(super) fn update(&self) -> Option<String> {
        let place = self.only_place().filter(|_| self.is_only_change())?;
        let is_set = self
            .changes
            .iter()
            .all(|it| matches!(it.how, How::Assigned | How::Counted));
        let first = &*self.changes.first()?.name;
        let is_same = self.changes.iter().all(|it| it.name == first);
        let name = if is_same { first } else { last_word(place) };
        (is_set && phrases::is_telling(name)).then(|| format!("update_{name}"))
    }

    /// Whether it only makes changes: it returns nothing, all early exits are errors, and every statement makes a change.
    fn is_only_change(&self) -> bool {
        let selection = self.selection;
        let goes_on = matches!(selection.exits.leave, Leave::Never | Leave::Whole { .. });
        let gives_nothing =
            selection.outputs.is_empty() && selection.value.as_ref().is_none_or(is_plain_success);
        let mut statements = selection.statements.iter().filter(|it| is_deed(it));
        let changes = |it: &SyntaxNode| {
            it.descendants()
                .any(|node| change(selection, &node).is_some())
        };
        goes_on && gives_nothing && statements.all(changes) && self.lines() <= MOST_LINES
    }

    fn lines(&self) -> usize {
        let statements = self.selection.statements.iter();
        statements
            .map(|it| it.text().to_string().lines().count())
            .sum()
    }

    fn only_place(&self) -> Option<&str> {
        let first = &*self.changes.first()?.place;
        let is_one = self.changes.iter().all(|it| it.place == first);
        is_one.then_some(first)
    }

    fn first_statement(&self) -> Option<SyntaxNode> {
        self.selection.statements.first().map(expression)
    }
}

fn last_word(place: &str) -> &str {
    place.rsplit('.').next().unwrap_or(place)
}

/// The expression of a statement.
pub(super) fn expression(statement: &SyntaxNode) -> SyntaxNode {
    let inner = ast::ExprStmt::cast(statement.clone()).and_then(|it| it.expr());
    inner.map_or_else(|| statement.clone(), |it| it.syntax().clone())
}

fn change(selection: &Selection, node: &SyntaxNode) -> Option<Deed> {
    if let Some(operation) = ast::BinExpr::cast(node.clone()) {
        let ast::BinaryOp::Assignment { .. } = operation.op_kind()? else {
            return None;
        };
        let how = if is_step(&operation) {
            How::Counted
        } else {
            How::Assigned
        };
        let target = operation.lhs()?;
        let place = place(selection, &target)?;
        let field = last_field(&target);
        return Some(Deed {
            name: field.unwrap_or_else(|| last_word(&place).to_owned()),
            place,
            how,
        });
    }
    if let Some(lent) = ast::RefExpr::cast(node.clone()) {
        lent.mut_token()?;
        let place = place(selection, &lent.expr()?)?;
        return Some(Deed::new(place, How::Called));
    }
    if let Some(call) = ast::MacroCall::cast(node.clone()) {
        return written(selection, &call);
    }
    if let Some(call) = ast::CallExpr::cast(node.clone()) {
        let place = subjects::callee(&call).filter(|_| is_for_effect(node))?;
        return Some(Deed::new(format!("{place}()"), How::Called));
    }
    let call = ast::MethodCallExpr::cast(node.clone())?;
    let method = call.name_ref()?.text().to_string();
    let how = match &*method {
        "push" | "push_back" | "push_front" | "insert" | "extend" | "append" => How::Filled,
        "push_str" | "write_str" | "write_all" | "write_char" | "write_fmt"
        | "extend_from_slice" => How::Written,
        _ if is_for_effect(node) => How::Called,
        _ => return None,
    };
    let place = place(selection, &call.receiver()?)?;
    Some(Deed::new(place, how))
}

fn written(selection: &Selection, call: &ast::MacroCall) -> Option<Deed> {
    let name = call.path()?.syntax().text().to_string();
    match &*name {
        "print" | "println" | "eprint" | "eprintln" => {
            Some(Deed::new("stdout".to_owned(), How::Printed))
        }
        "write" | "writeln" => {
            let tree = call.token_tree()?;
            let mut names = tokens(tree.syntax()).filter(|it| !it.kind().is_trivia());
            let names = names.by_ref().skip(1).take_while(|it| it.text() != ",");
            let place: String = names.map(|it| it.text().to_owned()).collect();
            let place = place
                .trim_start_matches("&mut")
                .trim_start_matches('&')
                .to_owned();
            let own = place.split('.').next()?.to_owned();
            is_around(selection, &own).then(|| Deed::new(place, How::Written))
        }
        _ => None,
    }
}

/// Whether the value of a call is unused.
fn is_for_effect(node: &SyntaxNode) -> bool {
    let mut around = node.ancestors().skip(1);
    let holder =
        around.find(|it| !matches!(it.kind(), SyntaxKind::TRY_EXPR | SyntaxKind::AWAIT_EXPR));
    holder.is_some_and(|it| it.kind() == SyntaxKind::EXPR_STMT)
}

/// A place that outlives the part: a variable, or a field of one.
fn place(selection: &Selection, of: &ast::Expr) -> Option<String> {
    let root = scopes::root_of(of)?;
    let name = root.path()?.as_single_name_ref()?.text().to_string();
    if !is_around(selection, &name) {
        return None;
    }
    let field = root.syntax().parent().and_then(ast::FieldExpr::cast);
    Some(match field.and_then(|it| it.name_ref()) {
        Some(field) => format!("{name}.{}", field.text()),
        None => name,
    })
}

/// The last field of a place expression.
fn last_field(of: &ast::Expr) -> Option<String> {
    match of {
        ast::Expr::FieldExpr(it) => Some(it.name_ref()?.text().to_string()),
        ast::Expr::IndexExpr(it) => last_field(&it.base()?),
        _ => None,
    }
}

/// Whether a name refers to a variable that the part neither declares nor consumes, or that it returns.
fn is_around(selection: &Selection, name: &str) -> bool {
    let mut captures = selection.captures.iter().filter(|it| it.name == name);
    name == "self"
        || captures.any(|it| it.is_used_after || it.mut_word.is_none())
        || selection.outputs.iter().any(|it| it.name == name)
}

/// `n += 1`
fn is_step(operation: &ast::BinExpr) -> bool {
    let adds = matches!(
        operation.op_kind(),
        Some(ast::BinaryOp::Assignment {
            op: Some(ast::ArithOp::Add)
        })
    );
    adds && operation.rhs().is_some_and(|it| it.syntax().text() == "1")
}

/// Whether a statement is neither a declaration nor a final `Ok(())`.
fn is_deed(statement: &SyntaxNode) -> bool {
    let value = ast::Expr::cast(statement.clone());
    let is_end = value.is_some_and(|it| is_plain_success(&it));
    !is_end && statement.kind() != SyntaxKind::LET_STMT
}

/// The condition of a branch that only returns an error.
fn refusing_condition(statement: &SyntaxNode) -> Option<ast::Expr> {
    let branch = ast::IfExpr::cast(expression(statement))?;
    let is_refusal = branch.else_branch().is_none() && refuses(&branch.then_branch()?);
    branch.condition().filter(|_| is_refusal)
}

/// What a condition tests.
fn what_is_asked(condition: &ast::Expr) -> Option<String> {
    match condition {
        ast::Expr::PrefixExpr(it) => what_is_asked(&it.expr()?),
        ast::Expr::ParenExpr(it) => what_is_asked(&it.expr()?),
        ast::Expr::BinExpr(it) => {
            let left = it.lhs()?;
            match it.op_kind()? {
                ast::BinaryOp::LogicOp(_) => what_is_asked(&left),
                _ => of_measure(&left).or_else(|| subjects::of_expr(&left)),
            }
        }
        ast::Expr::MethodCallExpr(it) => {
            let is_question = known::is_question(it.name_ref()?.text());
            subjects::of_expr(&it.receiver()?).filter(|_| is_question)
        }
        ast::Expr::LetExpr(it) => subjects::of_expr(&it.expr()?),
        ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_) => subjects::of_expr(condition),
        _ => None,
    }
}

/// Names a measure: `name_length` for `name.len()`.
fn of_measure(of: &ast::Expr) -> Option<String> {
    let ast::Expr::MethodCallExpr(call) = of else {
        return None;
    };
    let subject = subjects::of_expr(&call.receiver()?)?;
    (call.name_ref()?.text() == "len").then(|| format!("{subject}_length"))
}

/// Whether a block ends with an error.
fn refuses(block: &ast::BlockExpr) -> bool {
    let last = block
        .stmt_list()
        .and_then(|it| it.syntax().children().last());
    let Some(last) = last.map(|it| expression(&it)) else {
        return false;
    };
    if let Some(given) = ast::ReturnExpr::cast(last.clone()) {
        return given
            .expr()
            .is_some_and(|it| is_failure(&it) && it.syntax().text() != "None");
    }
    let call = ast::MacroExpr::cast(last).and_then(|it| it.macro_call()?.path());
    call.is_some_and(|it| {
        matches!(
            &*it.syntax().text().to_string(),
            "bail" | "anyhow::bail" | "panic"
        )
    })
}

fn is_failure(value: &ast::Expr) -> bool {
    let text = value.syntax().text().to_string();
    text == "None" || text.starts_with("Err(")
}

fn is_bool(value: &ast::Expr) -> bool {
    matches!(&*value.syntax().text().to_string(), "true" | "false")
}

/// `Ok(())`
fn is_plain_success(value: &ast::Expr) -> bool {
    value.syntax().text() == "Ok(())"
}
