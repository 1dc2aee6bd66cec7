//! # Loop to collect
//!
//! ## What it does
//! Replaces a loop that only fills a new collection with `collect`, or one that only adds to a `Vec` with `extend`.
//!
//! ## Why
//!
//! `collect` shows where the elements go, `map` what they become and `filter` which are left out. After the chain, the
//! variable no longer has to be `mut`.
//!
//! ## Example
//!
//! ```rust before
//! fn report(lines: &[Line], log: &mut Log) {
//!     let mut names = Vec::new();
//!     $0for line in lines {
//!         names.push(line.name());
//!     }
//!     log.tell(&names);
//! }
//! ```
//!
//! ```rust after
//! fn report(lines: &[Line], log: &mut Log) {
//!     let names: Vec<_> = lines.iter().map(|line| line.name()).collect();
//!     log.tell(&names);
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Loops with a label, comments or more than one condition.
//! - Loops that change something else, exit the function or call macros other than `format!`, `matches!` and `vec!`.
//! - Elements that are cloned or passed to a function, for which clippy prefers other forms.
//! - Collections whose written type contains references or boxes, to which an added value may be coerced.
//! - `const fn`.
//!
//! ## What it checks
//!
//! The collection is a new one from the standard library. The iterated expression is an iterator by its name, a range,
//! or a collection by its type, and drops nothing later than before. Whether the variable stays `mut` is determined from
//! all its uses.

use ra_ap_syntax::{SyntaxKind, ast};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{
    shapes::{collect_loop::CollectLoop, extend_loop::ExtendLoop},
    syntax::types_shown::Ground,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "loop-to-collect",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::FOR_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of(
        "BTreeMap BTreeSet HashMap HashSet Vec _ collect extend filter into_iter iter let map mut",
        "BTreeMap BTreeSet HashMap HashSet Vec continue for if in insert let mut new push vec with_capacity",
        &[Also::DropsPattern, Also::AddsCopies, Also::Negates],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let found = find::loop_at(context, target).ok_or(Refusal::NotHere)?;
    let (shape, rewrite) = match CollectLoop::of(&found, &source.text, source.context) {
        Err(Refusal::NotHere) => return plan_extend(context, &found),
        filled => filled?,
    };
    Plan::new(shape.whole, move || {
        let change = Change::new("Replace loop with `collect`", shape.whole, vec![rewrite])?;
        let change = match shape.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("the types"),
        };
        Ok(change.checked(&[
            "the loop iterates over an iterator or a collection",
            "the added value neither exits the function nor changes anything",
            "the collection still supports every other use of it",
        ]))
    })
}

