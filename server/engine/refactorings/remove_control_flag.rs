//! # Remove control flag
//!
//! ## What it does
//! Replaces a flag variable that ends a loop or is returned after it with `break` or `return`.
//!
//! ## Why
//!
//! A flag is set in one place and read in another. To know the effect of setting it, you have to look elsewhere.
//!
//! ## Example
//!
//! ```rust before
//! fn serve(queue: &mut Queue) {
//!     queue.open();
//!     let mut done = false;
//!     $0while !done {
//!         let job = queue.next();
//!         if job.is_last() {
//!             done = true;
//!         } else {
//!             job.run();
//!         }
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn serve(queue: &mut Queue) {
//!     queue.open();
//!     loop {
//!         let job = queue.next();
//!         if job.is_last() {
//!             break;
//!         } else {
//!             job.run();
//!         }
//!     }
//! }
//! ```
//!
//! A flag that is returned at the end of a function becomes an early return:
//!
//! ```rust before
//! fn take(jobs: &mut [Job], name: &str) -> bool {
//!     let mut found = false;
//!     $0for job in jobs {
//!         if job.is_called(name) {
//!             job.start();
//!             found = true;
//!             break;
//!         }
//!     }
//!     found
//! }
//! ```
//!
//! ```rust after
//! fn take(jobs: &mut [Job], name: &str) -> bool {
//!     for job in jobs {
//!         if job.is_called(name) {
//!             job.start();
//!             return true;
//!         }
//!     }
//!     false
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - A flag that is read anywhere else, is reset, or is set where more of the loop body follows.
//! - A flag that isn't declared right before the loop.
//! - A loop that would run only once, or for which `while let` is better.
//! - A search that `loop-to-search` converts to `any`.
//! - Code with comments that would be lost.
//!
//! ## What it checks
//!
//! No other code of the loop body follows where the flag is set. Every mention of the flag is accounted for.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasAttrs, HasLoopBody, HasName},
};

use super::{
    Allows, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    shapes::search_loop::SearchLoop,
    syntax::{Rewrite, attributes::has_condition_inside, flow, layout},
    text::TextRange,
};

mod condition;
mod ends;
mod mentions;

use mentions::Mentions;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "remove-control-flag",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::WHILE_EXPR, SyntaxKind::FOR_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of(
        "break false loop return true",
        "bool break false let mut true while",
        &[super::Also::DropsPattern],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let flag = Flag::at(context, target).ok_or(Refusal::NotHere)?;
    let mentions = Mentions::of(&flag);
    let is_asked = mentions.in_condition > 0;
    if mentions.sets.is_empty() || (!is_asked && mentions.tail.is_none()) {
        return Err(Refusal::NotHere);
    }
    flag.check(context)?;
    if mentions.others > 0 || (is_asked && mentions.tail.is_some()) {
        return Err(Refusal::because(
            Hazard::References,
            "The flag is also read or set elsewhere.",
        ));
    }
    if is_asked {
        plan_break(context, &flag, &mentions)
    } else {
        plan_return(context, &flag, &mentions)
    }
}

/// A variable declared right before a loop and initialized with a `bool` literal.
struct Flag {
    declared: ast::LetStmt,
    name: String,
    starts: bool,
    found: ast::Expr,
    body: ast::BlockExpr,
    around: ast::StmtList,
}

impl Flag {
    fn at(context: &Context<'_>, target: Target<'_>) -> Option<Self> {
        let at = find::token_at(context, target)?.text_range();
        let mut around = find::around::<ast::Expr>(context, target);
        let found =
            around.find(|it| matches!(it, ast::Expr::WhileExpr(_) | ast::Expr::ForExpr(_)))?;
        let body = match &found {
            ast::Expr::WhileExpr(it) => it.loop_body()?,
            ast::Expr::ForExpr(it) => it.loop_body()?,
            _ => return None,
        };
        if at.start() >= body.syntax().text_range().start() || found.attrs().next().is_some() {
            return None;
        }
        let statement = match found.syntax().parent()? {
            it if it.kind() == SyntaxKind::EXPR_STMT => it,
            _ => found.syntax().clone(),
        };
        let declared = ast::LetStmt::cast(statement.prev_sibling()?)?;
        let ast::Pat::IdentPat(pattern) = declared.pat()? else {
            return None;
        };
        let is_plain = pattern.mut_token().is_some()
            && pattern.ref_token().is_none()
            && declared.attrs().next().is_none()
            && declared.ty().is_none_or(|ty| ty.syntax().text() == "bool");
        let starts = match &*declared.initializer()?.syntax().text().to_string() {
            "true" => true,
            "false" => false,
            _ => return None,
        };
        is_plain.then_some(Self {
            name: pattern.name()?.text().to_string(),
            starts,
            around: ast::StmtList::cast(statement.parent()?)?,
            declared,
            found,
            body,
        })
    }

