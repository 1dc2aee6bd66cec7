//! # Use named idiom
//!
//! ## What it does
//! Replaces a hand-written `match`, `if`, guard or search loop with the equivalent method, macro or `?`, if only rustc
//! knows the types. Requires rustc to agree.
//!
//! ## Why
//!
//! A name tells the reader at once what happens. With the longer code, the reader has to check that nothing else does.
//!
//! ## Example
//!
//! ```rust before
//! fn limit(settings: &Settings) -> Limit {
//!     let limit = $0match settings.limit() {
//!         Some(limit) => limit,
//!         None => Limit::of_cores(99),
//!     };
//!     limit.clamped()
//! }
//! ```
//!
//! ```rust after
//! fn limit(settings: &Settings) -> Limit {
//!     let limit = settings.limit().unwrap_or_else(|| Limit::of_cores(99));
//!     limit.clamped()
//! }
//! ```
//!
//! If one arm of several only propagates the error, `?` is added to the scrutinee:
//!
//! ```rust before
//! fn skip(input: &mut Input) -> Result<usize, InputError> {
//!     $0match input.next_word() {
//!         Ok(Word::End) => Ok(0),
//!         Ok(Word::Space(count)) => input.pass(count),
//!         Ok(word) => input.pass(word.len()),
//!         Err(error) => Err(error),
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn skip(input: &mut Input) -> Result<usize, InputError> {
//!     match input.next_word()? {
//!         Word::End => Ok(0),
//!         Word::Space(count) => input.pass(count),
//!         word => input.pass(word.len()),
//!     }
//! }
//! ```
//!
//! Two calls become one if there is a method for both:
//!
//! ```rust before
//! fn is_open(line: Option<&Line>) -> bool {
//!     line.$0map(|line| line.ends_in("{")).unwrap_or(false)
//! }
//! ```
//!
//! ```rust after
//! fn is_open(line: Option<&Line>) -> bool {
//!     line.is_some_and(|line| line.ends_in("{"))
//! }
//! ```
//!
//! An `if` that only panics becomes an assertion:
//!
//! ```rust before
//! fn add(names: &mut Vec<String>, name: &str) {
//!     $0if name.is_empty() {
//!         panic!("a name is missing behind {}", names.len());
//!     }
//!     names.push(name.to_owned());
//! }
//! ```
//!
//! ```rust after
//! fn add(names: &mut Vec<String>, name: &str) {
//!     assert!(!name.is_empty(), "a name is missing behind {}", names.len());
//!     names.push(name.to_owned());
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Code whose types are known from syntax alone, which `question-mark`, `match-to-combinator` and `loop-to-search`
//!   change without rustc.
//! - Other loops.
//! - Comments that would be lost.
//! - An error that may become a trait object, which `?` converts differently.
//! - An error that stays in a variable.
//! - A value for which a closure would move or borrow more than the current code.
//!
//! ## What it checks
//!
//! No closure contains an early exit, and nothing is created at a different time. The scrutinee is moved at the same
//! place as before. Rustc checks the types; code that would compile but behave differently is left alone.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    shapes::{
        asserted::Asserted, mapped_default::MappedDefault, named_choice::NamedChoice,
        question_first::QuestionFirst, question_tail, search_loop::SearchLoop,
    },
    syntax::types_shown::TypesBy,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "use-named-idiom",
    kind: Kind::Rewrite,
    at: &[
        SyntaxKind::FOR_EXPR,
        SyntaxKind::IF_EXPR,
        SyntaxKind::LET_STMT,
        SyntaxKind::MATCH_EXPR,
        SyntaxKind::METHOD_CALL_EXPR,
    ],
    needs: Needs::Verdict,
    allows: Allows::of(
        "? _ all and_then any as_mut as_ref assert char find is_none_or is_ok_and is_some_and iter let map map_err matches ok ok_or ok_or_else position unwrap_or unwrap_or_default unwrap_or_else",
        "Err None Ok Some break else enumerate false for if in into let map match mut panic return true unwrap_or",
        &[Also::DropsPattern, Also::Negates],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    if let Some(found) = find::loop_at(context, target) {
        return plan_search(context, &found);
    }
    let mapped = mapped_at(context, target)
        .map(|call| MappedDefault::of(&call, &source.text, source.context));
    match mapped {
        None | Some(Err(Refusal::NotHere)) => {}
        Some(shape) => return plan_mapped(shape?),
    }
    let node = find::choice_at(context, target).or_else(|| find::let_else_at(context, target));
    let node = node.ok_or(Refusal::NotHere)?;
    let arms = ast::MatchExpr::cast(node.clone());
    if let Some(found) = arms.and_then(|choice| QuestionFirst::of(&choice)) {
        let rewrites = found.rewrites(&source.text, source.context)?;
        return Plan::new(found.whole(), move || {
            let change = Change::new("Replace error arm with `?`", found.whole(), rewrites)?;
            Ok(change.checked(&[
                "the error is propagated as `?` would propagate it",
                "the matched value is used nowhere else",
            ]))
        });
    }
    if let Some(found) = question_tail::of_types(&node, &source.text, source.context) {
        let range = found.rewrite.range();
        return Plan::new(range, move || {
            let change = Change::new(found.title(), range, vec![found.rewrite])?;
            Ok(change.checked(&[
                "the enclosing function returns an `Option`, and no code follows",
                "nothing is created or dropped at a different time",
            ]))
        });
    }
    match Asserted::of(&node, &source.text, source.context) {
        Err(Refusal::NotHere) => {}
        shape => return plan_assert(shape?),
    }
    let found = NamedChoice::of(&node, &source.text, source.context).ok_or(Refusal::NotHere)?;
    let (whole, rewrite) = found.rewrite(&source.text, source.context)?;
    Plan::new(whole, move || {
        let title = format!("Replace with `{}`", found.name);
        Ok(Change::new(title, whole, vec![rewrite])?.checked(&[
            "no closure contains an early exit of the function",
            "nothing is created or dropped at a different time",
        ]))
    })
}

