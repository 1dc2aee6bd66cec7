//! # Too many locals
//!
//! ## What it does
//! Finds functions with many variables in use at one point.
//!
//! ## Why
//! To understand a line, the reader has to know the value of every variable that is still needed. People can remember about
//! seven things; with fifteen, every change is a guess. Often some of the variables are the state of one step, which a
//! function or a struct could hold.
//!
//! ## Example
//! ```rust before
//! fn report(orders: &Orders) -> Report {
//!     let open = orders.open();
//!     let closed = orders.closed();
//!     let late = orders.late();
//!     let lost = orders.lost();
//!     let net = orders.net();
//!     let tax = orders.tax();
//!     let gross = net + tax;
//!     let rebate = orders.rebate();
//!     let paid = orders.paid();
//!     let due = gross - rebate - paid;
//!     let first = orders.first();
//!     let last = orders.last();
//!     let days = last - first;
//!     let users = orders.users();
//!     let regions = orders.regions();
//!     let best = regions.best();
//!     let mut report = Report::new(open, closed, late, lost);
//!     report.money(net, tax, gross, rebate, paid, due);
//!     report.dates(first, last, days);
//!     report.people(users, regions, best);
//!     report
//! }
//! ```
//! ```rust after
//! fn report(orders: &Orders) -> Report {
//!     let mut report = Report::new(orders.counts());
//!     report.money(orders.money());
//!     report.dates(orders.dates());
//!     report.people(orders.people());
//!     report
//! }
//! ```
//!
//! ## What it leaves alone
//! - Variables that are no longer or not yet used: only those in use at one point of the function count.
//! - Parameters, bindings of `match` and loops, and variables of closures; names of one or two letters and numbered names,
//!   as in arithmetic.
//! - Long or complex functions, which are reported for that; functions that build one value from all of the variables at
//!   their end.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of variables that are declared before a point and used after it. 10 are fine; more are a
//! warning, more than 15 a strong one. It fires 0.9 times in 100,000 lines of well-kept code. Reported in the `full` profile
//! only. There is no refactoring for it, but `extract-function` extracts the selected code.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Extract Function" and "Replace Function with Command"; Sourcery's "working memory".

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasName},
};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Limits, Look, Sightings, Smell, long_function},
    syntax::{Function, Unit, mentions},
    text::{TextRange, TextSize, slice},
};

pub(super) const SMELL: Smell = Smell {
    measured: "{} variables",
    rate: Some(0.9),
    calm: Calm::Never,
    sees: &[SyntaxKind::LET_STMT],
    ..Smell::new(
        "too-many-locals",
        Limits::of(10, 15),
        Look::Function(look),
        say,
    )
};

/// A variable from its declaration to its last mention.
#[derive(Debug, Clone, Copy)]
struct Life<'a> {
    name: TextRange,
    text: &'a str,
    end: TextSize,
}

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    let declared: Vec<ast::LetStmt> = unit.nodes::<ast::LetStmt>().collect();
    if !sightings.keeps(count(declared.len())) {
        return;
    }
    for function in &unit.functions {
        // Longer functions are reported for their length.
        if function.metrics.lines > long_function::SMELL.limits.warn {
            continue;
        }
        let lives = lives(&declared, function, unit);
        let points = (0..lives.len()).map(|at| alive(&lives, at));
        let Some(most) = points.max_by_key(Vec::len) else {
            continue;
        };
        let measure = count(most.len());
        if sightings.keeps(measure) && !ends_in_value_of(&most, function, unit) {
            let part = |life: &Life<'_>| Part {
                at: life.name,
                measure: 1,
            };
            let parts = most.iter().map(part).collect();
            sightings.push_with_parts(function.name(), measure, parts);
        }
    }
}

