//! # Iterator to loop
//!
//! ## What it does
//! Converts a statement that ends in `for_each` into a `for` loop.
//!
//! ## Why
//!
//! A loop shows that its body is run for its effects. It can also use `?`, `break`, `.await` and `return` from the
//! function, which a closure can't.
//!
//! ## Example
//!
//! ```rust before
//! fn report(lines: &[Line], log: &mut Log) {
//!     lines.iter().$0for_each(|line| {
//!         if line.is_empty() {
//!             return;
//!         }
//!         log.tell(line);
//!     });
//! }
//! ```
//!
//! ```rust after
//! fn report(lines: &[Line], log: &mut Log) {
//!     for line in lines {
//!         if line.is_empty() {
//!             continue;
//!         }
//!         log.tell(line);
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - `move` closures, which may change a copy, and closures with written types.
//! - A function in place of a closure.
//! - A `return` in an inner loop.
//! - Iterators with names from outside the standard library, which may run their closures in parallel.
//! - Loops that clippy would report.
//!
//! ## What it checks
//!
//! Judging by its methods, the receiver of `for_each` is an iterator. Each `return` in the closure becomes a `continue`.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasArgList, HasAttrs},
};

use super::{
    Allows, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    shapes::loop_source::iterates,
    syntax::{FileNames, attributes::has_condition_inside, layout, types_shown::Ground},
    text::TextRange,
};

mod body;
mod writing;

use body::Opaque;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "iterator-to-loop",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::METHOD_CALL_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of(
        "continue for in mut",
        "for_each into_iter iter iter_mut return",
        &[],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let parts = Parts::at(context, target).ok_or(Refusal::NotHere)?;
    let ground = iterates(&parts.source).ok_or_else(|| {
        Refusal::because(
            Hazard::Types,
            "It can't be shown that `for_each` is called on an iterator.",
        )
    })?;
    parts.check(context)?;
    let returns = body::returns(&parts.body)?;
    body::check_lints(&parts)?;
    let opaque = body::opaque(&parts.body)?;
    let rewrite = writing::rewrite(&parts, &returns, context).ok_or_else(Refusal::of_layout)?;
    let whole = parts.whole;
    Plan::new(whole, move || {
        let change = Change::new("Convert `for_each` to `for` loop", whole, vec![rewrite])?;
        let change = match (ground, opaque) {
            (_, Opaque::MayReturn) => change.to_check("the macros"),
            (Ground::Likely, _) => change.to_check("the types"),
            (Ground::Shown, Opaque::Nothing) => change,
        };
        Ok(change.checked(&[
            "judging by the methods called, this is an iterator",
            "each `return` in the closure becomes a `continue`",
        ]))
    })
}

/// `source.for_each(|pattern| body)` as a statement.
struct Parts {
    source: ast::Expr,
    closure: ast::ClosureExpr,
    pattern: ast::Pat,
    body: ast::Expr,
    /// The range including the semicolon, if there is one.
    whole: TextRange,
}

impl Parts {
    fn at(context: &Context<'_>, target: Target<'_>) -> Option<Self> {
        let at = find::token_at(context, target)?.text_range();
        let mut calls = find::around::<ast::MethodCallExpr>(context, target);
        let call = calls.find(|call| call.name_ref().is_some_and(|it| it.text() == "for_each"))?;
        let mut arguments = call.arg_list()?.args();
        let (Some(ast::Expr::ClosureExpr(closure)), None) = (arguments.next(), arguments.next())
        else {
            return None;
        };
        let body = closure.body()?;
        let parent = call.syntax().parent()?;
        let whole = match parent.kind() {
            SyntaxKind::EXPR_STMT => parent,
            SyntaxKind::STMT_LIST => call.syntax().clone(),
            _ => return None,
        };
        let mut parameters = closure.param_list()?.params();
        let (Some(parameter), None) = (parameters.next(), parameters.next()) else {
            return None;
        };
        let is_plain = parameter.ty().is_none()
            && closure.ret_type().is_none()
            && closure.async_token().is_none()
            && call.attrs().next().is_none();
        let is_in_head = at.start() < body.syntax().text_range().start();
        (is_plain && is_in_head).then_some(Self {
            source: call.receiver()?,
            pattern: parameter.pat()?,
            closure,
            body,
            whole: whole.text_range(),
        })
    }

