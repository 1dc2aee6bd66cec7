//! # Distant declaration
//!
//! ## What it does
//! Finds variables that are initialised with an empty or constant value many lines before their first use.
//!
//! ## Why
//! Readers keep the name in mind for a screen in which it means nothing, and look in vain for what changes it there. Declared
//! where it is first used, it shows what the next lines are about, and they can be extracted together.
//!
//! ## Example
//! ```rust before
//! fn report(lines: &[Line], log: &mut Log) -> Summary {
//!     let mut total = 0;
//!     // … 20 more statements
//!     for line in lines {
//!         log.add(line);
//!         total += log.size();
//!     }
//!     Summary::new(total, log)
//! }
//! ```
//! ```rust after
//! fn report(lines: &[Line], log: &mut Log) -> Summary {
//!     // … 20 more statements
//!     let mut total = 0;
//!     for line in lines {
//!         log.add(line);
//!         total += log.size();
//!     }
//!     Summary::new(total, log)
//! }
//! ```
//!
//! ## What it leaves alone
//! - Values that are computed, read or depend on the time, such as `Instant::now()`: only literals, constants, `None` and
//!   empty collections can be written anywhere.
//! - Groups of variables at the start of a block; variables that are not `mut`, which are named constants; names that start
//!   with `_`; declarations with a comment.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of lines with code between the declaration and the first statement that uses the variable: 15
//! are fine, more are a warning, more than 30 a strong one. It fires 0.1 times in 100,000 lines of well-kept code. Reported
//! in the `full` profile only. `narrow-variable` fixes it where a plain statement sets the variable first.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Slide Statements"; *Code Complete*, "Minimize Scope".

use ra_ap_syntax::{
    AstNode, Direction, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasName},
};

use super::unwrap_in_fallible::is_explained;
use crate::{
    facts::Sighting,
    smells::{Calm, Limits, Look, Sightings, Smell},
    syntax::{Unit, mentions, purity},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(0.1),
    calm: Calm::Never,
    answers: &["narrow-variable"],
    sees: &[SyntaxKind::LET_STMT],
    ..Smell::new(
        "distant-declaration",
        Limits::of(15, 30),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() || !sightings.keeps(unit.lines()) {
        return;
    }
    for declared in unit.nodes::<ast::LetStmt>() {
        let Some(name) = variable_of(&declared).filter(|_| !is_in_list(&declared)) else {
            continue;
        };
        let at = name.syntax().text_range();
        let lines = lines_to_first_use(&declared, &name, unit);
        if let Some(lines) = lines.filter(|_| !is_explained(unit, at)) {
            sightings.push(at, lines);
        }
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "`{name}` is first used {} lines below; declare it there",
        sighting.measure
    )
}

/// The name of a variable whose initial value would be the same anywhere.
fn variable_of(declared: &ast::LetStmt) -> Option<ast::Name> {
    let ast::Pat::IdentPat(pattern) = declared.pat()? else {
        return None;
    };
    let name = pattern.name()?;
    let is_variable = pattern.mut_token().is_some() && !name.text().starts_with('_');
    let is_marked = declared.attrs().next().is_some();
    let can_stand_anywhere = declared
        .initializer()
        .is_some_and(|it| can_stand_anywhere(&it));
    (is_variable && !is_marked && can_stand_anywhere).then_some(name)
}

/// Whether another variable is declared directly before or after it.
fn is_in_list(declared: &ast::LetStmt) -> bool {
    let [before, behind] = [Direction::Prev, Direction::Next]
        .map(|direction| declared.syntax().siblings(direction).nth(1));
    let beside = before.into_iter().chain(behind);
    let mut patterns = beside.filter_map(|it| ast::LetStmt::cast(it)?.pat());
    patterns.any(|pattern| match pattern {
        ast::Pat::IdentPat(pattern) => pattern.mut_token().is_some(),
        _ => false,
    })
}

/// Whether a value is the same anywhere: a literal, a constant, or an empty collection.
fn can_stand_anywhere(value: &ast::Expr) -> bool {
    let is_of_now = |node: SyntaxNode| match ast::Expr::cast(node) {
        Some(ast::Expr::FieldExpr(_) | ast::Expr::RefExpr(_)) => true,
        Some(ast::Expr::PathExpr(path)) => {
            let text = path.syntax().text().to_string();
            !text.contains(':') && !text.starts_with(char::is_uppercase)
        }
        _ => false,
    };
    purity::is_silent(value) && !value.syntax().descendants().any(is_of_now)
}

/// The lines of code between a declaration and the first statement in the same block that mentions the variable.
fn lines_to_first_use(declared: &ast::LetStmt, name: &ast::Name, unit: &Unit<'_>) -> Option<u32> {
    let text = name.text();
    let mut lines = 0;
    for statement in declared.syntax().siblings(Direction::Next).skip(1) {
        let at = statement.text_range();
        if mentions::places_of(unit.slice(at), text).next().is_some() {
            return Some(lines);
        }
        lines += unit.code_lines(at);
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    fn function(declared: &str, lines: usize, used: &str) -> String {
        format!(
            "fn f(a: A) {{\n    {declared}\n{}    {used}\n}}\n",
            "    g();\n".repeat(lines)
        )
    }

    #[test]
    fn a_plain_value_far_above_its_first_use_is_seen() {
        for declared in [
            "let mut sum = 0;",
            "let mut sum = Vec::new();",
            "let mut sum: Option<A> = None;",
            "let mut sum = A::B(1, LIMIT);",
        ] {
            let text = function(declared, 16, "for b in a { sum += b; }");
            assert_eq!(
                fired("distant-declaration", &text),
                [("sum".to_owned(), 16)],
                "{text}"
            );
            assert_eq!(
                (by_name("distant-declaration").unwrap().say)(
                    &seen("distant-declaration", &text)[0],
                    &text
                ),
                "`sum` is first used 16 lines below; declare it there"
            );
        }
        let text = function("let mut sum = 0;", 15, "h(sum)");
        assert!(fired("distant-declaration", &text).is_empty());
    }

    #[test]
    fn what_is_of_its_time_or_mentioned_before_is_left_alone() {
        for declared in [
            "let mut sum = Instant::now();",
            "let mut sum = a.b;",
            "let mut sum = a;",
            "let mut sum = &LIMIT;",
            "let mut sum = g(1);",
            "let mut sum;",
            "let sum = 0;",
            "// It is set below.\n    let mut sum = 0;",
            "let mut sum = 0;\n    print!(\"{sum}\");",
            "let mut sum = 0;\n    let mut count = 0;\n    h(count);",
            "let mut count = own();\n    let mut sum = 0;\n    h(count);",
        ] {
            let text = function(declared, 40, "h(sum)");
            assert!(fired("distant-declaration", &text).is_empty(), "{text}");
        }
        for text in [
            function("let mut _sum = 0;", 40, "h(_sum)"),
            function("let mut sum = 0;", 40, "h(summary)"),
            format!("#[test]\n{}", function("let mut sum = 0;", 40, "h(sum)")),
            function("let mut sum = 0;", 40, "h(1)"),
        ] {
            assert!(fired("distant-declaration", &text).is_empty(), "{text}");
        }
    }
}
