//! # Long match arm
//!
//! ## What it does
//! Finds `match` arms with many lines of code.
//!
//! ## Why
//! A `match` lists the possible cases. If an arm fills a screen, the cases can't be seen side by side any more, and the arm
//! is a function without a name.
//!
//! ## Example
//! ```rust before
//! fn run(command: Command) {
//!     match command {
//!         Command::Stop => stop(),
//!         Command::Pause => {
//!             // … 18 more statements
//!         }
//!         Command::Start(options) => {
//!             let engine = Engine::new(options);
//!             // … 30 more statements
//!         }
//!     }
//! }
//! ```
//! ```rust after
//! fn run(command: Command) {
//!     match command {
//!         Command::Stop => stop(),
//!         Command::Pause => {
//!             // … 18 more statements
//!         }
//!         Command::Start(options) => start(options),
//!     }
//! }
//!
//! fn start(options: Options) {
//!     let engine = Engine::new(options);
//!     // … 30 more statements
//! }
//! ```
//!
//! ## What it leaves alone
//! - An arm that is a single `match`, macro call, struct literal or array.
//! - Data: an arm without statements that consists only of literals, names, arrays, structs and calls, or that only declares
//!   constants before such a value.
//! - An arm of a `match` with two arms, and one that makes up most of its function, since extracting it would only add a
//!   name. An arm of a `match` with more than 40 arms, such as an instruction set.
//! - An arm that assigns outer variables, or that continues, breaks or returns anything but an error, since an extracted
//!   function would have to tell its caller.
//! - An arm that is long only because of another long arm inside it, which is reported itself.
//!
//! ## Limits
//! 30 lines of code are fine, not counting the braces of the arm; more are a warning, more than 60 a strong one. By default
//! only strong findings are reported, and only in functions that are reported for their complexity. It fires 9.52 times in
//! 100,000 lines of well-kept code.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Extract Function"; Robert C. Martin, *Clean Code*, "Switch Statements".

use std::ops::RangeInclusive;

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasName},
};

use crate::{
    facts::Sighting,
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{
        Unit,
        flow::{self, Escape},
        inside,
    },
    text::TextRange,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(9.52),
    calm: Calm::InHard(60),
    sees: &[SyntaxKind::MATCH_ARM],
    ..Smell::new(
        "long-match-arm",
        Limits::of(30, 60),
        Look::Function(look),
        say,
    )
};

/// The range of arm counts to check. A `match` with fewer arms is a plain choice whose cases are read in sequence; one with
/// more is like an instruction set with each instruction written in place.
const ARMS: RangeInclusive<usize> = 3..=40;
/// Maximum percentage of the function's lines in one arm; a larger arm practically is the function.
const LARGEST_SHARE: u32 = 60;

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    let mut arms = long_arms(unit, sightings);
    let around = arms_around(&arms);
    // Nested arms come after the arms around them.
    for place in (0..arms.len()).rev() {
        let arm = &arms[place];
        let own = arm.lines.saturating_sub(arm.blamed);
        let blamed = if own > SMELL.limits.warn {
            arm.lines
        } else {
            arm.blamed
        };
        if let Some(around) = around[place] {
            arms[around].blamed += blamed;
        }
    }
    for arm in arms {
        let own = arm.lines.saturating_sub(arm.blamed);
        // If the arm itself is long, its count includes the lines of nested arms.
        let is_long_itself = own > SMELL.limits.warn;
        sightings.push(arm.at, if is_long_itself { arm.lines } else { own });
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let rest = text.get(usize::from(sighting.at.start())..);
    let pattern = shortened(rest.unwrap_or_default());
    format!(
        "the arm `{pattern}` has {} lines of code; extract its body into a function",
        sighting.measure
    )
}

/// The pattern at the start of a source text, limited to one line and shortened if it is long.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    let (pattern, is_whole) = match line.split_once("=>") {
        Some((pattern, _)) => (pattern.trim_end(), true),
        None => (line.trim_end(), false),
    };
    if is_whole && pattern.chars().count() <= LONGEST {
        return pattern.to_owned();
    }
    pattern.chars().take(LONGEST).chain(['…']).collect()
}

struct Arm {
    range: TextRange,
    at: TextRange,
    lines: u32,
    /// The lines of nested arms that are long themselves.
    blamed: u32,
}

fn long_arms(unit: &Unit<'_>, sightings: &Sightings) -> Vec<Arm> {
    let arms = unit.nodes::<ast::MatchArm>().filter_map(|arm| {
        let body = arm.expr()?;
        let lines = lines(unit, &body);
        if !sightings.keeps(lines) || is_one_thing(&body) || !is_movable(unit, &arm, lines) {
            return None;
        }
        Some(Arm {
            range: arm.syntax().text_range(),
            at: arm.pat()?.syntax().first_token()?.text_range(),
            lines,
            blamed: 0,
        })
    });
    arms.collect()
}

