//! # Guard clause
//!
//! ## What it does
//! Converts an `if` around the rest of a body into a guard clause, several levels at once.
//!
//! ## Why
//! A body that ends in a long `if` keeps its main path one level too deep. A guard clause handles the other case first,
//! with an early `return` or `continue`, and the rest moves one level out.
//!
//! ## Example
//! ```rust before
//! fn send(queue: &mut Queue, message: &Message) {
//!     $0if queue.is_open() && message.len() < 64 {
//!         // Listeners hear of it first.
//!         queue.announce(message);
//!         let ticket = queue.tickets.pop();
//!         if ticket.is_some() {
//!             queue.push(ticket, message);
//!             queue.count += 1;
//!             queue.is_sorted = false;
//!             if queue.count > 10 {
//!                 queue.flush();
//!             }
//!             println!("queued {}", queue.count)
//!         }
//!     }
//! }
//! ```
//! ```rust after
//! fn send(queue: &mut Queue, message: &Message) {
//!     if !queue.is_open() || message.len() >= 64 {
//!         return;
//!     }
//!
//!     // Listeners hear of it first.
//!     queue.announce(message);
//!     let ticket = queue.tickets.pop();
//!     if ticket.is_none() {
//!         return;
//!     }
//!
//!     queue.push(ticket, message);
//!     queue.count += 1;
//!     queue.is_sorted = false;
//!     if queue.count > 10 {
//!         queue.flush();
//!     }
//!     println!("queued {}", queue.count);
//! }
//! ```
//!
//! An `if` whose `else` only returns, breaks, continues or panics becomes a guard in the same way: the `else` block is
//! the guard. So does an `if` at the end of a function with one branch that is only a short value, which is then
//! returned early. The guard is followed by a blank line if nearby guards are, or if there are none and the rest is
//! long.
//!
//! ## What it leaves alone
//! - An `if` that isn't the last thing in a function, closure or loop body.
//! - An `if` with a value whose branches both have several statements.
//! - `None` where `Some` is matched, which `?` handles.
//! - Blocks that declare items: one level further out, they would be visible to the code before.
//! - Conditions that can't be negated safely, and patterns for which `let … else` would drop something earlier.
//! - Comments and attributes that would be lost.
//! - Conditions whose type is only inferred from being a condition, such as `generator.random()`.
//! - Lines that rustfmt would join one level further out.
//!
//! ## What it checks
//! Nothing follows the `if` in its body, so an early `return` or `continue` is the same as continuing. The condition has
//! an exact negation, even if a number may be NaN. Variables that move outwards are dropped in the same order. The last
//! expression gets a `;` if its temporaries would otherwise outlive the variables that they borrow from.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Replace Nested Conditional with Guard Clauses".

use ra_ap_syntax::SyntaxKind;

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::shapes::guard_clause::{self, Form, GuardClause};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "guard-clause",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::IF_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("continue else return", "else if", &[Also::Negates]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let guard = find::first_fit(&find::ifs_at(context, target), |choice| {
        let guard = guard_clause::find(choice, &source.text, source.context)?;
        if guard.is_awkward && matches!(target, Target::Answer(_)) {
            return Err(Refusal::because(
                Hazard::Negation,
                "The condition can only be negated with a `!` in front of all of it.",
            ));
        }
        Ok(guard)
    })?;
    Plan::new(guard.rewrite.range(), move || {
        let (title, range) = (title(&guard), guard.rewrite.range());
        let change = Change::new(title, range, vec![guard.rewrite])?;
        let change = match guard.check {
            Some(what) => change.to_check(what),
            None => change,
        };
        Ok(change.checked(&[
            "nothing follows the `if`",
            "the condition has an exact negation",
            "no items move to an outer scope",
            "temporaries are dropped before variables",
        ]))
    })
}

fn title(guard: &GuardClause<'_>) -> String {
    match (guard.form, guard.levels) {
        (Form::Else, _) => "Convert `else` to guard clause".to_owned(),
        (Form::Value, _) => "Return early from the short branch".to_owned(),
        (Form::Exit, 1) => "Convert `if` to guard clause".to_owned(),
        (Form::Exit, levels) => format!("Convert {levels} nested `if`s to guard clauses"),
    }
}

#[cfg(test)]
mod tests {
    use super::REFACTORING;
    use crate::{
        refactorings::{
            Applicability, Hazard,
            fixture::{
                assert_becomes, assert_becomes_in, assert_not_here, assert_refused,
                assert_refused_in, offered,
            },
        },
        syntax::{Edition, FileContext, RustVersion},
    };