    /// The range from the declaration to the loop.
    fn lead(&self) -> TextRange {
        let start = self.declared.syntax().text_range().start();
        TextRange::new(start, self.found.syntax().text_range().start())
    }

    fn check(&self, context: &Context<'_>) -> Result<(), Refusal> {
        let text = &context.source.text;
        let start = self.lead().start();
        let before = self.declared.syntax().prev_sibling_or_token();
        let before = before.and_then(|it| it.prev_sibling_or_token());
        let head = TextRange::new(start, self.body.syntax().text_range().start());
        let has_comment = before.is_some_and(|it| it.kind() == SyntaxKind::COMMENT)
            || !layout::comments_in(&context.root, head).is_empty();
        if has_comment || !layout::is_first_on_line(text, start) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment belongs to the flag and would be left behind.",
            ));
        }
        if has_condition_inside(self.around.syntax()) {
            return Err(Refusal::because(
                Hazard::Text,
                "Part of the code is behind a `#[cfg]`.",
            ));
        }
        Ok(())
    }
}

/// Turns `while !done` into `loop`, and the assignment at the end into a `break`.
fn plan_break<'a>(
    context: &'a Context<'_>,
    flag: &Flag,
    mentions: &Mentions,
) -> Result<Plan<'a>, Refusal> {
    let ast::Expr::WhileExpr(found) = &flag.found else {
        return Err(Refusal::NotHere);
    };
    let (condition, keyword) = found
        .condition()
        .zip(found.while_token())
        .ok_or(Refusal::NotHere)?;
    let rest = condition::without_flag(&condition, flag)?;
    if !mentions
        .sets
        .iter()
        .all(|set| ends::ends_iteration(set, &flag.body))
    {
        return Err(Refusal::because(
            Hazard::ControlFlow,
            "The loop does more after setting the flag.",
        ));
    }
    let sets: Vec<TextRange> = mentions
        .sets
        .iter()
        .map(|it| it.syntax().text_range())
        .collect();
    ends::check_lints(&flag.body, &sets, rest.is_some())?;
    ends::check_condition(&flag.body, &condition, &flag.name)?;
    let asked = keyword.text_range().cover(condition.syntax().text_range());
    let (lead, whole) = (flag.lead(), flag.found.syntax().text_range());
    let title = format!("Replace flag `{}` with `break`", short(&flag.name));
    Plan::new(lead.cover(whole), move || {
        let head = context.rewrite(asked);
        let head = match rest {
            Some(rest) => head.text("while ").keep(rest),
            None => head.text("loop"),
        };
        let mut rewrites = vec![context.rewrite(lead), head];
        rewrites.extend(sets.iter().map(|set| context.rewrite(*set).text("break")));
        Ok(Change::new(title, lead.cover(whole), rewrites)?.checked(&[
            "the loop does nothing more after setting the flag",
            "the flag is read nowhere else",
        ]))
    })
}