/// Whether the arm would be better as a function: it is one of several cases, isn't most of the function, and neither assigns
/// outer variables nor jumps out of the `match`.
fn is_movable(unit: &Unit<'_>, arm: &ast::MatchArm, lines: u32) -> bool {
    let Some(body) = arm.expr() else {
        return false;
    };
    let siblings = arm.syntax().parent().into_iter();
    let siblings = siblings.flat_map(|list| list.children().filter_map(ast::MatchArm::cast));
    let around = arm.syntax().ancestors().find_map(ast::Fn::cast);
    let whole = around.and_then(|function| function.body());
    let whole = whole.map_or(u32::MAX, |whole| unit.code_lines(inside(&whole)));
    ARMS.contains(&siblings.count())
        && lines.saturating_mul(100) < whole.saturating_mul(LARGEST_SHARE)
        && !jumps_out(&body)
        && !assigns_outside(&body)
}

/// Whether the arm contains a `continue`, `break` or `return`, which its caller would have to repeat. Returning an error
/// doesn't count, since the caller can use `?`.
fn jumps_out(body: &ast::Expr) -> bool {
    let jumps = flow::escapes(body.syntax());
    let leaves_loop = |jump| matches!(jump, Escape::Break(_) | Escape::Continue(_));
    jumps.into_iter().any(leaves_loop)
        || returned(body).any(|value| !matches!(value, Some(value) if is_failure(&value)))
}

fn returned(body: &ast::Expr) -> impl Iterator<Item = Option<ast::Expr>> {
    let jumps = body
        .syntax()
        .descendants()
        .filter_map(ast::ReturnExpr::cast);
    let body = body.syntax().clone();
    let own = jumps.filter(move |jump| {
        let mut around = jump.syntax().ancestors().take_while(|node| *node != body);
        !around.any(|node| flow::is_own_scope(&node))
    });
    own.map(|jump| jump.expr())
}

fn is_failure(value: &ast::Expr) -> bool {
    let ast::Expr::CallExpr(call) = value else {
        return false;
    };
    let callee = call.expr().map(|callee| callee.syntax().text().to_string());
    callee.is_some_and(|callee| callee == "Err")
}

/// Whether the arm assigns a variable that is declared outside.
fn assigns_outside(body: &ast::Expr) -> bool {
    let bound: Vec<String> = body
        .syntax()
        .descendants()
        .filter_map(ast::IdentPat::cast)
        .filter_map(|pattern| Some(pattern.name()?.text().to_string()))
        .collect();
    let operations = body.syntax().descendants().filter_map(ast::BinExpr::cast);
    let mut assigned = operations.filter_map(|operation| {
        let is_assignment = matches!(operation.op_kind(), Some(ast::BinaryOp::Assignment { .. }));
        let variable = operation.lhs().filter(|_| is_assignment)?;
        matches!(variable, ast::Expr::PathExpr(_)).then(|| variable.syntax().text().to_string())
    });
    assigned.any(|variable| !bound.contains(&variable))
}

/// For each arm, the index of the innermost arm that contains it.
fn arms_around(arms: &[Arm]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut around = Vec::with_capacity(arms.len());
    for (place, arm) in arms.iter().enumerate() {
        while open
            .pop_if(|outer| !arms[*outer].range.contains_range(arm.range))
            .is_some()
        {}
        around.push(open.last().copied());
        open.push(place);
    }
    around
}

fn lines(unit: &Unit<'_>, body: &ast::Expr) -> u32 {
    unit.code_lines(match body {
        ast::Expr::BlockExpr(block) => inside(block),
        other => other.syntax().text_range(),
    })
}

fn is_one_thing(body: &ast::Expr) -> bool {
    let only = match body {
        ast::Expr::BlockExpr(block) if block.statements().all(|it| is_constant(&it)) => {
            block.tail_expr()
        }
        other => Some(other.clone()),
    };
    if only
        .as_ref()
        .is_some_and(|only| is_data(only) || is_question(only))
    {
        return true;
    }
    matches!(
        only,
        Some(
            ast::Expr::MatchExpr(_)
                | ast::Expr::MacroExpr(_)
                | ast::Expr::RecordExpr(_)
                | ast::Expr::ArrayExpr(_)
        )
    )
}

/// Whether a value consists of `matches!` and the like, joined by `&&` and `||`.
fn is_question(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::BinExpr(both) if matches!(both.op_kind(), Some(ast::BinaryOp::LogicOp(_))) => {
            [both.lhs(), both.rhs()].iter().flatten().all(is_question)
        }
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| is_question(&inner)),
        ast::Expr::PrefixExpr(inner) => inner.expr().is_some_and(|inner| is_question(&inner)),
        ast::Expr::MacroExpr(_) | ast::Expr::PathExpr(_) => true,
        ast::Expr::MethodCallExpr(call) => {
            let mut inside = call.syntax().descendants();
            !inside.any(|node| {
                matches!(
                    node.kind(),
                    SyntaxKind::CLOSURE_EXPR | SyntaxKind::BLOCK_EXPR
                )
            })
        }
        _ => false,
    }
}

