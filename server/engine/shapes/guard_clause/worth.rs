//! Whether a guard reads better than the `if` that it replaces. At the cursor, the user decides; a diagnostic needs this check.

use ra_ap_syntax::{
    AstNode, Direction, SyntaxKind, SyntaxNode,
    ast::{self, ElseBranch, HasArgList, HasLoopBody},
};

use super::{
    super::question_first::only, Form, Value, block_ended_by, family, is_if_without_else,
    lines_between_braces, other_cure,
};
use crate::syntax::{
    flow::{BodyOf, body_of, diverges, is_block_like, without_semicolon},
    layout, patterns,
};

/// Minimum number of statements. A shorter block without control flow is an optional step, regardless of its lines.
const FEWEST_STATEMENTS: usize = 4;
/// Minimum share of the body's lines, in percent, for an `if` after other steps to count as the rest of the body.
const LARGE_SHARE: u32 = 75;
/// The same for an `if` nested in another one that becomes a guard.
pub(super) const LARGE_SHARE_INSIDE: u32 = 60;
/// Maximum number of lines of a block in a closure that isn't worth a `return`, which is easily mistaken for the function's.
const LONG_IN_CLOSURE: u32 = 25;

/// Minimum number of lines of a block, as a guard takes four.
const SHORT: u32 = 20;
/// Minimum number of lines if the block has guards already: in a loop, where the `if` reads like its filter, and elsewhere.
const SHORT_WITH_GUARD_IN_LOOP: u32 = 15;
const SHORT_WITH_GUARD: u32 = 12;
/// Minimum number of lines next to a branch with a value, where another line is saved.
const SHORT_WITH_VALUE: u32 = 10;
/// Minimum number of lines of a function: a shorter one is visible at once, including its end.
const SHORT_FUNCTION: u32 = 18;
/// Maximum number of lines of an `else` block that still reads like a guard.
const LONGEST_ELSE: u32 = 4;

/// Whether a reviewer would suggest the guard, which removes `levels` levels.
pub(super) fn is_worthwhile(choice: &ast::IfExpr, form: Form, levels: usize) -> bool {
    let (Some(then), Some(block)) = (choice.then_branch(), block_ended_by(choice)) else {
        return false;
    };
    if is_small(&then) || is_short(choice, &block, &then, levels) || is_in_closure(&block, &then) {
        return false;
    }
    if other_cure::is_wanted(choice, &block, &then) || other_cure::is_like_other_arms(choice, SHORT)
    {
        return false;
    }
    if levels < 2 && is_in_short_function(choice) {
        return false;
    }
    if is_asked_twice(choice)
        || is_asked_before(choice)
        || ends_in_idle_jump(&then)
        || asks_much(choice)
        || asks_for_plain_case(choice)
        || is_one_of_passes(choice, &block)
        || is_explained_as_it_is(choice)
        || layout::has_text_of_lines(then.syntax())
        || family::has_short_relatives(choice, SHORT_WITH_GUARD)
    {
        return false;
    }
    match form {
        // A block that ends with a jump is the guard itself. Another `if` is better joined than moved after three lines.
        Form::Exit if diverges(&then) => false,
        Form::Exit => levels >= 2 || !is_only_if(&then) && is_rest(choice, &block, LARGE_SHARE),
        Form::Else => {
            !diverges(&then)
                && !else_only_panics(choice)
                && !other_cure::is_prepared_before(choice, &then)
                && !has_long_else(choice)
                && !has_twin(choice)
                && (levels >= 2 || !ends_in_same_else(choice, &then))
        }
        Form::Value => false,
    }
}

