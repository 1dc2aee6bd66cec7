//! # Unwrap to question
//!
//! ## What it does
//! Replaces an `unwrap()` with `?` in a function that returns an `Option` or a `Result`. Requires rustc to agree.
//!
//! ## Why
//!
//! A caller of a function that can fail is prepared for failure. A panic takes away the choice, and the reason with it.
//!
//! ## Example
//!
//! ```rust before
//! fn port(text: &str) -> Result<Port, Error> {
//!     let number: u16 = text.parse().$0unwrap();
//!     Port::new(number)
//! }
//! ```
//!
//! ```rust after
//! fn port(text: &str) -> Result<Port, Error> {
//!     let number: u16 = text.parse()?;
//!     Port::new(number)
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Closures, and `async` and `const` blocks, in which `?` would not return from the function.
//! - Functions whose return type can't be shown to be an `Option` or a `Result`.
//! - Iterators, for which `None` means the end.
//! - `expect`, whose message says why nothing can go wrong.
//! - A call with a comment in it.
//!
//! Rustc decides whether the error types fit. Whether a panic should become an error needs review.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxToken,
    ast::{self, HasArgList},
};

use super::{
    Allows, Applicability, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal,
    Target, find,
};
use crate::{
    syntax::{FileNames, fallible, flow, layout, types_shown::head_of},
    text::TextRange,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "unwrap-to-question",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::METHOD_CALL_EXPR],
    needs: Needs::Verdict,
    allows: Allows::of("?", "unwrap", &[]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let (call, receiver) = unwrap_at(context, target).ok_or(Refusal::NotHere)?;
    let gives = result_of(&call)?;
    let start = receiver.syntax().text_range().end();
    let whole = TextRange::new(start, call.syntax().text_range().end());
    if !layout::comments_in(&context.root, whole).is_empty() {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment in the call would be lost.",
        ));
    }
    let at = call.syntax().text_range();
    Plan::new(at, move || {
        let title = match gives {
            Gives::Result => "Return the error instead of panicking",
            Gives::Option => "Return `None` instead of panicking",
        };
        let rewrite = context.rewrite(whole).text("?");
        Ok(Change::new(title, at, vec![rewrite])?
            .with(Applicability::Draft)
            .checked(&[
                "the enclosing function returns an `Option` or a `Result`",
                "no closure or `async` block is in between",
            ]))
    })
}

/// The kind of a function's return type.
#[derive(Debug, Clone, Copy)]
enum Gives {
    Result,
    Option,
}

/// The `unwrap` call whose name or dot is at the target, and its receiver.
fn unwrap_at(
    context: &Context<'_>,
    target: Target<'_>,
) -> Option<(ast::MethodCallExpr, ast::Expr)> {
    let at: SyntaxToken = find::token_at(context, target)?;
    let call = find::around::<ast::MethodCallExpr>(context, target).next()?;
    let receiver = call.receiver()?;
    let is_here = at.text_range().start() >= receiver.syntax().text_range().end();
    let is_unwrap = call.name_ref()?.text() == "unwrap" && call.arg_list()?.args().next().is_none();
    (is_here && is_unwrap).then_some((call, receiver))
}

/// The return type of the function that directly contains the call.
fn result_of(call: &ast::MethodCallExpr) -> Result<Gives, Refusal> {
    let scope = call.syntax().ancestors().find(flow::is_own_scope);
    let Some(function) = scope.and_then(ast::Fn::cast) else {
        return Err(Refusal::because(
            Hazard::ControlFlow,
            "`?` would return from the closure or the `async` block, not from the function.",
        ));
    };
    if function.const_token().is_some() {
        return Err(Refusal::because(
            Hazard::Constants,
            "`?` isn't allowed in a `const fn`.",
        ));
    }
    let ty = function.ret_type().and_then(|it| it.ty());
    let ty = ty
        .map(|ty| ty.syntax().text().to_string())
        .unwrap_or_default();
    let declared = FileNames::around(&function);
    if fallible::is_result_type(&ty, &declared) {
        return Ok(Gives::Result);
    }
    let is_own = !declared.types("Option").is_empty() || declared.imports("Option");
    if head_of(&ty) == "Option" && !is_own {
        return if gives_items(&function) {
            Err(Refusal::because(
                Hazard::Evaluation,
                "`None` would mean the end of the iteration, not a failure.",
            ))
        } else {
            Ok(Gives::Option)
        };
    }
    Err(Refusal::NotHere)
}