/// Whether a function ends by creating a struct from most of the variables, which are practically its fields.
fn ends_in_value_of(lives: &[Life<'_>], function: &Function, unit: &Unit<'_>) -> bool {
    let Some(tail) = function.body.tail_expr() else {
        return false;
    };
    let records = tail
        .syntax()
        .descendants()
        .filter_map(ast::RecordExpr::cast);
    let mut records = records.map(|record| unit.slice(record.syntax().text_range()));
    records.any(|record| {
        let is_field = |life: &&Life<'_>| mentions::places_of(record, life.text).next().is_some();
        lives.iter().filter(is_field).count() * 2 > lives.len()
    })
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    let last = sighting.parts.last().and_then(|part| slice(text, part.at));
    format!(
        "`{name}` has {} variables in use where `{}` is declared; extract a function or group some of them in a struct",
        sighting.measure,
        last.unwrap_or_default()
    )
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// The variables that a function's own statements declare.
fn lives<'a>(declared: &[ast::LetStmt], function: &Function, unit: &Unit<'a>) -> Vec<Life<'a>> {
    let body = function.body.syntax().text_range();
    let own = declared
        .iter()
        .filter(|it| body.contains_range(it.syntax().text_range()));
    let is_here = |it: &&ast::LetStmt| {
        let mut around = it.syntax().ancestors();
        let scope =
            around.find(|it| matches!(it.kind(), SyntaxKind::CLOSURE_EXPR | SyntaxKind::FN));
        scope.is_some_and(|scope| scope == *function.ast.syntax())
    };
    own.filter(is_here)
        .flat_map(|it| lives_of(it, unit))
        .collect()
}

/// The variables that one statement declares.
fn lives_of<'a>(declared: &ast::LetStmt, unit: &Unit<'a>) -> Vec<Life<'a>> {
    let scope = declared.syntax().parent();
    let (Some(scope), Some(pattern)) = (scope, declared.pat()) else {
        return Vec::new();
    };
    let behind = TextRange::new(
        declared.syntax().text_range().end(),
        scope.text_range().end(),
    );
    let names = pattern
        .syntax()
        .descendants()
        .filter_map(ast::IdentPat::cast);
    let names = names.filter_map(|pattern| pattern.name());
    let life = |name: ast::Name| {
        let name = name.syntax().text_range();
        let text = unit.slice(name);
        let is_of_arithmetic = text.len() < 3 || text.ends_with(|last: char| last.is_ascii_digit());
        let places = mentions::places_of(unit.slice(behind), text);
        let last = places.last().filter(|_| !is_of_arithmetic)?;
        let end = behind.start() + TextSize::new(u32::try_from(last).ok()?);
        Some(Life { name, text, end })
    };
    names.filter_map(life).collect()
}

/// The variables in use at the declaration of `at`. A shadowed name counts only once.
fn alive<'a>(lives: &[Life<'a>], at: usize) -> Vec<Life<'a>> {
    let here = lives[at].name.start();
    let mut alive: Vec<Life<'a>> = Vec::new();
    for life in lives[..=at].iter().filter(|life| life.end > here) {
        alive.retain(|other| other.text != life.text);
        alive.push(*life);
    }
    alive
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{counted, fired, seen},
    };

    fn declared(count: usize) -> String {
        counted(count, "let var#x = g();\n")
    }

    fn used(count: usize) -> String {
        counted(count, "h(var#x);\n")
    }

    #[test]
    fn variables_in_use_at_one_point_are_counted() {
        let text = format!("fn f() {{\n{}{}}}\n", declared(13), used(13));
        assert_eq!(fired("too-many-locals", &text), [("f".to_owned(), 13)]);
        let seen = seen("too-many-locals", &text);
        assert_eq!(
            (by_name("too-many-locals").unwrap().say)(&seen[0], &text),
            "`f` has 13 variables in use where `var12x` is declared; extract a function or group some of them in a struct"
        );
        let text = format!("fn f() {{\n{}{}}}\n", declared(10), used(10));
        assert!(fired("too-many-locals", &text).is_empty());
    }

    #[test]
    fn what_is_not_needed_any_more_is_not_counted() {
        let fields = counted(20, "var#x, ");
        let pairs = counted(20, "let var#x = g();\nh(var#x);\n");
        for text in [
            format!("fn f() {{\n{pairs}}}\n"),
            format!("fn f() {{\n{}}}\n", declared(20)),
            format!("fn f() {{\n{}h(own)\n}}\n", "let own = g();\n".repeat(20)),
            format!("fn f() {{\n{}{}}}\n", declared(20), used(20)).replace('x', ""),
            format!(
                "fn f() {{\n{}{}}}\n",
                declared(20),
                used(20).replace('x', "xy")
            ),
            format!("fn f() {{ g(|| {{\n{}{}}}); }}\n", declared(20), used(20)),
            format!("#[test] fn f() {{\n{}{}}}\n", declared(20), used(20)),
            format!(
                "fn f() -> R {{\n{}Ok(R {{ {} }})\n}}\n",
                declared(20),
                fields
            ),
            format!(
                "fn f() {{\n{}{}{}}}\n",
                declared(20),
                used(20),
                "g();\n".repeat(30)
            ),
        ] {
            assert!(fired("too-many-locals", &text).is_empty(), "{text}");
        }
    }
}