/// Whether a reviewer would suggest a guard that returns a value.
pub(super) fn is_value_worthwhile(choice: &ast::IfExpr, value: &Value) -> bool {
    let Some(block) = block_ended_by(choice) else {
        return false;
    };
    let rest = &value.rest;
    let steps = rest.statements().count();
    let is_chain = matches!(rest.tail_expr(), Some(ast::Expr::IfExpr(it))
        if it.else_token().is_some() && steps == 0);
    lines_between_braces(rest) >= SHORT_WITH_VALUE
        && is_trivial(&value.given)
        && (steps > 0 || starts_control_flow(rest))
        && !is_chain
        && !diverges(rest)
        && !layout::has_text_of_lines(rest.syntax())
        && !is_in_short_function(choice)
        && !is_asked_twice(choice)
        && !is_asked_before(choice)
        && !other_cure::is_wanted(choice, &block, rest)
        && !other_cure::is_prepared_before(choice, rest)
        && is_rest(choice, &block, LARGE_SHARE_INSIDE)
        && !family::has_short_relatives(choice, SHORT_WITH_VALUE)
}

/// Whether a value means that there is nothing to do, or that something is wrong.
fn is_trivial(given: &ast::Expr) -> bool {
    let arguments = |it: &ast::CallExpr| {
        let list = it.arg_list();
        list.into_iter()
            .flat_map(|it| it.args())
            .collect::<Vec<_>>()
    };
    match given {
        ast::Expr::Literal(_) => true,
        ast::Expr::PathExpr(path) => {
            let text = path.syntax().text().to_string();
            let last = text.rsplit("::").next().unwrap_or_default();
            last.starts_with(char::is_uppercase)
        }
        ast::Expr::TupleExpr(it) => it.fields().all(|field| is_trivial(&field)),
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|it| it.syntax().text().to_string());
            let callee = callee.unwrap_or_default();
            let arguments = arguments(call);
            match &*callee {
                "Err" => true,
                "Ok" | "Some" => arguments.iter().all(is_trivial),
                _ => {
                    arguments.is_empty()
                        && matches!(
                            callee.rsplit("::").next(),
                            Some("new" | "default" | "empty")
                        )
                }
            }
        }
        _ => false,
    }
}

/// Whether the condition matches a pattern without bindings, where `let … else` would bind nothing.
fn asks_for_plain_case(choice: &ast::IfExpr) -> bool {
    match choice.condition() {
        Some(ast::Expr::LetExpr(asked)) => {
            asked.pat().is_some_and(|it| patterns::binds_nothing(&it))
        }
        _ => false,
    }
}

/// Whether several other loops in the function end with an `if` too: they are similar passes, and this one should match them.
fn is_one_of_passes(choice: &ast::IfExpr, block: &ast::BlockExpr) -> bool {
    const SEVERAL: usize = 2;
    let Some(BodyOf::Loop(own)) = body_of(block) else {
        return false;
    };
    let around = choice.syntax().ancestors().find_map(ast::Fn::cast);
    let nodes = around.into_iter().flat_map(|it| it.syntax().descendants());
    let loops = nodes
        .filter_map(ast::ForExpr::cast)
        .filter(|it| *it.syntax() != own);
    let ends_in_if = |it: &ast::ForExpr| {
        let last = it.loop_body().and_then(|body| last_step(&body));
        matches!(last, Some(ast::Expr::IfExpr(it)) if it.else_token().is_none())
    };
    loops.filter(ends_in_if).count() >= SEVERAL
}

/// Whether the condition has too many operands for a readable negation.
fn asks_much(choice: &ast::IfExpr) -> bool {
    const MUCH: usize = 3;
    let Some(ast::Expr::BinExpr(asked)) = choice.condition() else {
        return false;
    };
    let joined = asked.syntax().descendants().filter_map(ast::BinExpr::cast);
    let joined = joined.filter(|it| matches!(it.op_kind(), Some(ast::BinaryOp::LogicOp(_))));
    joined.count() + 1 >= MUCH
}

/// Whether the last step is an `if` whose `else` only continues the loop, which would be redundant at its end.
fn ends_in_idle_jump(then: &ast::BlockExpr) -> bool {
    let Some(ast::Expr::IfExpr(choice)) = last_step(then) else {
        return false;
    };
    let Some(ElseBranch::Block(other)) = choice.else_branch() else {
        return false;
    };
    let text = only(&other).map(|it| it.syntax().text().to_string());
    matches!(text.as_deref(), Some("continue" | "return"))
}