/// Whether a function yields items one by one, so that `None` marks the end.
fn gives_items(function: &ast::Fn) -> bool {
    let owner = function.syntax().ancestors().find_map(ast::Impl::cast);
    let of = owner.and_then(|owner| owner.trait_());
    let of = of
        .map(|of| of.syntax().text().to_string())
        .unwrap_or_default();
    let last = head_of(&of)
        .rsplit("::")
        .next()
        .unwrap_or_default()
        .to_owned();
    last.ends_with("Iterator") || last.ends_with("Stream")
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        *,
    };
    use crate::syntax::FileContext;

    static UNWRAP: Refactoring = REFACTORING;

    fn inside(gives: &str, code: &str) -> String {
        format!("fn f(a: &mut A) -> {gives} {{\n    {code}\n    Ok(b)\n}}\n")
    }

    #[test]
    fn a_panic_becomes_what_the_function_returns() {
        for gives in [
            "Result<u8, E>",
            "io::Result<u8>",
            "anyhow::Result<u8>",
            "Option<u8>",
        ] {
            for (before, after) in [
                ("let b = a.b().$0unwrap();", "let b = a.b()?;"),
                ("let b = g(a.b$0.unwrap());", "let b = g(a.b?);"),
                ("a.write(1).$0unwrap();", "a.write(1)?;"),
                (
                    "let b = a.b().$0unwrap().c().unwrap();",
                    "let b = a.b()?.c().unwrap();",
                ),
                (
                    "let b = a.b().unwrap().c().$0unwrap();",
                    "let b = a.b().unwrap().c()?;",
                ),
                ("let b = a.b().await.$0unwrap();", "let b = a.b().await?;"),
                (
                    "let b = g(a)\n        .unwrap()\n        .b\n        .$0unwrap();",
                    "let b = g(a)\n        .unwrap()\n        .b?;",
                ),
            ] {
                assert_becomes_laid_out(&inside(gives, before), &inside(gives, after));
            }
        }
    }

    /// Chains are laid out only after rustc has confirmed the change.
    #[track_caller]
    fn assert_becomes_laid_out(before: &str, after: &str) {
        if before.contains("\n        .") {
            let (start, end) = before.split_once("$0").unwrap();
            let offer = offered(FileContext::default(), &UNWRAP, before).unwrap();
            let result = offer.change().edits().apply(&format!("{start}{end}"));
            assert_eq!(result.as_deref(), Some(after));
            return;
        }
        assert_becomes(&UNWRAP, before, after);
    }

    #[test]
    fn it_says_what_is_returned_and_is_never_carried_out_unseen() {
        let title = |gives: &str| {
            let text = inside(gives, "let b = a.b().$0unwrap();");
            let offer = offered(FileContext::default(), &UNWRAP, &text).unwrap();
            assert_eq!(offer.change().applicability, Applicability::Draft);
            offer.change().title.clone()
        };
        assert_eq!(
            title("Result<u8, E>"),
            "Return the error instead of panicking"
        );
        assert_eq!(title("Option<u8>"), "Return `None` instead of panicking");
    }

    #[test]
    fn what_returns_on_its_own_is_refused() {
        for code in [
            "let b = a.map(|c| c.$0unwrap());",
            "let b = async { a.b().$0unwrap() };",
            "let b = const { a().$0unwrap() };",
        ] {
            assert_refused(&UNWRAP, Hazard::ControlFlow, &inside("Result<u8, E>", code));
        }
        let text = "const fn f(a: Option<u8>) -> Option<u8> { Some(a.$0unwrap()) }";
        assert_refused(&UNWRAP, Hazard::Constants, text);
    }

    #[test]
    fn the_end_of_an_iterator_is_no_error() {
        for of in ["Iterator", "iter::DoubleEndedIterator", "Stream"] {
            let text = format!(
                "impl {of} for A {{ fn next(&mut self) -> Option<u8> {{ Some(self.b.$0unwrap()) }} }}"
            );
            assert_refused(&UNWRAP, Hazard::Evaluation, &text);
        }
    }

    #[test]
    fn comments_stay() {
        for code in [
            "let b = a.b() /* c */ .$0unwrap();",
            "let b = a\n        .b()\n        // Why.\n        .$0unwrap();",
        ] {
            assert_refused(&UNWRAP, Hazard::Text, &inside("Option<u8>", code));
        }
    }

    #[test]
    fn other_functions_and_calls_are_left_alone() {
        for gives in [
            "u8",
            "impl Future<Output = Option<u8>>",
            "Vec<Option<u8>>",
            "Outcome",
        ] {
            assert_not_here(&UNWRAP, &inside(gives, "let b = a.b().$0unwrap();"));
        }
        assert_not_here(&UNWRAP, "fn f() { a().$0unwrap(); }");
        assert_not_here(
            &UNWRAP,
            "enum Option<T> { A(T) } fn f() -> Option<u8> { a().$0unwrap(); }",
        );
        for code in [
            "let b = a.b().$0expect(\"it is there\");",
            "let b = a.b().$0unwrap_or(1);",
            "let b = a.b().$0unwrap(1);",
            "let b = $0a.b().unwrap();",
            "let b = $0unwrap();",
        ] {
            assert_not_here(&UNWRAP, &inside("Option<u8>", code));
        }
        let nested = "fn f() -> Option<u8> { fn g() { a().$0unwrap(); } None }";
        assert_not_here(&UNWRAP, nested);
    }
}