/// Turns `found = true; break` into `return true`.
fn plan_return<'a>(
    context: &'a Context<'_>,
    flag: &Flag,
    mentions: &Mentions,
) -> Result<Plan<'a>, Refusal> {
    let block = flag.around.syntax().parent().and_then(ast::BlockExpr::cast);
    let (tail, is_denied) = mentions.tail.ok_or(Refusal::NotHere)?;
    if !block.is_some_and(|block| flow::gives_result(&block)) {
        return Err(Refusal::because(
            Hazard::ControlFlow,
            "The flag isn't the return value of the function.",
        ));
    }
    let source = context.source;
    if let ast::Expr::ForExpr(found) = &flag.found
        && SearchLoop::of(found, &source.text, source.context).is_ok()
    {
        return Err(Refusal::because(
            Hazard::Text,
            "The loop only searches for an element; `any` or `all` is shorter.",
        ));
    }
    let jumps = mentions.sets.iter();
    let jumps: Vec<_> = jumps
        .map(|set| ends::with_break(set, &flag.found))
        .collect();
    if jumps.iter().all(Option::is_none) {
        return Err(Refusal::NotHere);
    }
    let jumps: Option<Vec<TextRange>> = jumps.into_iter().collect();
    let jumps = jumps.filter(|jumps| {
        jumps
            .iter()
            .all(|jump| layout::comments_in(&context.root, *jump).is_empty())
    });
    let jumps = jumps.ok_or_else(|| {
        Refusal::because(
            Hazard::ControlFlow,
            "The flag is set somewhere without an immediate `break`.",
        )
    })?;
    let value = |flag: bool| if flag == is_denied { "false" } else { "true" };
    let (at_end, on_the_way) = (value(flag.starts), value(!flag.starts));
    let lead = flag.lead();
    let whole = lead.cover(tail);
    let title = format!("Replace flag `{}` with `return`", short(&flag.name));
    Plan::new(whole, move || {
        let mut rewrites: Vec<Rewrite<'_>> = vec![context.rewrite(lead)];
        let jump = format!("return {on_the_way}");
        rewrites.extend(jumps.iter().map(|at| context.rewrite(*at).text(&jump)));
        rewrites.push(context.rewrite(tail).text(at_end));
        Ok(Change::new(title, whole, rewrites)?.checked(&[
            "the loop ends immediately wherever the flag is set",
            "after the loop, the function only returns the flag",
        ]))
    })
}