    const EDITION_2024: FileContext = FileContext {
        edition: Edition::Edition2024,
        rust_version: None,
        role: crate::syntax::Role::Library,
        width: crate::syntax::LineWidth::DEFAULT,
    };

    #[test]
    fn a_function_returns() {
        assert_becomes(
            &REFACTORING,
            "fn f(a: u8) {\n    g();\n    if $0a == 1 {\n        h();\n        i()\n    }\n}\n",
            "fn f(a: u8) {\n    g();\n    if a != 1 {\n        return;\n    }\n    h();\n    i();\n}\n",
        );
        assert_becomes(
            &REFACTORING,
            "async fn f(a: u8) -> () {\n    $0if a.b().await {\n        h().await;\n        i();\n    }\n}\n",
            "async fn f(a: u8) -> () {\n    if !a.b().await {\n        return;\n    }\n    h().await;\n    i();\n}\n",
        );
    }

    #[test]
    fn a_short_branch_is_returned() {
        let long = |name: &str| format!("{name}();\n        // Kept.\n        {name}(1)");
        let after = |name: &str| format!("{name}();\n    // Kept.\n    {name}(1)");
        let before = |condition: &str, then: &str, other: &str| {
            format!(
                "fn f(a: &[u8]) -> R {{\n    g();\n    $0if {condition} {{\n        {then}\n    }} else {{\n        {other}\n    }}\n}}\n"
            )
        };
        let guarded = |guard: &str, rest: &str| {
            format!("fn f(a: &[u8]) -> R {{\n    g();\n    {guard}\n    {rest}\n}}\n")
        };
        for (condition, then, other, guard, rest) in [
            (
                "a.len() == 1",
                long("h"),
                "None".to_owned(),
                "if a.len() != 1 {\n        return None;\n    }",
                "h",
            ),
            (
                "a.b()?",
                "Ok(())".to_owned(),
                long("i"),
                "if a.b()? {\n        return Ok(());\n    }",
                "i",
            ),
            (
                "let Some(b) = a.get(1)",
                long("h"),
                "Err(E::F)".to_owned(),
                "let Some(b) = a.get(1) else {\n        return Err(E::F);\n    };",
                "h",
            ),
            (
                "let None = a.get(1)",
                "Ok(2)".to_owned(),
                long("h"),
                "if let None = a.get(1) {\n        return Ok(2);\n    }",
                "h",
            ),
            (
                "a.is_empty()",
                "// Why.\n        Vec::new()".to_owned(),
                long("h"),
                "if a.is_empty() {\n        // Why.\n        return Vec::new();\n    }",
                "h",
            ),
        ] {
            assert_becomes(
                &REFACTORING,
                &before(condition, &then, &other),
                &guarded(guard, &after(rest)),
            );
        }
        for (condition, then, other) in [
            ("let Some(b) = a.get(1)", long("h"), "None".to_owned()),
            ("a.first().is_none()", "None".to_owned(), long("h")),
        ] {
            let text = before(condition, &then, &other);
            assert_refused(&REFACTORING, Hazard::ControlFlow, &text);
        }
        let lent = before("let None = a.lock().get(1)", "Ok(2)", &long("h"));
        assert_refused(&REFACTORING, Hazard::Temporaries, &lent);
        for (then, other) in [
            (long("h"), long("i")),
            ("1".to_owned(), "2".to_owned()),
            (long("h"), "match a { _ => 1 }".to_owned()),
        ] {
            assert_not_here(&REFACTORING, &before("a.b()", &then, &other));
        }
        let inner = before("a.b()", &long("h"), "None").replace("g();\n    $0if", "let x = $0if");
        assert_not_here(
            &REFACTORING,
            &inner.replace("    }\n}\n", "    };\n    x\n}\n"),
        );
    }

    #[test]
    fn a_loop_continues() {
        for head in [
            "for a in b",
            "while a.b()",
            "while let Some(a) = b",
            "'a: loop",
        ] {
            assert_becomes(
                &REFACTORING,
                &format!(
                    "fn f() -> u8 {{\n    {head} {{\n        $0if c {{\n            d();\n            break;\n        }}\n    }}\n    1\n}}\n"
                ),
                &format!(
                    "fn f() -> u8 {{\n    {head} {{\n        if !c {{\n            continue;\n        }}\n        d();\n        break;\n    }}\n    1\n}}\n"
                ),
            );
        }
    }