    fn check(&self, context: &Context<'_>) -> Result<(), Refusal> {
        if self.closure.move_token().is_some() {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "The closure is `move` and may change a copy of a captured value.",
            ));
        }
        let node = self.closure.syntax();
        if FileNames::around_node(node).has_method("for_each") {
            return Err(Refusal::because(
                Hazard::Scope,
                "The file defines its own `for_each`.",
            ));
        }
        let body = self.body.syntax().text_range();
        let rest = [
            TextRange::new(self.whole.start(), body.start()),
            TextRange::new(body.end(), self.whole.end()),
        ];
        let mut comments = rest
            .iter()
            .map(|range| layout::comments_in(&context.root, *range));
        if comments.any(|comments| !comments.is_empty()) || has_condition_inside(node) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment or a `#[cfg]` has no place in the loop.",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Applicability,
            fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        },
        *,
    };
    use crate::syntax::FileContext;

    static TO_LOOP: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(xs: &[A], mut own: Vec<A>, n: usize, text: &str) {{\n    g();\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&TO_LOOP, &inside(before), &inside(after));
    }

    #[test]
    fn a_statement_becomes_a_loop() {
        for (source, after) in [
            ("xs.iter()", "xs"),
            ("own.iter()", "&own"),
            ("own.iter_mut()", "&mut own"),
            ("own.into_iter()", "own"),
            ("own.drain(..)", "own.drain(..)"),
            ("(0..n)", "0..n"),
            ("text.chars().rev()", "text.chars().rev()"),
            ("xs.iter().filter(|x| x.a())", "xs.iter().filter(|x| x.a())"),
        ] {
            becomes(
                &format!(
                    "{source}.$0for_each(|x| {{\n    h(x);\n    // Why.\n    k(x)\n}});\nl();"
                ),
                &format!("for x in {after} {{\n    h(x);\n    // Why.\n    k(x)\n}}\nl();"),
            );
        }
    }

    #[test]
    fn an_expression_gets_a_line() {
        becomes(
            "xs.iter().$0for_each(|x| h(x));",
            "for x in xs {\n    h(x);\n}",
        );
        becomes(
            "xs.iter().$0for_each(|x| h(x))",
            "for x in xs {\n    h(x);\n}",
        );
        becomes(
            "own.iter().zip(xs).$0for_each(|(a, b)| n.h(a, b));",
            "for (a, b) in own.iter().zip(xs) {\n    n.h(a, b);\n}",
        );
        becomes(
            "own.iter_mut().$0for_each(|x| *x += 1);",
            "for x in &mut own {\n    *x += 1;\n}",
        );
    }

    #[test]
    fn a_chain_of_lines_is_laid_out_anew() {
        becomes(
            "xs.iter()\n    .map(|x| x.a())\n    .$0for_each(|x| {\n        h(x);\n        if x.b() {\n            return;\n        }\n        k(x);\n    });",
            "for x in xs.iter().map(|x| x.a()) {\n    h(x);\n    if x.b() {\n        continue;\n    }\n    k(x);\n}",
        );
        let chain = "xs.iter()\n    .filter(|x| x.is_one_of_those_that_are_wanted())\n    .map(|x| x.what_is_asked_of_it())";
        becomes(
            &format!("{chain}\n    .$0for_each(|x| {{\n        h(x);\n    }});"),
            &format!(
                "for x in {}\n{{\n    h(x);\n}}",
                chain.replace("xs.iter", "xs\n    .iter")
            ),
        );
    }

    #[test]
    fn a_longer_root_has_its_line_already() {
        let chain = "self_and_others\n    .iter()\n    .filter(|x| x.is_one_of_those_that_are_wanted())\n    .map(|x| x.what_is_asked_of_it())";
        becomes(
            &format!("{chain}\n    .$0for_each(|x| {{\n        h(x);\n    }});"),
            &format!("for x in {chain}\n{{\n    h(x);\n}}"),
        );
    }

    #[test]
    fn what_returns_goes_on() {
        becomes(
            "xs.iter().$0for_each(|x| {\n    if x.a() {\n        return;\n    }\n    x.each(|y| {\n        return y;\n    });\n    k(x);\n});",
            "for x in xs {\n    if x.a() {\n        continue;\n    }\n    x.each(|y| {\n        return y;\n    });\n    k(x);\n}",
        );
        for body in ["for y in x {\n        return;\n    }", "return h();"] {
            let text = inside(&format!(
                "xs.iter().$0for_each(|x| {{\n    {body}\n    k(x);\n}});"
            ));
            assert_refused(&TO_LOOP, Hazard::ControlFlow, &text);
        }
    }

    #[test]
    fn what_may_be_no_iterator_stays() {
        for source in [
            "xs.par_iter()",
            "own",
            "own.a()",
            "xs.par_iter().map(|x| x.a())",
            "a(xs)",
        ] {
            let text = inside(&format!("{source}.$0for_each(|x| {{\n    h(x);\n}});"));
            assert_refused(&TO_LOOP, Hazard::Types, &text);
        }
        let moves = inside("xs.iter().$0for_each(move |x| {\n    h(x);\n});");
        assert_refused(&TO_LOOP, Hazard::Evaluation, &moves);
        let own = format!(
            "trait T {{ fn for_each(&self); }} {}",
            inside("xs.iter().$0for_each(|x| h(x));")
        );
        assert_refused(&TO_LOOP, Hazard::Scope, &own);
        for code in [
            "xs.iter().$0for_each(h);",
            "xs.iter().$0for_each(|x: &A| h(x));",
            "let a = xs.iter().$0for_each(|x| h(x));",
            "xs.iter().$0map(|x| h(x));",
            "xs.a().for_each(|x| h($0x)).b();",
        ] {
            assert_not_here(&TO_LOOP, &inside(code));
        }
    }

    #[test]
    fn comments_stay() {
        for code in [
            "xs.iter() // Why.\n    .$0for_each(|x| h(x));",
            "xs.iter().$0for_each(|x| /* c */ h(x));",
            "xs.iter().$0for_each(|x| h(x) /* c */);",
        ] {
            assert_refused(&TO_LOOP, Hazard::Text, &inside(code));
        }
    }

    #[test]
    fn what_clippy_says_otherwise_stays() {
        for code in [
            "xs.iter().$0for_each(|x| {\n    if let Some(y) = x {\n        h(y);\n    }\n});",
            "xs.iter().$0for_each(|(_, x)| h(x));",
            "(0..n).$0for_each(|i| h(xs[i]));",
            "own.iter_mut().$0for_each(|x| *x = n);",
            "xs.iter().$0for_each(|_| own.push(3));",
            "[7].iter().$0for_each(|x| h(x));",
            "xs.iter().$0for_each(|x| {\n    h(x);\n    n += 1;\n});",
        ] {
            assert_refused(&TO_LOOP, Hazard::Text, &inside(code));
        }
    }

    #[test]
    fn a_macro_may_return() {
        let level = |code: &str| {
            let text = inside(&format!("xs.iter().$0for_each(|x| {{\n    {code}\n}});"));
            let offer = offered(FileContext::default(), &TO_LOOP, &text);
            offer.unwrap().change().applicability
        };
        assert_eq!(level("println!(\"{x}\");"), Applicability::Safe);
        assert_eq!(level("unwrap_or_return!(x);"), Applicability::NeedsCheck);
        let returning = inside("xs.iter().$0for_each(|x| {\n    m!(x, return);\n});");
        assert_refused(&TO_LOOP, Hazard::ControlFlow, &returning);
        let own = "macro_rules! m { ($e:expr) => { if $e { return } } }";
        let own = format!("{own} {}", inside("xs.iter().$0for_each(|x| m!(x));"));
        assert_refused(&TO_LOOP, Hazard::ControlFlow, &own);
    }
}