/// Plans the replacement of a conditional panic.
fn plan_assert(shape: Asserted<'_>) -> Result<Plan<'_>, Refusal> {
    let range = shape.rewrite.range();
    Plan::new(range, move || {
        Ok(
            Change::new("Replace with `assert!`", range, vec![shape.rewrite])?.checked(&[
                "the condition has an exact negation",
                "the message is the same and is only built when it was before",
            ]),
        )
    })
}

/// Plans the replacement of two calls by one.
fn plan_mapped(shape: MappedDefault<'_>) -> Result<Plan<'_>, Refusal> {
    let range = shape.rewrite.range();
    Plan::new(range, move || {
        let title = format!("Replace with `{}`", shape.method);
        Ok(Change::new(title, range, vec![shape.rewrite])?.checked(&[
            "one call does what the two did",
            "nothing is created or dropped at a different time",
        ]))
    })
}

/// The `unwrap_or` call at the target, or the one after the `map` at the target.
fn mapped_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::MethodCallExpr> {
    let token = find::token_at(context, target)?;
    let name = token.parent().and_then(ast::NameRef::cast)?;
    let call = name.syntax().parent().and_then(ast::MethodCallExpr::cast)?;
    match name.text() {
        "unwrap_or" => Some(call),
        "map" => call.syntax().parent().and_then(ast::MethodCallExpr::cast),
        _ => None,
    }
}

/// Plans the replacement of a loop whose source only rustc can identify as an iterator.
fn plan_search<'a>(context: &'a Context<'_>, found: &ast::ForExpr) -> Result<Plan<'a>, Refusal> {
    let (text, of) = (&context.source.text, context.source.context);
    let is_for_rustc = match SearchLoop::of(found, text, of) {
        Err(Refusal::Because { hazard, .. }) => hazard == Hazard::Types,
        _ => false,
    };
    if !is_for_rustc {
        return Err(Refusal::NotHere);
    }
    let (shape, rewrite) = SearchLoop::with(found, text, of, TypesBy::Rustc)?;
    Plan::new(shape.whole, move || {
        let title = format!("Replace loop with `{}`", shape.method);
        Ok(Change::new(title, shape.whole, vec![rewrite])?.checked(&[
            "the condition neither exits the function nor sets a variable",
            "nothing is dropped later than before",
        ]))
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{
            assert_becomes, assert_becomes_in, assert_not_here, assert_refused, offered,
        },
        *,
    };
    use crate::syntax::{Edition, FileContext};

    static USE_NAMED_IDIOM: Refactoring = REFACTORING;

    fn inside(gives: &str, code: &str) -> String {
        format!("fn f(a: &A, mut b: B) -> {gives} {{\n    {code}\n}}\n")
    }

    fn becomes(gives: &str, before: &str, after: &str) {
        assert_becomes(
            &USE_NAMED_IDIOM,
            &inside(gives, before),
            &inside(gives, after),
        );
    }

    fn refused(hazard: Hazard, gives: &str, code: &str) {
        assert_refused(&USE_NAMED_IDIOM, hazard, &inside(gives, code));
    }

    #[test]
    fn what_only_rustc_knows_is_called_by_its_name() {
        for (gives, before, after) in [
            (
                "Result<C, D>",
                "let c = $0match a.c::<C>().map_err(D::of) {\n        Ok(c) => c,\n        Err(e) => return Err(e),\n    };\n    c.d()",
                "let c = a.c::<C>().map_err(D::of)?;\n    c.d()",
            ),
            (
                "Result<C, D>",
                "let c = $0match a.c() {\n        Some(c) => c,\n        None => return Err(d(2)),\n    };\n    c.d()",
                "let c = a.c().ok_or_else(|| d(2))?;\n    c.d()",
            ),
            (
                "Option<C>",
                "let c = a.b();\n    $0match c.next {\n        Some(d) => d.last(),\n        None => None,\n    }",
                "let c = a.b();\n    c.next.and_then(|d| d.last())",
            ),
            (
                "bool",
                "let c = a.b();\n    $0match c.next {\n        Some(d) => d.is_last(1),\n        None => false,\n    }",
                "let c = a.b();\n    c.next.is_some_and(|d| d.is_last(1))",
            ),
        ] {
            becomes(gives, before, after);
        }
    }

    #[test]
    fn a_loop_that_only_looks_is_called_by_its_name() {
        for (head, after) in [
            ("d in a.b.all()", "a.b.all().any(|d| d.e(1))"),
            ("d in &a.b", "a.b.iter().any(|d| d.e(1))"),
        ] {
            let code = format!(
                "b.c();\n    $0for {head} {{\n        if d.e(1) {{\n            return true;\n        }}\n    }}\n    false"
            );
            let context = FileContext {
                edition: Edition::Edition2024,
                ..FileContext::default()
            };
            let after = inside("bool", &format!("b.c();\n    {after}"));
            let before = inside("bool", &code);
            assert_becomes_in(context, &USE_NAMED_IDIOM, &before, &after);
            // The borrowed value would be dropped after the variables.
            refused(Hazard::TailTemporaries, "bool", &code);
        }
        for head in ["d in a.b", "d in &mut b", "d in a.iter()"] {
            let code = format!(
                "$0for {head} {{\n        if d.e(1) {{\n            return true;\n        }}\n    }}\n    false"
            );
            let offered = offered(
                FileContext::default(),
                &USE_NAMED_IDIOM,
                &inside("bool", &code),
            );
            assert!(offered.is_err(), "{code}");
        }
    }

    #[test]
    fn an_error_that_is_handed_on_goes_first() {
        for (before, after) in [
            (
                "$0match a.read(&mut b) {\n        Ok(0) => b.end(),\n        Ok(n) if n > 2 => b.more(n),\n        Ok(n) => b.push(n),\n        Err(e) => return Err(e),\n    }\n    Ok(b)",
                "match a.read(&mut b)? {\n        0 => b.end(),\n        n if n > 2 => b.more(n),\n        n => b.push(n),\n    }\n    Ok(b)",
            ),
            (
                "let c = $0match b.take(a).await {\n        Err(e) => return Err(e.into()),\n        Ok(Some(c)) => c.d(),\n        // Nothing is left.\n        Ok(None) => return Ok(b),\n    };\n    c.e(b)",
                "let c = match b.take(a).await? {\n        Some(c) => c.d(),\n        // Nothing is left.\n        None => return Ok(b),\n    };\n    c.e(b)",
            ),
            (
                "$0match b.take() {\n        Ok(C::D) => a.e(b),\n        Ok(c) => {\n            b.f(c);\n            a.e(b)\n        }\n        Err(e) => {\n            return Err(Fault::Io(e));\n        }\n    }",
                "match b.take().map_err(Fault::Io)? {\n        C::D => a.e(b),\n        c => {\n            b.f(c);\n            a.e(b)\n        }\n    }",
            ),
        ] {
            becomes("Result<B, Fault>", before, after);
        }
    }

    #[test]
    fn what_would_compile_and_do_something_else_stays() {
        let arms = |head: &str, error: &str| {
            format!(
                "$0match {head} {{\n        Ok(0) => a.b(),\n        Ok(n) => a.c(n),\n        Err(e) => {error},\n    }}"
            )
        };
        for (hazard, gives, code) in [
            // The arms move part of a variable.
            (Hazard::Drops, "Result<B, E>", arms("b", "Err(e)")),
            (Hazard::Drops, "Result<B, E>", arms("a.b", "Err(e)")),
            // `?` would nest one box in another.
            (Hazard::Types, "Result<B, Box<dyn E>>", arms("a.b()", "Err(e)")),
            (
                Hazard::Types,
                "Result<B, Box<dyn E>>",
                "let c = $0match a.c::<C>().map_err(D::of) {\n        Ok(c) => c,\n        Err(e) => return Err(e),\n    };\n    c.d()".to_owned(),
            ),
            (
                Hazard::Types,
                "Result<B>",
                "let c = $0match a.c() {\n        Some(c) => c,\n        None => return Err(Box::new(D)),\n    };\n    c.d()".to_owned(),
            ),
        ] {
            refused(hazard, gives, &code);
        }
    }

    #[test]
    fn what_would_have_another_form_stays() {
        for arms in [
            "Ok(Some(c)) => {\n            a.b(c);\n        }\n        Ok(None) => {}",
            "Ok(true) => a.b(),\n        Ok(false) => a.c()",
            "Ok(Some(c)) => c,\n        Ok(None) => a.d()",
        ] {
            let code = format!(
                "$0match a.e() {{\n        {arms},\n        Err(e) => return Err(e),\n    }};\n    Ok(b)"
            );
            let code = code.replace("},\n", "}\n");
            refused(Hazard::Text, "Result<B, E>", &code);
        }
    }

    #[test]
    fn what_is_no_idiom_is_left_to_others() {
        for code in [
            // Shown by syntax alone.
            "let c = $0match a.get(1) {\n        Some(c) => c,\n        None => return None,\n    };\n    c.d()",
            // More than a method does.
            "$0match a.c {\n        Some(c) => c.d()?,\n        None => b.e(),\n    }",
            "$0match a.c() {\n        Ok(0) => b.d(),\n        Ok(_) => b.e(),\n        Err(e) => {\n            log(&e);\n            return Err(e);\n        }\n    }",
            "$0match a.c() {\n        Ok(c) => b.d(c),\n        Err(e) => return Err(e),\n    }",
        ] {
            assert_not_here(&USE_NAMED_IDIOM, &inside("Option<C>", code));
        }
    }

    #[test]
    fn what_goes_on_with_a_value_moves_out() {
        let inside = |head: &str| {
            format!(
                "$0if let {head} {{\n        b.d(c);\n        Some(b)\n    }} else {{\n        None\n    }}"
            )
        };
        for (head, after) in [
            ("Some(c) = a.c", "let c = a.c?;"),
            ("Some(c) = &a.c.d", "let c = a.c.d.as_ref()?;"),
            ("Some(c) = &mut b.e", "let c = b.e.as_mut()?;"),
            ("Some(ref c) = a.c", "let c = a.c.as_ref()?;"),
            ("Some(c) = g(a)", "let c = g(a)?;"),
            ("Ok(mut c) = a.g().await", "let mut c = a.g().await.ok()?;"),
        ] {
            let after = format!("{after}\n    b.d(c);\n    Some(b)");
            becomes("Option<B>", &inside(head), &after);
        }
        becomes(
            "Option<B>",
            "$0if let Some(c) = a.c() {\n        if let Ok(d) = c.d() {\n            return Some(d);\n        }\n    }\n    None",
            "let c = a.c()?;\n    c.d().ok()",
        );
    }

    #[test]
    fn a_question_of_what_is_held_is_asked_by_its_name() {
        for (before, after) in [
            (
                "a.b().$0map(|c| c.d(1)).unwrap_or(false)",
                "a.b().is_some_and(|c| c.d(1))",
            ),
            (
                "a.b().map(C::d).$0unwrap_or(true) && b.e",
                "a.b().is_none_or(C::d) && b.e",
            ),
            (
                "b.f(a.parse::<u8>().$0map(|c| c > 1).unwrap_or(false))",
                "b.f(a.parse::<u8>().is_ok_and(|c| c > 1))",
            ),
            (
                "let c = a\n        .long_name_of_a_list()\n        .$0map(|element| element.is_asked())\n        .unwrap_or(false);\n    c",
                "let c = a\n        .long_name_of_a_list()\n        .is_some_and(|element| element.is_asked());\n    c",
            ),
            (
                "a.short()\n        .$0map(|element| element.is_asked_for_it())\n        .unwrap_or(false)",
                "a.short().is_some_and(|element| element.is_asked_for_it())",
            ),
        ] {
            becomes("bool", before, after);
        }
        for (hazard, code) in [
            (
                Hazard::Text,
                "a.b()\n        // Why.\n        .$0map(|c| c.d())\n        .unwrap_or(false)",
            ),
            (
                Hazard::Text,
                "a.b()\n        .$0map(|c| {\n            let d = c.d();\n            d.e()\n        })\n        .unwrap_or(false)",
            ),
        ] {
            refused(hazard, "bool", code);
        }
        for code in [
            "a.b().$0map(|c| c.d()).unwrap_or(b)",
            "a.b().$0map(|c| c.d()).unwrap_or_default()",
            "a.b().$0map(|c| c.d()).is_some()",
            "a.parse::<u8>().$0map(|c| c > 1).unwrap_or(true)",
            "m!(a.b().$0map(|c| c.d()).unwrap_or(false))",
        ] {
            assert_not_here(&USE_NAMED_IDIOM, &inside("bool", code));
        }
    }

    #[test]
    fn what_panics_otherwise_is_asserted() {
        for (before, after) in [
            (
                "$0if a.is_empty() {\n        panic!(\"none of {b}\");\n    }",
                "assert!(!a.is_empty(), \"none of {b}\");",
            ),
            (
                "$0if a.is_empty() {\n        // Why.\n        //\n        // And how.\n        panic!(\"none\");\n    }",
                "// Why.\n    //\n    // And how.\n    assert!(!a.is_empty(), \"none\");",
            ),
            (
                "$0if b.n != 1 {\n        panic!(\n            \"{} {}\",\n            b,\n            a.c(1),\n        )\n    }",
                "assert!(b.n == 1, \"{} {}\", b, a.c(1));",
            ),
            (
                "$0if !a.is_long_enough_for_it() {\n        panic!(\"one that is much longer than a line of calls {}\", b);\n    }",
                "assert!(\n        a.is_long_enough_for_it(),\n        \"one that is much longer than a line of calls {}\",\n        b\n    );",
            ),
        ] {
            becomes(
                "()",
                &format!("{before}\n    a.d();"),
                &format!("{after}\n    a.d();"),
            );
        }
        for (hazard, code) in [
            (
                Hazard::Text,
                "$0if a.is_empty() {\n        panic!(\"none\"); // Why.\n    }",
            ),
            (
                Hazard::Text,
                "$0if a.is_empty() {\n        panic!(\"none {}\", b.map(|c| {\n            c.d()\n        }));\n    }",
            ),
        ] {
            refused(hazard, "()", code);
        }
        for code in [
            "$0if a.is_empty() {\n        panic!();\n    }",
            "$0if a.is_empty() {\n        panic!(b);\n    }",
            "$0if a.is_empty() {\n        b.c();\n        panic!(\"none\");\n    }",
            "$0if a.is_empty() {\n        panic!(\"none\");\n    } else {\n        b.c();\n    }",
            "$0if a.is_empty() && b.c() {\n        panic!(\"none\");\n    }",
            "$0if b.pop().is_none() {\n        panic!(\"none\");\n    }",
            "$0if a.is_in(&mut b) {\n        panic!(\"none\");\n    }",
            "$0if let Some(c) = a.c() {\n        panic!(\"{c}\");\n    }",
        ] {
            assert_not_here(&USE_NAMED_IDIOM, &inside("()", code));
        }
    }
}