/// Shortens a name so that titles stay short.
fn short(name: &str) -> String {
    name.chars().take(24).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused},
        *,
    };

    static FLAG: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(mut a: A, xs: &[A], n: usize) -> bool {{\n{lines}}}\n")
    }

    fn while_of(condition: &str, body: &str, behind: &str) -> String {
        let body = body.lines().map(|line| format!("    {line}\n"));
        let body: String = body.collect();
        inside(&format!(
            "let mut done = false;\n$0while {condition} {{\n{body}}}\n{behind}"
        ))
    }

    const STEP: &str = "let b = a.next();\nif b.c() {\n    done = true;\n} else {\n    b.d();\n}";

    #[test]
    fn a_loop_ends_by_break() {
        for (condition, head) in [
            ("!done", "loop"),
            ("!done && a.n > 1", "while a.n > 1"),
            ("!done && a.next()", "while a.next()"),
            ("!done && (a.n > 1 || a.n < 5)", "while a.n > 1 || a.n < 5"),
            ("a.n > 1 && !done", "while a.n > 1"),
            ("!done && n > 1 && a.next()", "while n > 1 && a.next()"),
        ] {
            let before = while_of(condition, STEP, "a.end()");
            let after = while_of(condition, &STEP.replace("done = true", "break"), "a.end()")
                .replace("    let mut done = false;\n", "")
                .replace(&format!("$0while {condition}"), head);
            assert_becomes(&FLAG, &before, &after);
        }
    }

    #[test]
    fn every_branch_at_the_end_may_set_it() {
        let body = "a.next();\nmatch a.c() {\n    B => done = true,\n    C => {\n        if n > 1 {\n            done = true;\n        }\n    }\n    D => {}\n}";
        let after = while_of("!done", &body.replace("done = true", "break"), "a.end()")
            .replace("    let mut done = false;\n", "")
            .replace("$0while !done", "loop");
        assert_becomes(&FLAG, &while_of("!done", body, "a.end()"), &after);
        let retry = "if a.next() {\n    continue;\n}\ndone = true;";
        let after = while_of("!done", &retry.replace("done = true", "break"), "a.end()")
            .replace("    let mut done = false;\n", "")
            .replace("$0while !done", "loop");
        assert_becomes(&FLAG, &while_of("!done", retry, "a.end()"), &after);
    }

    #[test]
    fn what_goes_on_stays() {
        for body in [
            "if a.c() {\n    done = true;\n}\na.d();",
            "for x in xs {\n    done = true;\n}",
            "let b = if a.c() {\n    done = true;\n} else {\n};",
            "xs.iter().for_each(|x| {\n    done = true;\n});",
        ] {
            assert_refused(
                &FLAG,
                Hazard::ControlFlow,
                &while_of("!done", body, "a.end()"),
            );
        }
    }

    #[test]
    fn a_flag_that_is_asked_for_stays() {
        for (body, behind) in [
            ("a.next();\nif a.c() {\n    done = true;\n}", "a.end(done)"),
            ("a.next();\nif a.c() {\n    done = true;\n}", "done"),
            ("a.next();\nif a.c(done) {\n    done = true;\n}", "a.end()"),
            ("done = false;\nif a.c() {\n    done = true;\n}", "a.end()"),
            (
                "println!(\"{done}\");\nif a.c() {\n    done = true;\n}",
                "a.end()",
            ),
            (
                "a.next();\nif a.c() {\n    done = a.d();\n}\nif a.e() {\n    done = true;\n}",
                "a.end()",
            ),
        ] {
            assert_refused(&FLAG, Hazard::References, &while_of("!done", body, behind));
        }
    }

    #[test]
    fn what_clippy_would_say_is_left_alone() {
        for body in [
            "a.c();\ndone = true;",
            "if a.c() {\n    done = true;\n} else {\n    return true;\n}",
            "match a.next() {\n    Some(b) => b.c(),\n    None => done = true,\n}",
        ] {
            assert_refused(&FLAG, Hazard::Text, &while_of("!done", body, "a.end()"));
        }
    }

    #[test]
    fn what_nothing_changes_is_asked_for_once() {
        let set = "a.next();\nif a.c() {\n    done = true;\n}";
        let asked = while_of("!done && n > 1", set, "a.end()");
        assert_refused(&FLAG, Hazard::Text, &asked);
    }

    #[test]
    fn other_conditions_stay() {
        let set = "a.next();\nif a.c() {\n    done = true;\n}";
        assert_refused(
            &FLAG,
            Hazard::Evaluation,
            &while_of("a.next() && !done", set, "a.end()"),
        );
        assert_refused(
            &FLAG,
            Hazard::Evaluation,
            &while_of("!done || n > 1", set, "a.end()"),
        );
        assert_not_here(&FLAG, &while_of("n > 1", set, "a.end()"));
        assert_not_here(&FLAG, &while_of("!done", "a.c();", "a.end()"));
        let apart = while_of("!done", set, "a.end()").replace("false;\n", "false;\n    a.b();\n");
        assert_not_here(&FLAG, &apart);
        let said =
            while_of("!done", set, "a.end()").replace("    let mut", "    // Why.\n    let mut");
        assert_refused(&FLAG, Hazard::Text, &said);
    }

    fn for_of(body: &str, behind: &str) -> String {
        let body = body.lines().map(|line| format!("    {line}\n"));
        let body: String = body.collect();
        inside(&format!(
            "let mut found = false;\n$0for x in xs {{\n{body}}}\n{behind}"
        ))
    }

    #[test]
    fn what_a_function_gives_is_returned() {
        let body =
            "if x.c() {\n    x.d();\n    found = true;\n    break;\n}\nif x.e() {\n    break;\n}";
        for (behind, way, end) in [("found", "true", "false"), ("!found", "false", "true")] {
            let after = for_of(
                &body.replace("found = true;\n    break", &format!("return {way}")),
                end,
            )
            .replace("    let mut found = false;\n", "")
            .replace("$0", "");
            assert_becomes(&FLAG, &for_of(body, behind), &after);
        }
    }

    #[test]
    fn what_is_given_otherwise_stays() {
        let both = "if x.e() {\n    x.d();\n    found = true;\n    break;\n}\n";
        for body in [
            "if x.c() {\n    found = true;\n}",
            "for y in x {\n    if y.c() {\n        found = true;\n        break;\n    }\n}",
            "if x.c() {\n    found = true;\n    x.d();\n    break;\n}",
            "if x.c() {\n    found = true;\n    // Why.\n    break;\n}",
        ] {
            let body = format!("{both}{body}");
            assert_refused(&FLAG, Hazard::ControlFlow, &for_of(&body, "found"));
        }
        assert_not_here(&FLAG, &for_of("if x.c() {\n    found = true;\n}", "found"));
        let body = "if x.c() {\n    x.d();\n    found = true;\n    break;\n}";
        assert_not_here(&FLAG, &for_of(body, "a.log(found);\nfound"));
        assert_not_here(&FLAG, &for_of(body, "a.end(found)"));
        let search = for_of("if x.c() {\n    found = true;\n    break;\n}", "found");
        assert_refused(&FLAG, Hazard::Text, &search);
    }
}
