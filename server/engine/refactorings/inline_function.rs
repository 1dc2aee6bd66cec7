//! # Inline function
//!
//! ## What it does
//! Replaces the only call of a private function with its body and removes the function. Requires rustc to agree.
//!
//! ## Why
//!
//! A function that is called once, and whose name says no more than its code, sends the reader elsewhere for nothing.
//!
//! ## Example
//!
//! ```rust before
//! const RATES: Rates = Rates {
//!     high: 19,
//!     low: 7,
//! };
//!
//! fn tax_of(price: u64) -> u64 {
//!     price * RATES.high / 100
//! }
//!
//! fn gross(price: u64) -> u64 {
//!     let tax = $0tax_of(price);
//!     price + tax
//! }
//! ```
//!
//! ```rust after
//! const RATES: Rates = Rates {
//!     high: 19,
//!     low: 7,
//! };
//!
//! fn gross(price: u64) -> u64 {
//!     let tax: u64 = price * RATES.high / 100;
//!     price + tax
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Functions that are called or mentioned elsewhere, in code or in a comment.
//! - Functions with attributes, documentation or generics, and `async`, `const` or `unsafe` functions.
//! - Bodies with `return`, `?`, `.await`, items or a macro that may contain one of them.
//! - Names with a different meaning at the call.
//! - Arguments with temporaries that live as long as the call.
//! - Results that are used in another expression, unless they are a `bool`.

mod call;
mod callee;
mod names;

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use call::Place;
use callee::Callee;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "inline-function",
    kind: Kind::Inline,
    at: &[SyntaxKind::CALL_EXPR],
    needs: Needs::Verdict,
    allows: Allows::of("let", "", &[Also::DropsPattern, Also::DropsFunction]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let (call, name) = call_at(context, target).ok_or(Refusal::NotHere)?;
    let callee = Callee::of(&call, &name)?;
    let place = Place::of(&call, &callee)?;
    names::check(&call, &callee)?;
    let whole = place.range();
    Plan::new(whole, move || {
        let body = place.written(context, &callee)?;
        let gone = context.rewrite(callee.with_space());
        let change = Change::new("Inline function", whole, vec![body, gone])?;
        Ok(change.checked(&[
            "the function is private and mentioned nowhere else in the file",
            "every name has the same meaning at the call",
            "the body has no early exit",
        ]))
    })
}