fn plan_extend<'a>(context: &'a Context<'_>, found: &ast::ForExpr) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let (shape, rewrite) = ExtendLoop::of(found, &source.text, source.context)?;
    Plan::new(shape.whole, move || {
        let change = Change::new("Replace loop with `extend`", shape.whole, vec![rewrite])?;
        let change = match shape.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("the types"),
        };
        Ok(change.checked(&[
            "the written type shows a `Vec` of the added values",
            "the added value neither exits the function nor changes anything",
            "the `Vec` isn't used while it is extended",
        ]))
    })
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
    use crate::syntax::{FileContext, Hazard};

    static LOOP_TO_COLLECT: Refactoring = REFACTORING;

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!("fn f(a: &[u8], by: Vec<S>, n: usize, own: Own) -> Vec<u8> {{\n{lines}}}\n")
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&LOOP_TO_COLLECT, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&LOOP_TO_COLLECT, hazard, &inside(code));
    }

    fn filling(new: &str, head: &str, added: &str) -> String {
        format!("let mut all = {new};\n$0for {head} {{\n    all.{added};\n}}\ng(all);")
    }

    fn pushing(head: &str, added: &str) -> String {
        filling("Vec::new()", head, &format!("push({added})"))
    }

    fn adding(list: &str, head: &str, added: &str) -> String {
        format!(
            "struct S {{\n    own: Vec<u8>,\n    by: Vec<u8>,\n}}\n\nimpl S {{\n    fn f(&mut self, all: &mut Vec<u8>, names: &mut Vec<&str>, a: &[A], n: usize) {{\n        b();\n        $0for {head} {{\n            {list}.push({added});\n        }}\n    }}\n}}\n"
        )
    }

    fn added(list: &str, argument: &str) -> String {
        let before = adding(list, "HEAD", "ADDED").replace("$0", "");
        before.replace(
            &format!("for HEAD {{\n            {list}.push(ADDED);\n        }}"),
            &format!("{list}.extend({argument});"),
        )
    }

    #[test]
    fn what_is_moved_by_append_is_not_extended() {
        let text = adding("self.own", "b in self.by.drain(..)", "b");
        assert_refused(&LOOP_TO_COLLECT, Hazard::Text, &text);
    }

    #[test]
    fn a_list_is_extended() {
        for (list, head, one, argument) in [
            ("all", "b in c(n)", "b", "c(n)"),
            ("all", "b in 0..9", "b", "0..9"),
            ("self.own", "b in c(n)", "b", "c(n)"),
            ("all", "b in a", "b.c(n)", "a.iter().map(|b| b.c(n))"),
            (
                "all",
                "b in self.by.iter()",
                "b + 1",
                "self.by.iter().map(|b| b + 1)",
            ),
        ] {
            assert_becomes(
                &LOOP_TO_COLLECT,
                &adding(list, head, one),
                &added(list, argument),
            );
        }
    }

    #[test]
    fn a_long_chain_gets_a_line() {
        let (head, one) = (
            "b in self.by.iter()",
            "b + self.the_first + self.the_second",
        );
        assert_becomes(
            &LOOP_TO_COLLECT,
            &adding("self.own", head, one),
            &added("self.own", &format!("self.by.iter().map(|b| {one})"))
                .replace("self.own.extend", "self.own\n            .extend"),
        );
    }

    #[test]
    fn a_list_that_is_asked_or_of_another_type_stays() {
        for (hazard, list, head, one) in [
            (Hazard::Types, "names", "b in c(n)", "b"),
            (Hazard::Types, "other", "b in c(n)", "b"),
            (Hazard::Borrows, "all", "b in c(all.len())", "b"),
            (Hazard::Borrows, "self.own", "b in self.c()", "b"),
            (Hazard::Borrows, "self.own", "b in a", "self.c(b)"),
            (Hazard::Borrows, "self.own", "b in self.own.clone()", "b"),
            (Hazard::ControlFlow, "all", "b in a", "b.c()?"),
            (Hazard::Evaluation, "all", "b in a", "n.take(b)"),
            (Hazard::Text, "all", "b in a", "b.clone()"),
        ] {
            assert_refused(&LOOP_TO_COLLECT, hazard, &adding(list, head, one));
        }
    }

    #[test]
    fn a_new_list_is_collected() {
        for (head, added, after) in [
            ("b in a", "b.c(n)", "a.iter().map(|b| b.c(n)).collect()"),
            ("b in &by", "&b.c", "by.iter().map(|b| &b.c).collect()"),
            ("b in by", "b.c", "by.into_iter().map(|b| b.c).collect()"),
            ("b in 0..n", "b * 2", "(0..n).map(|b| b * 2).collect()"),
            ("b in a.iter().rev()", "b", "a.iter().rev().collect()"),
            ("b in a", "S(b)", "a.iter().map(S).collect()"),
            ("_ in 0..n", "own.c()", "(0..n).map(|_| own.c()).collect()"),
            (
                "(i, b) in a.iter().enumerate()",
                "b.c(i)",
                "a.iter().enumerate().map(|(i, b)| b.c(i)).collect()",
            ),
        ] {
            let after = format!("let all: Vec<_> = {after};\ng(all);");
            becomes(&pushing(head, added), &after);
        }
        for new in [
            "vec![]",
            "Vec::with_capacity(n)",
            "Vec::with_capacity(a.len())",
        ] {
            becomes(
                &filling(new, "b in a", "push(b.c())"),
                "let all: Vec<_> = a.iter().map(|b| b.c()).collect();\ng(all);",
            );
        }
    }

    #[test]
    fn other_collections_are_collected() {
        becomes(
            &filling("HashMap::new()", "b in a", "insert(b.c(), b.d())"),
            "let all: HashMap<_, _> = a.iter().map(|b| (b.c(), b.d())).collect();\ng(all);",
        );
        becomes(
            &filling("BTreeSet::new()", "b in a", "insert(b.c())"),
            "let all: BTreeSet<_> = a.iter().map(|b| b.c()).collect();\ng(all);",
        );
    }

    #[test]
    fn a_type_that_is_written_stays() {
        let code = pushing("b in a", "b.c()");
        becomes(
            &code.replace("mut all", "mut all: Vec<u8>"),
            "let all: Vec<u8> = a.iter().map(|b| b.c()).collect();\ng(all);",
        );
        for ty in ["Vec<&str>", "Vec<Box<dyn T>>", "Own"] {
            let typed = code.replace("mut all", &format!("mut all: {ty}"));
            refused(Hazard::Types, &typed);
        }
    }

    #[test]
    fn the_end_of_a_function_gives_it() {
        becomes(
            &pushing("b in a", "b.c(n)").replace("g(all);", "all"),
            "a.iter().map(|b| b.c(n)).collect()",
        );
    }

    #[test]
    fn what_is_left_out_is_filtered() {
        let head = "let mut all = Vec::new();\n$0for b in a {\n    ";
        becomes(
            &format!("{head}if b.d() {{\n        all.push(b.c());\n    }}\n}}\ng(all);"),
            "let all: Vec<_> = a.iter().filter(|&b| b.d()).map(|b| b.c()).collect();\ng(all);",
        );
        becomes(
            &format!(
                "{head}if b.is_empty() {{\n        continue;\n    }}\n    all.push(b);\n}}\ng(all);"
            ),
            "let all: Vec<_> = a.iter().filter(|&b| !b.is_empty()).collect();\ng(all);",
        );
        refused(
            Hazard::Types,
            "let mut all = Vec::new();\n$0for b in by {\n    if b.d() {\n        all.push(b.c());\n    }\n}\ng(all);",
        );
    }

    #[test]
    fn what_is_changed_later_stays_mutable() {
        for later in ["all.sort();", "all.push(1);", "g(&mut all);", "all[0] = n;"] {
            becomes(
                &pushing("b in a", "b.c()").replace("g(all);", later),
                &format!("let mut all: Vec<_> = a.iter().map(|b| b.c()).collect();\n{later}"),
            );
        }
        for later in [
            "g(&all, all.len());",
            "for b in &all {\n    d(b);\n}",
            "println!(\"{all:?}\");",
            "assert_eq!(all.len(), all[0].c);",
        ] {
            becomes(
                &pushing("b in a", "b.c()").replace("g(all);", later),
                &format!("let all: Vec<_> = a.iter().map(|b| b.c()).collect();\n{later}"),
            );
        }
        for later in [
            "assert_eq!(all.pop(), n);",
            "println!(\"{}\", all[0].pop());",
        ] {
            becomes(
                &pushing("b in a", "b.c()").replace("g(all);", later),
                &format!("let mut all: Vec<_> = a.iter().map(|b| b.c()).collect();\n{later}"),
            );
        }
        for later in [
            "assert!(all.own());",
            "all.own();",
            "m!(all);",
            "let all = d(all);",
            "d();",
        ] {
            refused(
                Hazard::Scope,
                &pushing("b in a", "b.c()").replace("g(all);", later),
            );
        }
    }

    #[test]
    fn a_chain_that_fits_a_line_gets_one() {
        let added = "b.the_first_of_some(n)";
        let declared = "let mut the_list_of_what_is_needed_there = Vec::new();";
        let call = "the_list_of_what_is_needed_there";
        becomes(
            &format!("{declared}\n$0for b in a {{\n    {call}.push({added});\n}}\ng({call});"),
            &format!("let {call}: Vec<_> =\n    a.iter().map(|b| {added}).collect();\ng({call});"),
        );
    }

    #[test]
    fn long_chains_get_lines() {
        becomes(
            &pushing(
                "b in a",
                "S {\n        the_first_of_some_names: b.c,\n        the_second: n,\n    }",
            )
            .replace("g(all);", "all"),
            "a.iter()\n    .map(|b| S {\n        the_first_of_some_names: b.c,\n        the_second: n,\n    })\n    .collect()",
        );
        let long = "b.the_first_of_some_names(own.the_second_of_some_names, n)";
        becomes(
            &pushing("b in a", long).replace("g(all);", "all"),
            &format!("a.iter()\n    .map(|b| {long})\n    .collect()"),
        );
    }

    #[test]
    fn what_a_closure_may_not_do_is_refused() {
        for added in ["b.c()?", "b.c().await", "m!(b)", "vec![b?]"] {
            refused(Hazard::ControlFlow, &pushing("b in a", added));
        }
        for added in ["{ d(); b.c() }", "b.c(&mut own)", "own.pop(b)"] {
            refused(Hazard::Evaluation, &pushing("b in a", added));
        }
        refused(Hazard::Scope, &pushing("b in a", "b.c(all.len())"));
        let text = inside(&pushing("b in a", "b.c()")).replacen("fn", "const fn", 1);
        assert_refused(&LOOP_TO_COLLECT, Hazard::Constants, &text);
    }

    #[test]
    fn what_clippy_would_write_otherwise_is_refused() {
        for added in ["b.clone()", "*b", "c(b)", "1"] {
            refused(Hazard::Text, &pushing("b in a", added));
        }
        refused(Hazard::Text, &pushing("&b in a", "b"));
    }

    #[test]
    fn what_only_its_place_gives_a_type_is_refused() {
        refused(Hazard::Types, &pushing("b in a", "b.into()"));
        refused(Hazard::Types, &pushing("b in own", "b.c()"));
    }

    #[test]
    fn an_iterator_by_name_needs_a_look() {
        let level = |head: &str| {
            let text = inside(&pushing(head, "b.c()"));
            let offer = offered(FileContext::default(), &LOOP_TO_COLLECT, &text);
            offer.unwrap().change().applicability
        };
        assert_eq!(level("b in own.lines()"), Applicability::NeedsCheck);
        assert_eq!(level("b in a"), Applicability::Safe);
    }

    #[test]
    fn a_sorted_collection_may_tell_equal_keys_apart() {
        for (new, level) in [
            ("BTreeSet", Applicability::NeedsCheck),
            ("HashSet", Applicability::Safe),
        ] {
            let code = inside(&filling(
                &format!("{new}::new()"),
                "b in a",
                "insert(b.c())",
            ));
            let offer = offered(FileContext::default(), &LOOP_TO_COLLECT, &code).unwrap();
            assert_eq!(offer.change().applicability, level, "{new}");
        }
    }

    #[test]
    fn other_loops_are_left_alone() {
        for code in [
            "let mut all = vec![1]; $0for b in a { all.push(b.c()); } g(all);",
            "let mut all = Own::new(); $0for b in a { all.push(b.c()); } g(all);",
            "let mut all = Vec::new(); $0for b in a { all.push(b.c()); d(); } g(all);",
            "let mut all = Vec::new(); $0for b in a { all.extend(b.c()); } g(all);",
            "let mut all = Vec::new(); $0for b in a { if d { all.push(b.c()); } else { e(); } } g(all);",
            "let mut all = Vec::new(); $0for b in a { if let D = b { all.push(b.c()); } } g(all);",
            "let mut all = Vec::new(); $0'a: for b in a { all.push(b.c()); } g(all);",
            "let mut all = Vec::new(); $0for b in a { all.push(b.c()); }",
        ] {
            assert_not_here(&LOOP_TO_COLLECT, &inside(code));
        }
    }
}