fn is_constant(statement: &ast::Stmt) -> bool {
    matches!(
        statement,
        ast::Stmt::Item(ast::Item::Const(_) | ast::Item::Static(_))
    )
}

/// Whether a value is a table or literal, without decisions or steps.
fn is_data(value: &ast::Expr) -> bool {
    let mut inside = value.syntax().descendants().filter_map(ast::Expr::cast);
    inside.all(|part| {
        matches!(
            part,
            ast::Expr::ArrayExpr(_)
                | ast::Expr::CallExpr(_)
                | ast::Expr::Literal(_)
                | ast::Expr::MacroExpr(_)
                | ast::Expr::ParenExpr(_)
                | ast::Expr::PathExpr(_)
                | ast::Expr::PrefixExpr(_)
                | ast::Expr::RecordExpr(_)
                | ast::Expr::RefExpr(_)
                | ast::Expr::TupleExpr(_)
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn arm(body: &str) -> String {
        let rest = "z();\n".repeat(80);
        format!(
            "fn f() {{ match x {{ A::B(c) if d => {body}, A::C => {{}}, _ => {{}} }}\n{rest} }}"
        )
    }

    #[test]
    fn an_arm_that_is_a_function_is_seen() {
        let text = arm(&format!(
            "{{\nlet values = span();\n{}}}",
            "g(values);\n".repeat(30)
        ));
        assert_eq!(fired("long-match-arm", &text), [("A".to_owned(), 31)]);
    }

    #[test]
    fn an_arm_that_can_not_be_a_function_is_left_alone() {
        let long = "g();\n".repeat(40);
        let fires = |body: &str| !fired("long-match-arm", &arm(body)).is_empty();
        for end in [
            "return;",
            "break;",
            "if h { continue 'a; }",
            "state = 1;",
            "sum += 1;",
        ] {
            assert!(!fires(&format!("{{\n{long}{end}\n}}")), "{end}");
        }
        for end in [
            "return Err(a);",
            "let mut sum = 0; sum += 1;",
            "self.state = 1;",
            "k(|| { return 1; });",
            "for a in b { continue; }",
            "h()?;",
        ] {
            assert!(fires(&format!("{{\n{long}{end}\n}}")), "{end}");
        }
    }

    #[test]
    fn an_arm_that_is_its_function_is_left_alone() {
        let long = "g();\n".repeat(40);
        let few = format!("fn f() {{ match x {{ A => {{\n{long}}}, _ => {{}} }}\n{long}{long} }}");
        let most = format!("fn f() {{ match x {{ A => {{\n{long}}}, B => {{}}, _ => {{}} }} }}");
        for text in [few, most] {
            assert!(fired("long-match-arm", &text).is_empty(), "{text}");
        }
    }

    #[test]
    fn an_arm_that_is_one_thing_is_left_alone() {
        let lines = "1 => 2,\n".repeat(40);
        for body in [
            format!("match y {{ {lines} }}"),
            format!("{{ match y {{ {lines} }} }}"),
            format!("quote! {{ {lines} }}"),
            format!("S {{ {} }}", "a: 1,\n".repeat(40)),
            format!("[{}]", "1,\n".repeat(40)),
            format!("Some(&[{}])", "(-1, \"a\", X),\n".repeat(40)),
            format!("{{ const A: &[u8] = &[{}]; A }}", "1,\n".repeat(40)),
            format!("matches!(a, {} C) && (b.is_c() || !d)", "B |\n".repeat(40)),
        ] {
            assert!(fired("long-match-arm", &arm(&body)).is_empty(), "{body}");
        }
    }

    #[test]
    fn comments_are_left_alone() {
        let body = format!("{{ {} a(); }}", "// why\n\n".repeat(40));
        assert!(fired("long-match-arm", &arm(&body)).is_empty());
    }

    #[test]
    fn one_of_very_many_arms_stands_where_it_is() {
        let long = "a();\n".repeat(31);
        let text = |arms: usize| {
            let short = "1 => {\nb();\nc();\n}\n".repeat(arms - 2);
            format!("fn f(c: u8) {{\nmatch c {{\n0 => {{\n{long}}}\n{short}_ => {{}}\n}}\n}}\n")
        };
        assert_eq!(fired("long-match-arm", &text(40)).len(), 1);
        assert!(fired("long-match-arm", &text(41)).is_empty());
    }

    #[test]
    fn an_arm_is_not_blamed_for_the_long_arm_inside() {
        let inner = "g();\n".repeat(32);
        let body = |more: usize| {
            let more = "h();\n".repeat(more);
            arm(&format!(
                "{{\n{more}match y {{\n I(j) => {{\n{inner}}}\n J => {{}}\n _ => {{}}\n }}\n}}"
            ))
        };
        assert_eq!(fired("long-match-arm", &body(10)), [("I".to_owned(), 32)]);
        assert_eq!(
            fired("long-match-arm", &body(30)),
            [("A".to_owned(), 68), ("I".to_owned(), 32)]
        );
    }
}