    #[test]
    fn a_closure_returns() {
        assert_becomes(
            &REFACTORING,
            "fn f() -> u8 {\n    g(|a| {\n        $0if a {\n            h();\n            i();\n        }\n    })\n}\n",
            "fn f() -> u8 {\n    g(|a| {\n        if !a {\n            return;\n        }\n        h();\n        i();\n    })\n}\n",
        );
    }

    #[test]
    fn comments_and_strings_stay() {
        assert_becomes(
            &REFACTORING,
            "fn f(a: u8) {\n    // 0\n    $0if a == 1 {\n        // 1\n        h(\n            /* 2 */\n            \"x\n        y\",\n        ); // 3\n\n        i() // 4\n        /* 5 */\n    }\n    // 7\n}\n",
            "fn f(a: u8) {\n    // 0\n    if a != 1 {\n        return;\n    }\n\n    // 1\n    h(\n        /* 2 */\n        \"x\n        y\",\n    ); // 3\n\n    i(); // 4\n    /* 5 */\n    // 7\n}\n",
        );
    }

    #[test]
    fn a_comment_behind_the_opening_brace_gets_a_line() {
        assert_becomes(
            &REFACTORING,
            "fn f(a: u8) {\n    $0if a == 1 { // 1\n        h();\n        i();\n    }\n}\n",
            "fn f(a: u8) {\n    if a != 1 {\n        return;\n    }\n    // 1\n    h();\n    i();\n}\n",
        );
    }

    #[test]
    fn tabs_stay_tabs() {
        assert_becomes(
            &REFACTORING,
            "fn f(a: u8) {\n\t$0if a == 1 {\n\t\th();\n\t\ti();\n\t}\n}\n",
            "fn f(a: u8) {\n\tif a != 1 {\n\t\treturn;\n\t}\n\th();\n\ti();\n}\n",
        );
    }

    #[test]
    fn a_condition_of_several_lines_keeps_them() {
        assert_becomes(
            &REFACTORING,
            "fn f() {\n    $0if aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n        && bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n    {\n        h();\n        i();\n    }\n}\n",
            "fn f() {\n    if !(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n        && bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb)\n    {\n        return;\n    }\n    h();\n    i();\n}\n",
        );
    }

    #[test]
    fn last_expressions_get_the_semicolon_that_they_need() {
        for (tail, after) in [
            ("g()", "g();"),
            ("println!(\"a\")", "println!(\"a\");"),
            (
                "for a in b {\n            c();\n        }",
                "for a in b {\n        c();\n    }",
            ),
            (
                "if a {\n            c();\n        }",
                "if a {\n        c();\n    }",
            ),
            (
                "match a {\n            b => c(),\n        }",
                "match a {\n        b => c(),\n    }",
            ),
            (
                "match a.b().c() {\n            b => c(),\n        }",
                "match a.b().c() {\n        b => c(),\n    };",
            ),
            (
                "if let Some(b) = a.lock().unwrap().b {\n            c();\n        }",
                "if let Some(b) = a.lock().unwrap().b {\n        c();\n    };",
            ),
            (
                "unsafe {\n            c();\n        }",
                "unsafe {\n        c();\n    }",
            ),
            (
                "unsafe {\n            c(a);\n            d()\n        }",
                "unsafe {\n        c(a);\n        d()\n    };",
            ),
        ] {
            assert_becomes(
                &REFACTORING,
                &format!(
                    "fn f() {{\n    $0if x == 1 {{\n        h();\n        {tail}\n    }}\n}}\n"
                ),
                &format!(
                    "fn f() {{\n    if x != 1 {{\n        return;\n    }}\n    h();\n    {after}\n}}\n"
                ),
            );
        }
    }

