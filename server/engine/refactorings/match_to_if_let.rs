//! # Match to if let
//!
//! ## What it does
//! Converts a `match` that checks for one pattern into an `if let`.
//!
//! ## Why
//!
//! `if let` shows that only one case matters, and needs one level of indentation less.
//!
//! ## Example
//!
//! ```rust before
//! fn greet(name: Option<&str>, log: &mut Log) {
//!     $0match name {
//!         Some(name) => {
//!             log.greeted(name);
//!             log.flush();
//!         }
//!         None => {
//!             // It is counted all the same.
//!             log.skipped();
//!         }
//!     }
//!     log.close();
//! }
//! ```
//!
//! ```rust after
//! fn greet(name: Option<&str>, log: &mut Log) {
//!     if let Some(name) = name {
//!         log.greeted(name);
//!         log.flush();
//!     } else {
//!         // It is counted all the same.
//!         log.skipped();
//!     }
//!     log.close();
//! }
//! ```
//!
//! The second case may be the one that matters:
//!
//! ```rust before
//! fn close(log: &mut Log) {
//!     $0match log.flush() {
//!         Ok(()) => {}
//!         Err(error) => report(&error, "the log is not complete"),
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn close(log: &mut Log) {
//!     if let Err(error) = log.flush() {
//!         report(&error, "the log is not complete");
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - A `match` that is used as a value.
//! - Guards and attributes.
//! - Patterns without a variable, for which a method or a comparison is better.
//! - A second arm for a specific case.
//! - Two non-empty arms at the end of a block.
//! - An arm that contains only an `if`.
//! - A first arm without braces.
//! - Comments between the arms.
//!
//! ## What it checks
//!
//! If there is an `else`, the scrutinee holds no temporaries, which an `if let` might drop at a different time. The
//! lines fit unchanged one level further out.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::shapes::single_pattern::SinglePattern;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "match-to-if-let",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::MATCH_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("if let else", "match", &[Also::DropsPattern]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let node = find::choice_at(context, target).ok_or(Refusal::NotHere)?;
    let choice = ast::MatchExpr::cast(node).ok_or(Refusal::NotHere)?;
    let shape = SinglePattern::of(&choice).ok_or(Refusal::NotHere)?;
    // `?` or `expect` is shorter.
    if shape.is_second && shape.is_handed_on() {
        return Err(Refusal::NotHere);
    }
    let rewrite = shape.rewrite(&source.text, source.context)?;
    let whole = shape.whole();
    let empty = if shape.is_second {
        "the first arm does nothing"
    } else {
        "the second arm binds nothing"
    };
    Plan::new(whole, move || {
        Ok(
            Change::new("Convert `match` to `if let`", whole, vec![rewrite])?
                .checked(&[empty, "the scrutinee is dropped where it was before"]),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{
            assert_becomes, assert_not_here, assert_refused, assert_refused_in, offered,
        },
        *,
    };
    use crate::syntax::{Edition, FileContext, Hazard};

    static TO_IF_LET: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(a: Option<u8>) {{\n{lines}}}\n")
    }

    fn choice(value: &str, first: &str, second: &str) -> String {
        let block = |code: &str| match code {
            "" => "{}".to_owned(),
            code => format!("{{\n        {code}\n    }}"),
        };
        inside(&format!(
            "$0match {value} {{\n    Some(b) => {}\n    _ => {}\n}}\nd();",
            block(first),
            block(second)
        ))
    }

    #[test]
    fn what_is_matched_outlives_every_arm() {
        let code = inside(
            "$0match g() {\n    Ok(b) => {\n        c(b);\n        d();\n    }\n    Err(_) => {\n        e();\n        d();\n    }\n}\nd();",
        );
        let of = |edition| FileContext {
            edition,
            ..FileContext::default()
        };
        let old = offered(of(Edition::Edition2021), &TO_IF_LET, &code);
        assert!(old.is_ok());
        assert_refused_in(
            of(Edition::Edition2024),
            &TO_IF_LET,
            Hazard::Temporaries,
            &code,
        );
    }

    #[test]
    fn the_second_arm_is_the_else() {
        assert_becomes(
            &TO_IF_LET,
            &inside(
                "$0match a {\n    Some(b) => {\n        c(b);\n        e();\n    }\n    _ => {\n        // Why.\n        f();\n    }\n}\nd();",
            ),
            &inside(
                "if let Some(b) = a {\n    c(b);\n    e();\n} else {\n    // Why.\n    f();\n}\nd();",
            ),
        );
    }

    #[test]
    fn nothing_to_be_done_is_nothing() {
        assert_becomes(
            &TO_IF_LET,
            &choice("a.g()", "c(b);", ""),
            &inside("if let Some(b) = a.g() {\n    c(b);\n}\nd();"),
        );
        assert_becomes(
            &TO_IF_LET,
            &inside("$0match a {\n    Some(b) => {\n        c(b);\n    }\n    None => (),\n}"),
            &inside("if let Some(b) = a {\n    c(b);\n}"),
        );
    }

    #[test]
    fn what_would_be_told_otherwise_is_refused() {
        assert_refused(
            &TO_IF_LET,
            Hazard::Temporaries,
            &choice("g.lock().unwrap().h", "c(b);", "e();\n        f();"),
        );
        for text in [
            choice("a", "if c {\n            e(b);\n        }", ""),
            choice("(S { a }).a", "c(b);", ""),
            inside(
                "$0match a {\n    // Why.\n    Some(b) => {\n        c(b);\n    }\n    None => {}\n}",
            ),
        ] {
            assert_refused(&TO_IF_LET, Hazard::Text, &text);
        }
    }

    #[test]
    fn other_choices_are_left_alone() {
        for code in [
            "let x = $0match a {\n    Some(b) => {\n        c(b);\n    }\n    None => {}\n};",
            "$0match a {\n    Some(b) if b > 1 => {\n        c(b);\n    }\n    _ => {}\n}",
            "$0match a {\n    Some(_) => {\n        c();\n    }\n    None => {}\n}",
            "$0match a {\n    Some(b) => {\n        c(b);\n    }\n    d => {\n        e(d);\n    }\n}",
            "$0match a {\n    A::B(b) => {\n        c(b);\n    }\n    A::D => {\n        e();\n    }\n}\nf();",
            "$0match a {\n    Some(b) => {\n        c(b)\n    }\n    None => {\n        e()\n    }\n}",
            "$0match a {\n    Some(b) => c(b),\n    None => {}\n}",
            "for a in d {\n    $0match a {\n        Some(b) => {\n            c(b);\n        }\n        _ => {}\n    }\n}",
            "$0match a {\n    (b, c) => {\n        d(b, c);\n    }\n    _ => {}\n}",
            "$0match a {\n    Some(1) => {\n        c();\n    }\n    Some(b) => {\n        d(b);\n    }\n    None => {}\n}",
        ] {
            assert_not_here(&TO_IF_LET, &inside(code));
        }
    }

    #[test]
    fn the_second_arm_may_be_the_one_that_counts() {
        let becomes = |before: &str, after: &str| {
            assert_becomes(&TO_IF_LET, &inside(before), &inside(after));
        };
        for (first, second, held) in [
            ("Ok(())", "Err(b)", "()"),
            ("Ok(_)", "Err(E(b))", "{}"),
            ("None", "Some(&b)", "{}"),
            ("Err(_)", "Ok(b)", "()"),
        ] {
            becomes(
                &format!(
                    "$0match g.lock().h(a) {{\n    {first} => {held},\n    {second} => c.push(b),\n}}\nd();"
                ),
                &format!("if let {second} = g.lock().h(a) {{\n    c.push(b);\n}}\nd();"),
            );
        }
        becomes(
            "$0match a.g() {\n    Ok(_) => {}\n    Err(b) => {\n        // Why.\n        c(b);\n        d()\n    }\n};\nd();",
            "if let Err(b) = a.g() {\n    // Why.\n    c(b);\n    d()\n}\nd();",
        );
        becomes(
            "$0match a.g() {\n    Ok(()) => (),\n    Err(b) => return c(b),\n}",
            "if let Err(b) = a.g() {\n    return c(b);\n}",
        );
    }

    #[test]
    fn a_first_arm_that_does_something_stays() {
        for arms in [
            "Ok(()) => c(),\n    Err(b) => d(b),",
            "Ok(()) => {\n        // Fine.\n    }\n    Err(b) => d(b),",
            "_ => {}\n    Err(b) => d(b),",
            "Ok(1) => {}\n    b => d(b),",
            "Ok(()) => {}\n    Err(b) => d(b),",
            "Ok(()) => {}\n    Err(b) => return Err(b),",
            "Ok(()) => {}\n    Err(_) => d(),",
            "Ok(()) => {}\n    Err(b) => m! { b }",
            "Ok(()) => {}\n    Err(E::A) => d(),\n    Err(b) => e(b),",
        ] {
            let code = inside(&format!("$0match a.g() {{\n    {arms}\n}}\nd();"));
            assert_not_here(&TO_IF_LET, &code);
        }
        let around = "if a {\n    $0match g() {\n        Ok(()) => {}\n        Err(b) => c.push(b),\n    }\n}";
        assert_refused_in(
            FileContext {
                edition: Edition::Edition2024,
                ..FileContext::default()
            },
            &TO_IF_LET,
            Hazard::Text,
            &inside(around),
        );
    }
}