/// The function call whose name is at the target.
fn call_at(context: &Context<'_>, target: Target<'_>) -> Option<(ast::CallExpr, String)> {
    let at = find::token_at(context, target)?;
    let call = find::around::<ast::CallExpr>(context, target).next()?;
    let ast::Expr::PathExpr(callee) = call.expr()? else {
        return None;
    };
    let name = callee.path()?.as_single_name_ref()?;
    let is_here = callee.syntax().text_range().contains_range(at.text_range());
    is_here.then(|| (call, name.text().to_string()))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Hazard,
            fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        },
        *,
    };
    use crate::syntax::FileContext;

    static INLINE: Refactoring = REFACTORING;

    fn becomes(before: &str, after: &str) {
        assert_becomes(&INLINE, before, after);
    }

    /// Asserts that inlining `g`, which `function` declares, is refused in a function with this code.
    fn refused(hazard: Hazard, code: &str, function: &str) {
        assert_refused(
            &INLINE,
            hazard,
            &format!("fn f(a: &A, c: u8) -> u8 {{ {code} }}\n\n{function}\n"),
        );
    }

    #[test]
    fn statements_take_the_place_of_a_statement() {
        becomes(
            "fn f(a: &mut A) {\n    a.b();\n    $0g(a);\n    a.c();\n}\n\nfn g(a: &mut A) {\n    // Why.\n    a.d();\n    if a.e() {\n        a.f();\n    }\n}\n\nstruct S;\n",
            "fn f(a: &mut A) {\n    a.b();\n    {\n        let a: &mut A = a;\n        // Why.\n        a.d();\n        if a.e() {\n            a.f();\n        }\n    }\n    a.c();\n}\n\nstruct S;\n",
        );
        becomes(
            "fn f(a: &A) {\n    a.b();\n    $0g(a);\n    a.c();\n}\n\nfn g(a: &A) {\n    // Why.\n    a.d();\n    a.e()\n}\n",
            "fn f(a: &A) {\n    a.b();\n    // Why.\n    a.d();\n    a.e();\n    a.c();\n}\n",
        );
    }

    #[test]
    fn locals_end_where_they_ended() {
        becomes(
            "fn f(a: &A) {\n    $0g(a);\n    a.c();\n}\n\nfn g(a: &A) {\n    let guard = a.lock();\n    guard.d();\n}\n",
            "fn f(a: &A) {\n    {\n        let guard = a.lock();\n        guard.d();\n    }\n    a.c();\n}\n",
        );
        becomes(
            "fn f(a: &A) {\n    a.c();\n    $0g(a);\n}\n\nfn g(a: &A) {\n    let guard = a.lock();\n    guard.d();\n}\n",
            "fn f(a: &A) {\n    a.c();\n    let guard = a.lock();\n    guard.d();\n}\n",
        );
    }

    #[test]
    fn the_result_keeps_its_type() {
        becomes(
            "fn f(b: u8) {\n    let a = $0g(b, 1);\n    h(a);\n}\n\nfn g(b: u8, c: u64) -> u64 {\n    let d = c * 2;\n    u64::from(b) + d\n}\n",
            "fn f(b: u8) {\n    let a: u64 = {\n        let c: u64 = 1;\n        let d = c * 2;\n        u64::from(b) + d\n    };\n    h(a);\n}\n",
        );
        becomes(
            "fn f(a: &A) -> u64 {\n    a.b();\n    $0g(a)\n}\n\nfn g(a: &A) -> u64 {\n    let b = a.c();\n    b + 1\n}\n",
            "fn f(a: &A) -> u64 {\n    a.b();\n    let b = a.c();\n    b + 1\n}\n",
        );
        becomes(
            "fn f(a: &A) {\n    if $0is_b(a) {\n        h();\n    }\n}\n\nfn is_b(a: &A) -> bool {\n    a.b > 1 && a.c\n}\n",
            "fn f(a: &A) {\n    if a.b > 1 && a.c {\n        h();\n    }\n}\n",
        );
        becomes(
            "fn f(a: &A) {\n    h(!$0is_b(a));\n}\n\nfn is_b(a: &A) -> bool {\n    a.b > 1\n}\n",
            "fn f(a: &A) {\n    h(!(a.b > 1));\n}\n",
        );
    }

    #[test]
    fn what_others_need_stays() {
        let function = "fn g(c: u8) -> u8 { c }";
        refused(Hazard::References, "let b = $0g(c); g(b)", function);
        refused(
            Hazard::References,
            "let b = $0g(c); b",
            &format!("{function} const A: fn(u8) -> u8 = g;"),
        );
        refused(Hazard::References, "let b = $0g(c); m!(g)", function);
        refused(
            Hazard::References,
            "let b = $0g(c); b /* as g does */",
            function,
        );
        refused(
            Hazard::References,
            "let b = $0g(c); b",
            "fn g(c: u8) -> u8 { if c > 1 { g(c) } else { c } }",
        );
        for function in [
            "pub fn g(c: u8) -> u8 { c }",
            "pub(crate) fn g(c: u8) -> u8 { c }",
            "#[inline] fn g(c: u8) -> u8 { c }",
            "#[cfg(a)] fn g(c: u8) -> u8 { c }",
            "#[track_caller] fn g(c: u8) -> u8 { c }",
            "/// Why.\nfn g(c: u8) -> u8 { c }",
        ] {
            refused(Hazard::References, "let b = $0g(c); b", function);
        }
    }

    #[test]
    fn functions_of_their_own_kind_are_refused() {
        for function in [
            "async fn g(c: u8) -> u8 { c }",
            "const fn g(c: u8) -> u8 { c }",
            "unsafe fn g(c: u8) -> u8 { c }",
            "extern \"C\" fn g(c: u8) -> u8 { c }",
            "fn g<T>(c: T) -> T { c }",
            "fn g(c: impl A) -> u8 { 1 }",
            "fn g(c: u8) -> impl A { c }",
            "fn g((c, d): (u8, u8)) -> u8 { c }",
            "fn g(c: u8) -> ! { loop {} }",
            "fn g(c: u8, d: u8) -> u8 { c }",
        ] {
            refused(Hazard::Types, "let b = $0g(c); b", function);
        }
    }

    #[test]
    fn what_leaves_the_body_is_refused() {
        for body in [
            "if c > 1 { return 1; } c",
            "c.d()?",
            "bail!(c); c",
            "let e = try_it!(c); c",
            "fn h() {} c",
            "use h::A; c",
        ] {
            refused(
                Hazard::ControlFlow,
                "let b = $0g(c); b",
                &format!("fn g(c: u8) -> u8 {{ {body} }}"),
            );
        }
        let own = "macro_rules! vec { () => { return 1 } } fn g(c: u8) -> u8 { vec![]; c }";
        refused(Hazard::ControlFlow, "let b = $0g(c); b", own);
    }

    /// Each of these compiles in the caller but has a different meaning there.
    #[test]
    fn names_that_mean_something_else_are_refused() {
        let function = "fn g(c: u8) -> u8 { LIMIT + h(c) }";
        refused(
            Hazard::Scope,
            "let h = |x: u8| x; let b = $0g(c); b",
            function,
        );
        refused(
            Hazard::Scope,
            "const LIMIT: u8 = 1; let b = $0g(c); b",
            function,
        );
        refused(Hazard::Scope, "use other::*; let b = $0g(c); b", function);
        refused(
            Hazard::Scope,
            "let h = 1; let b = $0g(c); b",
            "fn g(c: u8) -> u8 { println!(\"{h}\"); c }",
        );
        refused(
            Hazard::Scope,
            "let b = $0g(a, c); b",
            "fn g(c: &A, a: u8) -> u8 { c.d(a) }",
        );
        let inside = "impl<T> S<T> { fn f(a: u8) -> u8 { let b = $0g(a); b } } struct T; fn g(a: u8) -> u8 { T::new(a) }";
        assert_refused(&INLINE, Hazard::Scope, inside);
    }

    #[test]
    fn what_lasts_as_long_as_the_call_is_refused() {
        for argument in ["&a.lock().b()", "a.lock().len()", "m!(a)"] {
            let code = format!("let b = $0g({argument}); b");
            refused(Hazard::Temporaries, &code, "fn g(d: u8) -> u8 { d }");
        }
        refused(
            Hazard::Temporaries,
            "a.b(); $0g(a)",
            "fn g(a: &A) -> u8 { let d = 1; a.lock().c(&d) }",
        );
    }

    #[test]
    fn results_inside_of_expressions_are_refused() {
        for code in [
            "h($0g(c))",
            "$0g(c) + 1",
            "let _ = $0g(c); 1",
            "let (b, d) = $0g(c); b",
            "let b: Vec<_> = $0g(c); b",
            "let b: _ = $0g(c); b",
            "let ref b = $0g(c); 1",
            "match $0g(c) { b => b }",
            "$0g(c).d()",
            "return $0g(c);",
        ] {
            refused(Hazard::Types, code, "fn g(c: u8) -> u8 { 1 }");
        }
        refused(
            Hazard::Temporaries,
            "if $0g(a) { 1 } else { 2 }",
            "fn g(a: &A) -> bool { a.lock().b }",
        );
        refused(
            Hazard::Types,
            "if $0g(a) { 1 } else { 2 }",
            "fn g(a: &A) -> bool { let b = a.c; b }",
        );
        refused(
            Hazard::Types,
            "if $0g(a) { 1 } else { 2 }",
            "fn g(a: &A) -> bool { *a == A { b: 1 } }",
        );
    }

    #[test]
    fn a_changed_argument_is_read_before() {
        let text = "fn f(mut c: u8) {\n    $0g(c, h(&mut c));\n}\n\nfn g(c: u8, d: u8) {\n    i(c, d);\n}\n";
        let offer = offered(FileContext::default(), &INLINE, text);
        assert!(
            matches!(
                offer,
                Err(Refusal::Because {
                    hazard: Hazard::Scope,
                    ..
                })
            ),
            "{offer:?}"
        );
    }

    #[test]
    fn other_calls_are_left_alone() {
        for code in [
            "a::$0g(c)",
            "a.$0g(c)",
            "g($0c)",
            "$0h(c)",
            "(g)($0c)",
            "let g = |c| c; $0c(1)",
        ] {
            let text = format!("fn f(c: u8) {{ {code}; }}\n\nmod a {{ pub fn h() {{}} }}\n");
            assert_not_here(&INLINE, &text);
        }
        assert_not_here(&INLINE, "mod m { fn f() { $0g(); } } fn g() {}");
        assert_not_here(&INLINE, "fn f() { $0g(); } impl S { fn g() {} }");
    }
}