    #[test]
    fn patterns_become_let_else_where_nothing_is_dropped_early() {
        assert_becomes(
            &REFACTORING,
            "fn f() {\n    $0if let Some(a) = self.b.get(c) {\n        h();\n        i();\n    }\n}\n",
            "fn f() {\n    let Some(a) = self.b.get(c) else {\n        return;\n    };\n    h();\n    i();\n}\n",
        );
        for scrutinee in ["a.lock().unwrap().b()", "a.borrow().b", "m!()"] {
            let text = format!(
                "fn f() {{\n    $0if let Some(a) = {scrutinee} {{\n        h();\n        i();\n    }}\n}}\n"
            );
            assert_refused(&REFACTORING, Hazard::Temporaries, &text);
        }
        let level = |context, pattern: &str| {
            let text = format!(
                "fn f() {{\n    $0if let {pattern} = b.c() {{\n        h();\n        i();\n    }}\n}}\n"
            );
            offered(context, &REFACTORING, &text)
                .unwrap()
                .change()
                .applicability
        };
        let edition_2021 = FileContext::default();
        assert_eq!(level(edition_2021, "Some(a)"), Applicability::Safe);
        assert_eq!(level(edition_2021, "Ok(a)"), Applicability::NeedsCheck);
        assert_eq!(level(EDITION_2024, "Ok(a)"), Applicability::Safe);
        let old = FileContext {
            rust_version: Some(RustVersion(64)),
            ..FileContext::default()
        };
        assert_refused_in(
            old,
            &REFACTORING,
            Hazard::Edition,
            "fn f() {\n    $0if let Some(a) = b {\n        h();\n        i();\n    }\n}\n",
        );
    }

    #[test]
    fn a_guard_has_to_fit_on_its_line() {
        let of = |value: &str| {
            format!(
                "fn f() {{\n    if let Some(a) = $0{value} {{\n        h();\n        i();\n    }}\n}}\n"
            )
        };
        let longest = "d".repeat(74);
        let guard = format!("    let Some(a) = {longest} else {{");
        assert_eq!(guard.len(), 99);
        assert_becomes(
            &REFACTORING,
            &of(&longest),
            &format!("fn f() {{\n{guard}\n        return;\n    }};\n    h();\n    i();\n}}\n"),
        );
        assert_refused(&REFACTORING, Hazard::Text, &of(&"d".repeat(75)));
    }

    #[test]
    fn an_else_that_leaves_becomes_the_guard() {
        assert_becomes(
            &REFACTORING,
            "fn f(a: u8) -> Option<u8> {\n    $0if a == 1 {\n        let b = h();\n        i(b);\n        Some(b)\n    } else {\n        // nothing\n        return None;\n    }\n}\n",
            "fn f(a: u8) -> Option<u8> {\n    if a != 1 {\n        // nothing\n        return None;\n    }\n    let b = h();\n    i(b);\n    Some(b)\n}\n",
        );
        let value_with_temporary = "fn f(a: u8) -> u8 {\n    let b = g();\n    $0if a == 1 {\n        h();\n        i();\n        b.borrow().c()\n    } else {\n        return 1;\n    }\n}\n";
        assert_refused(&REFACTORING, Hazard::TailTemporaries, value_with_temporary);
        assert_becomes_in(
            EDITION_2024,
            &REFACTORING,
            value_with_temporary,
            "fn f(a: u8) -> u8 {\n    let b = g();\n    if a != 1 {\n        return 1;\n    }\n    h();\n    i();\n    b.borrow().c()\n}\n",
        );
        assert_becomes(
            &REFACTORING,
            "fn f() -> u8 {\n    $0if let Some(b) = a {\n        h();\n        i();\n        b\n    } else {\n        unreachable!()\n    }\n}\n",
            "fn f() -> u8 {\n    let Some(b) = a else { unreachable!() };\n    h();\n    i();\n    b\n}\n",
        );
        let settled = "fn f() -> u8 {\n    let mut b = 0;\n    $0if a {\n        b += c();\n        d();\n        b\n    } else {\n        return b.pow(2);\n    }\n}\n";
        assert_refused(&REFACTORING, Hazard::Types, settled);
        let matched = "fn f(a: u8) {\n    $0if let Ok(b) = c(a) {\n        h();\n        i(b);\n    } else {\n        return;\n    }\n}\n";
        let offer = offered(FileContext::default(), &REFACTORING, matched).unwrap();
        assert_eq!(offer.change().applicability, Applicability::NeedsCheck);
    }

    #[test]
    fn what_would_have_no_place_is_refused() {
        for text in [
            "fn f() {\n    #[cfg(unix)]\n    $0if a {\n        h();\n        i();\n    }\n}\n",
            "fn f() {\n    #[allow(x)]\n    $0if a {\n        h();\n        i();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        h();\n        #[cfg(unix)]\n        i();\n    }\n}\n",
            "fn f() {\n    $0if /* 1 */ a {\n        h();\n        i();\n    }\n}\n",
            "fn f() {\n    $0if a /* 1 */ {\n        h();\n        i();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        h();\n      i();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        h();\n        i(); // 1\n    } // 2\n}\n",
            "fn f() {\n    $0if a {\n        h();\n        i();\n    } // end of if\n}\n",
            "fn f() {\n    $0if a {\n        h();\n        i();\n    } /* else: nothing */\n}\n",
            "fn f() { $0if a { h(); i(); } }\n",
        ] {
            assert_refused(&REFACTORING, Hazard::Text, text);
        }
    }