/// The last expression of a block, with or without a semicolon.
fn last_step(block: &ast::BlockExpr) -> Option<ast::Expr> {
    block
        .tail_expr()
        .or_else(|| match block.statements().last()? {
            ast::Stmt::ExprStmt(it) => it.expr(),
            _ => None,
        })
}

fn is_small(then: &ast::BlockExpr) -> bool {
    let count = then.statements().count() + usize::from(then.tail_expr().is_some());
    let is_call = count == 1 && !starts_control_flow(then);
    is_call || count < FEWEST_STATEMENTS && !has_control_flow(then.syntax())
}

/// Whether a block starts with control flow, as opposed to a call with a block argument.
fn starts_control_flow(then: &ast::BlockExpr) -> bool {
    let first = match then.statements().next() {
        Some(ast::Stmt::ExprStmt(statement)) => statement.expr(),
        Some(_) => None,
        None => then.tail_expr(),
    };
    first.is_some_and(|first| is_block_like(&first))
}

fn is_in_short_function(choice: &ast::IfExpr) -> bool {
    let function = choice.syntax().ancestors().find_map(ast::Fn::cast);
    let lines = function.map(|it| lines_of(it.syntax()));
    lines.is_some_and(|lines| lines < SHORT_FUNCTION)
}

fn lines_of(node: &SyntaxNode) -> u32 {
    let breaks = node.text().to_string().matches('\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}

fn condition_text(choice: &ast::IfExpr) -> Option<String> {
    Some(choice.condition()?.syntax().text().to_string())
}

fn is_short(
    choice: &ast::IfExpr,
    block: &ast::BlockExpr,
    then: &ast::BlockExpr,
    levels: usize,
) -> bool {
    let least = match body_of(block) {
        _ if other_cure::compares_by_order(choice) => SHORT,
        _ if levels >= 2 => SHORT_WITH_GUARD,
        _ if !has_guard(then) => SHORT,
        Some(BodyOf::Loop(_)) => SHORT_WITH_GUARD_IN_LOOP,
        _ => SHORT_WITH_GUARD,
    };
    lines_between_braces(then) < least
}

/// Whether the block contains a guard already, so that another one before it is unsurprising.
fn has_guard(then: &ast::BlockExpr) -> bool {
    then.statements().any(|statement| match statement {
        ast::Stmt::ExprStmt(statement) => match statement.expr() {
            Some(ast::Expr::IfExpr(choice)) => {
                choice.else_token().is_none()
                    && choice.then_branch().is_some_and(|then| diverges(&then))
            }
            _ => false,
        },
        ast::Stmt::LetStmt(statement) => statement.let_else().is_some(),
        ast::Stmt::Item(_) => false,
    })
}

fn has_long_else(choice: &ast::IfExpr) -> bool {
    match choice.else_branch() {
        Some(ElseBranch::Block(other)) => lines_between_braces(&other) > LONGEST_ELSE,
        _ => false,
    }
}

fn else_only_panics(choice: &ast::IfExpr) -> bool {
    match choice.else_branch() {
        Some(ElseBranch::Block(other)) => other_cure::only_panics(&other),
        _ => false,
    }
}

/// Whether the function tests the same condition elsewhere, which should keep the same form.
fn is_asked_twice(choice: &ast::IfExpr) -> bool {
    let own = condition_text(choice);
    let function = choice.syntax().ancestors().find_map(ast::Fn::cast);
    let all = function
        .into_iter()
        .flat_map(|it| it.syntax().descendants());
    let mut others = all
        .filter_map(ast::IfExpr::cast)
        .filter(|other| other != choice);
    others.any(|other| condition_text(&other) == own)
}

/// Whether an earlier `if` matches the same value: they should be merged into one `match` or one guard.
fn is_asked_before(choice: &ast::IfExpr) -> bool {
    let Some(ast::Expr::LetExpr(matched)) = choice.condition() else {
        return false;
    };
    let value = matched.expr().map(|value| value.syntax().clone());
    let matched = value.as_ref().map(SyntaxNode::text);
    let parts = value.iter().flat_map(SyntaxNode::descendants);
    let places =
        parts.filter(|part| matches!(part.kind(), SyntaxKind::FIELD_EXPR | SyntaxKind::PATH_EXPR));
    let places: Vec<_> = places
        .map(|place| format!("{}.is_", place.text()))
        .collect();
    let before = choice.syntax().siblings(Direction::Prev).skip(1);
    let before = before.map(without_semicolon);
    let mut guards = before.filter_map(ast::IfExpr::cast);
    guards.any(|guard| {
        let other = match guard.condition() {
            Some(ast::Expr::LetExpr(other)) => other.expr(),
            _ => None,
        };
        if other.is_some_and(|other| Some(other.syntax().text()) == matched) {
            return true;
        }
        let asked = condition_text(&guard).unwrap_or_default();
        places.iter().any(|place| asked.contains(place))
    })
}

/// Whether a comment right above describes what the block does instead of the condition. Above the guard, it would describe the
/// opposite.
fn is_explained_as_it_is(choice: &ast::IfExpr) -> bool {
    const CONDITIONS: &[&str] = &[
        "check", "except", "if", "ignore", "only", "skip", "unless", "when", "whether", "without",
    ];
    let mut above = String::new();
    let mut before = choice.syntax().prev_sibling_or_token();
    while let Some(element) = before {
        match element.kind() {
            SyntaxKind::COMMENT => above.insert_str(0, &element.to_string()),
            SyntaxKind::WHITESPACE if element.to_string().matches('\n').count() < 2 => {}
            _ => break,
        }
        before = element.prev_sibling_or_token();
    }
    let lower = above.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    !lower.is_empty() && (is_step(&lower) || !words.any(|word| CONDITIONS.contains(&word)))
}

/// Whether a comment is a list item, as in specifications: `// ii. If …`.
fn is_step(comment: &str) -> bool {
    const LONGEST: usize = 4;
    let text = comment.trim_start_matches('/').trim_start();
    let number = text.split_once(". ").map(|(number, _)| number);
    number.is_some_and(|it| it.len() <= LONGEST && it.chars().all(char::is_alphanumeric))
}

fn has_control_flow(block: &SyntaxNode) -> bool {
    block.descendants().any(|node| {
        matches!(
            node.kind(),
            SyntaxKind::IF_EXPR
                | SyntaxKind::MATCH_EXPR
                | SyntaxKind::FOR_EXPR
                | SyntaxKind::WHILE_EXPR
                | SyntaxKind::LOOP_EXPR
        )
    })
}

fn is_in_closure(block: &ast::BlockExpr, then: &ast::BlockExpr) -> bool {
    let is_closure = matches!(body_of(block), Some(BodyOf::Closure(_)));
    is_closure && lines_between_braces(then) <= LONG_IN_CLOSURE
}

fn is_only_if(then: &ast::BlockExpr) -> bool {
    let has_statements = then.statements().next().is_some();
    !has_statements
        && then
            .tail_expr()
            .is_some_and(|tail| is_if_without_else(&tail))
}

/// Whether the `if` makes up the body: only variable declarations, or little else, come before it.
pub(super) fn is_rest(choice: &ast::IfExpr, block: &ast::BlockExpr, least: u32) -> bool {
    let mut statements = block.statements();
    let only_variables = statements.all(|it| matches!(it, ast::Stmt::LetStmt(_)));
    let share = lines_of(choice.syntax()).saturating_mul(100) / lines_between_braces(block).max(1);
    only_variables || share >= least
}

/// Whether an enclosing branch has the same content in the same form, and would stay unchanged.
fn has_twin(choice: &ast::IfExpr) -> bool {
    let around = block_ended_by(choice).and_then(|block| block.syntax().parent());
    let Some(around) = around.and_then(ast::IfExpr::cast) else {
        return false;
    };
    let other = match around.else_branch() {
        Some(ElseBranch::IfExpr(other)) => Some(other),
        Some(ElseBranch::Block(other)) => match other.tail_expr() {
            Some(ast::Expr::IfExpr(inner)) => Some(inner),
            _ => None,
        },
        None => None,
    };
    let text = else_text(choice);
    other.is_some_and(|other| other != *choice && else_text(&other) == text)
}

/// Whether the block ends with another `if` that has the same `else`, which would stay unchanged.
fn ends_in_same_else(choice: &ast::IfExpr, then: &ast::BlockExpr) -> bool {
    let Some(ast::Expr::IfExpr(inner)) = then.tail_expr() else {
        return false;
    };
    let text = else_text(&inner);
    text.is_some() && text == else_text(choice)
}

/// The `else` block without whitespace.
fn else_text(choice: &ast::IfExpr) -> Option<String> {
    let Some(ElseBranch::Block(other)) = choice.else_branch() else {
        return None;
    };
    Some(other.syntax().to_string().split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use super::{super::find, is_asked_twice};
    use crate::syntax::{FileContext, Source};
    use ra_ap_syntax::{AstNode, ast};

    /// Whether the first `if` of a function's body is worth a guard.
    fn is_worth(body: &str) -> bool {
        let text = indented(&format!("fn f() {{\n{body}\n}}\n"));
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        let choice = source.root().descendants().find_map(ast::IfExpr::cast);
        let guard = find(&choice.unwrap(), &text, FileContext::default()).unwrap();
        !guard.is_awkward
    }

    fn indented(text: &str) -> String {
        let mut depth = 0;
        let lines = text.lines().map(|line| {
            depth -= usize::from(line.starts_with('}'));
            let indented = format!("{}{line}\n", "    ".repeat(depth));
            depth += usize::from(line.ends_with('{'));
            indented
        });
        lines.collect()
    }

    /// A body with the minimum number of lines for an `if`.
    const STEPS: &str = "a();\nb();\nc();\nd();\na();\nb();\nc();\nd();\na();\nb();\nc();\nd();\na();\nb();\nc();\nd();\na();\nb();\nc();\nd();\n";
    /// A body with the minimum number of lines if it has a guard already: in a loop, and without the first three in a function.
    const STEPS_WITH_GUARD: &str = "a();\nb();\nc();\nif y == 2 {\nreturn;\n}\nd();\na();\nb();\nc();\nd();\na();\nb();\nc();\nd();\n";

    #[test]
    fn the_rest_of_a_body_is_worth_a_guard() {
        for body in [
            format!("if x == 1 {{\n{STEPS}}}"),
            format!("let y = z();\nlet x = y;\nif x == 1 {{\n{STEPS}}}"),
            format!("s();\nif x == 1 {{\n{STEPS}}}"),
            format!(
                "if x == 1 {{\na(\n{});\nfor b in c {{\nd();\n}}\n}}",
                "1,\n".repeat(15)
            ),
            format!("for a in b {{\nif x == 1 {{\n{STEPS_WITH_GUARD}}}\n}}"),
            format!("for a in b {{\nif x == 1 {{\n{STEPS}}}\n}}"),
        ] {
            assert!(is_worth(&body), "{body}");
        }
    }

    #[test]
    fn an_optional_step_is_not() {
        for body in [
            "if x == 1 {\na();\nb();\nc();\n}".to_owned(),
            format!("s();\nt();\nu();\nv();\ns();\nt();\nu();\nv();\nif x == 1 {{\n{STEPS}}}"),
            format!("for a in b {{\nif x == 1 {{\n{}}}\n}}", &STEPS[5..]),
            format!(
                "for a in b {{\nif x == 1 {{\n{}}}\n}}",
                &STEPS_WITH_GUARD[5..]
            ),
        ] {
            assert!(!is_worth(&body), "{body}");
        }
    }

    #[test]
    fn a_call_with_a_block_is_a_step_however_long() {
        assert!(!is_worth(&format!(
            "if x == 1 {{\ng(|| {{\n{STEPS}if y {{\nh();\n}}\n}});\n}}"
        )));
    }

    #[test]
    fn what_is_seen_whole_stays() {
        let short = format!("if x == 1 {{\n{}}}", &STEPS_WITH_GUARD[15..]);
        assert!(!is_worth(&short));
        assert!(is_worth(&format!("let z = x;\nlet x = z;\n{short}")));
    }

    #[test]
    fn what_a_guard_has_asked_already_is_not_asked_again() {
        let body = |asked: &str| {
            format!(
                "if {asked} {{\nreturn;\n}}\nlet z = g();\nif let Some(y) = h(&mut s.x) {{\n{STEPS}}}"
            )
        };
        let is_worth = |asked: &str| {
            let text = indented(&format!("fn f() {{\n{}\n}}\n", body(asked)));
            let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
            let choices = source.root().descendants().filter_map(ast::IfExpr::cast);
            let guard = find(&choices.last().unwrap(), &text, FileContext::default()).unwrap();
            !guard.is_awkward
        };
        assert!(is_worth("s.y.is_none()"));
        assert!(!is_worth("s.x.is_none()"));
        assert!(is_worth("let Some(y) = h(&mut s.y)"));
        assert!(!is_worth("let None = h(&mut s.x)"));
    }

    #[test]
    fn what_is_asked_or_said_in_one_form_stays() {
        let twin = format!("if x == 1 {{\nz();\n}}\nfor a in b {{\nif x == 1 {{\n{STEPS}}}\n}}");
        let text = format!("fn f() {{\n{twin}\n}}\n");
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        let choices = source.root().descendants().filter_map(ast::IfExpr::cast);
        assert!(choices.last().is_some_and(|last| is_asked_twice(&last)));
        let code = |comment: &str| format!("{comment}if x == 1 {{\n{STEPS}}}");
        assert!(!is_worth(&code("// Writes the rest.\n")));
        assert!(is_worth(&code("// Only the first writes.\n")));
        assert!(!is_worth(&code("// ii. If it is the first, then\n")));
        assert!(is_worth(&code("// Writes nothing.\n\n")));
    }

    #[test]
    fn a_block_that_ends_in_a_jump_is_the_guard_itself() {
        assert!(!is_worth(&format!(
            "for a in b {{\nif x == 1 {{\n{STEPS}break;\n}}\n}}"
        )));
    }

    #[test]
    fn one_more_if_is_better_joined() {
        assert!(!is_worth("if x == 1 {\nif y {\na();\nb();\n}\n}"));
    }

    #[test]
    fn an_error_for_nothing_is_a_question_mark_s() {
        let code = |way_out: &str| {
            format!("for a in b {{\nif let Some(x) = y {{\n{STEPS}}} else {{\n{way_out}\n}}\n}}")
        };
        assert!(is_worth(&code("return;")));
        assert!(!is_worth(&code("return Err(E);")));
    }

    #[test]
    fn short_closures_keep_their_form() {
        assert!(!is_worth(&format!(
            "g(|| {{\nif x == 1 {{\n{STEPS}}}\n}});"
        )));
        assert!(is_worth(&format!(
            "g(|| {{\nif x == 1 {{\n{}}}\n}});",
            STEPS.repeat(2)
        )));
    }

    #[test]
    fn all_of_one_form_or_none() {
        let exit = "else {\nreturn;\n}";
        assert!(is_worth(&format!("if x == 1 {{\n{STEPS}}} {exit}")));
        let inner = format!("if y == 2 {{\n{STEPS}}} {exit}");
        assert!(!is_worth(&format!(
            "loop {{\nif x == 1 {{\na();\n{inner}\n}} {exit}\n}}"
        )));
    }
}
