//! # Long closure
//!
//! ## What it does
//! Finds closures with many lines of code.
//!
//! ## Why
//! A closure is read in the middle of other code. A long one obscures that code, has no name to describe it, and captures
//! any variable around it implicitly. A function declares what it needs, and can be tested separately.
//!
//! ## Example
//! ```rust before
//! fn run(jobs: Vec<Job>) {
//!     // … 10 more statements
//!     jobs.into_iter().for_each(|job| {
//!         // … 26 more statements
//!     });
//! }
//! ```
//! ```rust after
//! fn run(jobs: Vec<Job>) {
//!     // … 10 more statements
//!     jobs.into_iter().for_each(carry_out);
//! }
//!
//! fn carry_out(job: Job) {
//!     // … 26 more statements
//! }
//! ```
//!
//! ## What it leaves alone
//! - Closures whose body is a `match` with at most two statements before it, and closures that make up nearly all of their
//!   function, such as the body of a thread.
//! - Closures that run within a context: those passed to `with`, `in_scope` and similar functions, and those whose parameter
//!   has the name of the receiver, as is common in writers of nested text.
//! - Closures inside one that is reported; tests, benchmarks and examples.
//! - Blank lines and comments.
//!
//! ## Limits
//! The measure is the number of lines of code between the braces. 25 are fine; more are a warning, more than 50 a strong
//! one. It fires 2.3 times in 100,000 lines of well-kept code. Reported in the `full` profile only: in a review 14 of 21
//! findings were worth acting on. `closure-to-function` answers it if the closure is bound to a name and captures nothing.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Extract Function".

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use crate::{
    facts::Sighting,
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Unit, inside, tables},
    text::TextRange,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(2.3),
    calm: Calm::Never,
    answers: &["closure-to-function"],
    sees: &[SyntaxKind::CLOSURE_EXPR],
    ..Smell::new(
        "long-closure",
        Limits::of(25, 50),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    let mut told: Option<TextRange> = None;
    for closure in unit.nodes::<ast::ClosureExpr>() {
        let Some(ast::Expr::BlockExpr(body)) = closure.body() else {
            continue;
        };
        let at = body.syntax().text_range();
        let lines = unit.code_lines(inside(&body));
        let is_inside = told.is_some_and(|told| told.contains_range(at));
        if is_inside || !sightings.keeps(lines) {
            continue;
        }
        let is_fine = tables::ends_in_match(&body)
            || unit.is_most_of_function(at, lines)
            || is_part_of_a_frame(&closure);
        let bar = closure
            .param_list()
            .and_then(|list| list.syntax().first_token());
        if let Some(bar) = bar.filter(|_| !is_fine) {
            sightings.push(bar.text_range(), lines);
            told = Some(at);
        }
    }
}

/// Whether a closure is the body of a wrapping call: `pool.with(|pool| …)`, `writer.block("{", |writer| …)`.
fn is_part_of_a_frame(closure: &ast::ClosureExpr) -> bool {
    let list = closure.syntax().parent().and_then(|list| list.parent());
    match list.and_then(ast::CallableExpr::cast) {
        Some(ast::CallableExpr::MethodCall(call)) => {
            let name = call.name_ref().map(|name| name.text().to_string());
            let own = closure
                .param_list()
                .into_iter()
                .flat_map(|list| list.params());
            let mut own = own.map(|own| own.syntax().text().to_string());
            let receiver = call.receiver().map(|it| it.syntax().text().to_string());
            name.is_some_and(|name| is_frame(&name)) || own.any(|own| Some(own) == receiver)
        }
        Some(ast::CallableExpr::Call(call)) => {
            let callee = call.expr().map(|callee| callee.syntax().text().to_string());
            callee.is_some_and(|callee| is_frame(callee.rsplit("::").next().unwrap_or(&callee)))
        }
        None => false,
    }
}

fn is_frame(name: &str) -> bool {
    name == "with" || name == "in_scope" || name.starts_with("with_")
}

fn say(sighting: &Sighting, _text: &str) -> String {
    format!(
        "this closure has {} lines of code; extract a function",
        sighting.measure
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn function(lines: usize, call: &str) -> String {
        let before = "before();\n".repeat(9);
        format!(
            "fn f() {{\n{before}{call}(|x| {{\n{}}});\n}}\n",
            "h();\n".repeat(lines)
        )
    }

    #[test]
    fn a_long_closure_is_seen_at_its_bar() {
        assert_eq!(
            fired("long-closure", &function(26, "g")),
            [("|".to_owned(), 26)]
        );
        assert!(fired("long-closure", &function(25, "g")).is_empty());
    }

    #[test]
    fn what_is_all_of_its_function_or_a_table_is_left_alone() {
        let body = "h();\n".repeat(40);
        let arms = "A => h(),\n".repeat(40);
        let before = "before();\n".repeat(9);
        for text in [
            format!("fn f() {{\nlet a = b();\nspawn(move || {{\n{body}}});\n}}\n"),
            format!("fn f() {{\n{before}g(|x| {{\nmatch x {{\n{arms}}}\n}});\n}}\n"),
            format!("#[test]\n{}", function(40, "g")),
            function(40, "LOCAL.with"),
            function(40, "pool::with_lock"),
            function(40, "x.block"),
        ] {
            assert!(fired("long-closure", &text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_outermost_of_two_is_told() {
        let body = "h();\n".repeat(30);
        let outer = format!("{body}k(|y| {{\n{body}}});\n");
        let text = function(0, "g").replace("(|x| {\n", &format!("(|x| {{\n{outer}"));
        assert_eq!(fired("long-closure", &text), [("|".to_owned(), 62)]);
    }
}