    #[test]
    fn items_are_not_moved_outwards() {
        for item in [
            "fn g() {}",
            "use a::b;",
            "const A: u8 = 1;",
            "macro_rules! m { () => {} }",
            "thread_local! { static A: u8 = 1 }",
            "items!();",
        ] {
            assert_refused(
                &REFACTORING,
                Hazard::Hoisting,
                &format!(
                    "fn f() {{\n    g();\n    $0if a {{\n        {item}\n        i();\n    }}\n}}\n"
                ),
            );
        }
    }

    #[test]
    fn conditions_without_an_opposite_are_refused() {
        let of = |condition: &str| {
            format!(
                "fn f(q: &bool) {{\n    $0if {condition} {{\n        h();\n        i();\n    }}\n}}\n"
            )
        };
        assert_refused(&REFACTORING, Hazard::Types, &of("!q"));
        assert_refused(&REFACTORING, Hazard::Negation, &of("a && let Some(b) = c"));
        assert_refused(&REFACTORING, Hazard::Negation, &of("let A(b) | B(b) = c"));
    }

    #[test]
    fn an_if_in_another_place_is_left_alone() {
        for text in [
            "fn f() -> u8 {\n    $0if a {\n        h();\n        i()\n    }\n}\n",
            "fn f() {\n    $0if a {\n        h();\n        i();\n    }\n    j();\n}\n",
            "fn f() {\n    $0if a {\n        h();\n        i();\n    } else {\n        j();\n    }\n}\n",
            "fn f() {\n    $0if a {\n        return;\n    }\n}\n",
            "fn f() {\n    $0if a {\n    }\n}\n",
            "fn f() {\n    loop {\n        'a: {\n            $0if a {\n                h();\n                i();\n            }\n        }\n    }\n}\n",
            "fn f() {\n    async {\n        $0if a {\n            h();\n            i();\n        }\n    };\n}\n",
            "fn f() {\n    let a = || -> u8 {\n        $0if a {\n            h();\n            i();\n        }\n    };\n}\n",
            "fn f() {\n    if a {\n        $0if b {\n            h();\n            i();\n        }\n    }\n    j();\n}\n",
            "const A: () = {\n    $0if a {\n        h();\n        i();\n    }\n};\n",
            "fn f() {\n    if a {\n        $0h();\n        i();\n    }\n}\n",
        ] {
            assert_not_here(&REFACTORING, text);
        }
    }

    #[test]
    fn what_the_file_declares_speaks_against_a_guard() {
        let drops = "struct D;\nimpl Drop for D {\n    fn drop(&mut self) {}\n}\n";
        let of = |items: &str, condition: &str, body: &str| {
            format!(
                "{items}fn f() {{\n    $0if {condition} {{\n{body}        h();\n        i().j()\n    }}\n}}\n"
            )
        };
        let variable = "        let _a = b;\n";
        let tail = of(drops, "a == 1", variable);
        assert_refused(&REFACTORING, Hazard::TailTemporaries, &tail);
        let level = |text: &str| {
            let offer = offered(FileContext::default(), &REFACTORING, text).unwrap();
            offer.change().applicability
        };
        assert_eq!(
            level(&of("", "a == 1", variable)),
            Applicability::NeedsCheck
        );
        assert_eq!(level(&of(drops, "a == 1", "")), Applicability::Safe);
        assert_eq!(level(&of("", "!a.ready()", "")), Applicability::NeedsCheck);
        assert_eq!(level(&of("", "!a.is_empty()", "")), Applicability::Safe);
        let item = "macro_rules! make {\n    ($n:ident) => {\n        fn $n() {}\n    };\n}\n";
        let makes_items = of(item, "a == 1", "        make!(h);\n");
        assert_refused(&REFACTORING, Hazard::Hoisting, &makes_items);
        let generic = "fn field<T: Row>() -> T {}\n";
        assert_refused(&REFACTORING, Hazard::Types, &of(generic, "field()", ""));
    }
}
