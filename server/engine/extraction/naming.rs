//! What the new function is called: by the comment above it, by what it gives, by the case or the element that it is about,
//! and only then by the function that it comes from.

mod phrases;

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, HasName},
};

use super::{Selection, writing::may_change};
use crate::syntax::Source;

/// Names for a function made of a selection, the best first.
pub(super) fn wishes(source: &Source, selection: &Selection) -> Vec<String> {
    let names = Names::of(source, selection);
    let told = names.comment.into_iter().chain(names.code);
    told.chain([names.function]).collect()
}

/// What the best name is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    Comment,
    Code,
    Nothing,
}

pub(super) fn ground(source: &Source, selection: &Selection) -> Ground {
    let names = Names::of(source, selection);
    if names.comment.is_some() {
        return Ground::Comment;
    }
    if names.code.is_empty() {
        Ground::Nothing
    } else {
        Ground::Code
    }
}

struct Names {
    comment: Option<String>,
    code: Vec<String>,
    function: String,
}

impl Names {
    fn of(source: &Source, selection: &Selection) -> Self {
        let own = selection.scope.function.name();
        let own = own.map(|it| it.text().trim_start_matches("r#").to_owned());
        let own = own.unwrap_or_default();
        let verb = phrases::verb_of(&own);
        let code = [of_result, of_place, of_statement, of_change];
        let code = code.iter().filter_map(|of| of(selection, verb));
        let is_other = |name: &String| *name != own;
        Self {
            comment: of_comment(source, selection, verb).filter(is_other),
            code: code.filter(is_other).collect(),
            function: of_function(selection, &own),
        }
    }
}

fn of_comment(source: &Source, selection: &Selection, verb: Option<&str>) -> Option<String> {
    let text = source.slice(selection.range);
    let mut lines = text.lines().map(str::trim);
    let comment: Vec<&str> = lines
        .by_ref()
        .map_while(|line| line.strip_prefix("//"))
        .collect();
    phrases::name(&comment.join(" "), verb)
}

/// By the one thing that the function gives.
fn of_result(selection: &Selection, verb: Option<&str>) -> Option<String> {
    let given = match &*selection.outputs {
        [output] => output.name.clone(),
        [] if selection.is_expression => initialised(selection)?,
        _ => return None,
    };
    let given = given.trim_start_matches("r#").trim_start_matches('_');
    if phrases::is_question(given) {
        return Some(given.to_owned());
    }
    if phrases::says_nothing(given) {
        return None;
    }
    let verb = verb.filter(|it| phrases::gives_something(it));
    Some(format!("{}_{given}", verb.unwrap_or("compute")))
}

/// The variable that the selected expression is the value of.
fn initialised(selection: &Selection) -> Option<String> {
    let around = selection.statements.first()?.parent()?;
    let Some(ast::Pat::IdentPat(name)) = ast::LetStmt::cast(around)?.pat() else {
        return None;
    };
    Some(name.name()?.text().to_string())
}

/// By the case or the element whose whole block is selected.
fn of_place(selection: &Selection, verb: Option<&str>) -> Option<String> {
    let list = selection.statements.first()?.parent()?;
    let fills = ast::StmtList::can_cast(list.kind())
        && list.children().count() == selection.statements.len();
    if !fills {
        return None;
    }
    let around = list.parent()?.parent()?;
    let subject = match ast::MatchArm::cast(around.clone()) {
        Some(arm) => case(&arm.pat()?)?,
        None => element(&around)?,
    };
    Some(format!("{}_{subject}", verb.unwrap_or("handle")))
}

/// By what the one statement goes through or asks for.
fn of_statement(selection: &Selection, verb: Option<&str>) -> Option<String> {
    let [statement] = &*selection.statements else {
        return None;
    };
    let inner = match ast::ExprStmt::cast(statement.clone()) {
        Some(statement) => statement.expr()?.syntax().clone(),
        None => statement.clone(),
    };
    let subject = match ast::ForExpr::cast(inner.clone()) {
        Some(each) => collection(&each.iterable()?)?,
        None => element(&inner)?,
    };
    Some(format!("{}_{subject}", verb.unwrap_or("handle")))
}

/// By the one variable of the function that it changes.
fn of_change(selection: &Selection, _: Option<&str>) -> Option<String> {
    let mut changed = selection
        .captures
        .iter()
        .filter(|it| it.mut_word.is_some() && it.mentions.iter().any(may_change));
    let name = &changed.next().filter(|_| changed.next().is_none())?.name;
    (!phrases::says_nothing(name)).then(|| format!("update_{name}"))
}

/// What every name has that the code itself doesn't give.
fn of_function(selection: &Selection, own: &str) -> String {
    let own = if own == "main" { "run" } else { own };
    let body = selection
        .scope
        .function
        .body()
        .and_then(|it| it.stmt_list());
    let first = body.as_ref().and_then(|it| it.syntax().children().next());
    let last = body.as_ref().and_then(|it| it.syntax().children().last());
    if first.is_some() && first == selection.statements.first().cloned() {
        return format!("begin_{own}");
    }
    if last.is_some() && last == selection.statements.last().cloned() {
        return format!("finish_{own}");
    }
    format!("{own}_part")
}

/// What a pattern is a case of: `Event::KeyPress { .. }` is a `key_press`, `"add"` is an `add`.
fn case(pattern: &ast::Pat) -> Option<String> {
    let path = match pattern {
        ast::Pat::TupleStructPat(it) => it.path()?,
        ast::Pat::RecordPat(it) => it.path()?,
        ast::Pat::PathPat(it) => it.path()?,
        ast::Pat::RefPat(it) => return case(&it.pat()?),
        ast::Pat::ParenPat(it) => return case(&it.pat()?),
        ast::Pat::OrPat(it) => return case(&it.pats().next()?),
        ast::Pat::LiteralPat(it) => return phrases::of_literal(&it.syntax().text().to_string()),
        _ => return None,
    };
    let name = path.segment()?.name_ref()?.text().to_string();
    if matches!(&*name, "Some" | "Ok" | "Err" | "None") {
        let ast::Pat::TupleStructPat(it) = pattern else {
            return None;
        };
        let inner = it.fields().next()?;
        return case(&inner).or_else(|| bound(&inner));
    }
    phrases::in_snake_case(&name)
}

/// What a loop or a branch is about, by what it names.
fn element(node: &SyntaxNode) -> Option<String> {
    if let Some(each) = ast::ForExpr::cast(node.clone()) {
        return bound(&each.pat()?);
    }
    let condition = match ast::WhileExpr::cast(node.clone()) {
        Some(it) => it.condition(),
        None => ast::IfExpr::cast(node.clone())?.condition(),
    };
    let Some(ast::Expr::LetExpr(asked)) = condition else {
        return None;
    };
    let pattern = asked.pat()?;
    case(&pattern).or_else(|| bound(&pattern))
}

/// The one variable of a pattern.
fn bound(pattern: &ast::Pat) -> Option<String> {
    let names = pattern
        .syntax()
        .descendants()
        .filter_map(ast::IdentPat::cast);
    let names: Vec<ast::IdentPat> = names.collect();
    let name = match &*names {
        [one] => one,
        // A number and what it counts.
        [_, one] if matches!(pattern, ast::Pat::TuplePat(_)) => one,
        _ => return None,
    };
    let name = name.name()?.text().trim_matches('_').to_owned();
    (!phrases::says_nothing(&name)).then_some(name)
}

/// The name of what is gone through: the last one in `&self.queue.entries` and in `headers.iter()`.
fn collection(of: &ast::Expr) -> Option<String> {
    let name = match of {
        ast::Expr::PathExpr(it) => it.path()?.segment()?.name_ref()?.text().to_string(),
        ast::Expr::FieldExpr(it) => it.name_ref()?.text().to_string(),
        ast::Expr::RefExpr(it) => return collection(&it.expr()?),
        ast::Expr::ParenExpr(it) => return collection(&it.expr()?),
        ast::Expr::TryExpr(it) => return collection(&it.expr()?),
        ast::Expr::MethodCallExpr(it) => return collection(&it.receiver()?),
        _ => return None,
    };
    (!phrases::says_nothing(&name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        syntax::FileContext,
        text::{TextRange, TextSize},
    };

    /// The best name for what stands between two marks.
    fn name(text: &str) -> String {
        let (before, rest) = text.split_once('«').unwrap();
        let (selected, after) = rest.split_once('»').unwrap();
        let plain = [before, selected, after].concat();
        let (start, end) = (before.len(), before.len() + selected.len());
        let source = Source::parse(plain, FileContext::default()).unwrap();
        let size = |at: usize| TextSize::try_from(at).unwrap();
        let range = TextRange::new(size(start), size(end));
        let selection = Selection::of(&source, &source.root(), range).unwrap();
        wishes(&source, &selection).remove(0)
    }

    #[test]
    fn a_comment_names_what_stands_below_it() {
        let below = |comment: &str| {
            name(&format!(
                "fn parse_mail(a: A) {{\n    x();\n    «// {comment}\n    g(a);\n    h(a);»\n    y();\n}}\n"
            ))
        };
        assert_eq!(below("Parse the header."), "parse_header");
        assert_eq!(
            below("Now checks that nothing is left"),
            "check_nothing_left"
        );
        assert_eq!(below("Header"), "parse_header");
        assert_eq!(
            below("1. Collecting all of the addresses: to and cc"),
            "collect_addresses"
        );
        assert_eq!(below("XXX why?"), "parse_mail_part");
    }

    #[test]
    fn the_value_names_what_gives_it() {
        assert_eq!(
            name("fn f() {\n    «let a = 1;\n    let total = a + 1;»\n    g(total);\n}\n"),
            "compute_total"
        );
        assert_eq!(
            name("fn read_mail() {\n    «let a = 1;\n    let header = g(a);»\n    g(header);\n}\n"),
            "read_header"
        );
        assert_eq!(
            name("fn f() {\n    «let a = 1;\n    let is_last = g(a);»\n    g(is_last);\n}\n"),
            "is_last"
        );
    }

    #[test]
    fn the_case_and_the_element_name_their_blocks() {
        assert_eq!(
            name(
                "fn f(e: E) {\n    match e {\n        E::KeyPress(k) => {\n            «g(k);\n            h(k);»\n        }\n        _ => {}\n    }\n}\n"
            ),
            "handle_key_press"
        );
        assert_eq!(
            name(
                "fn write_all(e: E) {\n    for (i, entry) in e {\n        «g(i, entry);\n        h(entry);»\n    }\n    x();\n}\n"
            ),
            "write_entry"
        );
        assert_eq!(
            name(
                "fn f(e: E) {\n    x();\n    «for header in &e.headers {\n        h(header);\n    }»\n    x();\n}\n"
            ),
            "handle_headers"
        );
    }

    #[test]
    fn without_more_the_place_names_it() {
        let text = "fn f(a: A) {\n    «g(a);\n    h(a);»\n    x();\n}\n";
        assert_eq!(name(text), "begin_f");
        let text = "fn f(a: A) {\n    x();\n    «g(a);\n    h(a);»\n}\n";
        assert_eq!(name(text), "finish_f");
    }
}
