//! # Index loop to iterator
//!
//! ## What it does
//! Converts a `for` loop over indices into one over the elements.
//!
//! ## Why
//!
//! `for line in &lines` says what the loop iterates over. With an index, the reader has to check that it is used for
//! nothing else, each `lines[i]` has a bounds check, and the wrong collection may be indexed by mistake.
//!
//! ## Example
//!
//! ```rust before
//! fn report(lines: &[Line], log: &mut Log) {
//!     $0for i in 0..lines.len() {
//!         if lines[i].is_wrong() {
//!             log.tell(i, &lines[i]);
//!         }
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn report(lines: &[Line], log: &mut Log) {
//!     for (i, line) in lines.iter().enumerate() {
//!         if line.is_wrong() {
//!             log.tell(i, line);
//!         }
//!     }
//! }
//! ```
//!
//! If the first statement of the loop names the element, that name is kept:
//!
//! ```rust before
//! fn raise(wages: &mut Vec<Wage>, by: u32) {
//!     $0for i in 0..wages.len() {
//!         let wage = &mut wages[i];
//!         wage.amount += by;
//!         wage.is_new = true;
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn raise(wages: &mut Vec<Wage>, by: u32) {
//!     for wage in wages.iter_mut() {
//!         wage.amount += by;
//!         wage.is_new = true;
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Loops that use more of the collection than `list[i]`, or index another collection too.
//! - Collections used in macro input.
//! - Unsafe code, and code with `.await`.
//! - Collections that suggest no name for an element.
//! - Loops for which clippy has a shorter form, such as `fill`.
//!
//! ## What it checks
//!
//! The file shows that the collection is a slice, an array, a `Vec` or a `VecDeque`. Nothing in the loop changes the
//! collection or uses the new name. Each element is used in a way that works with a reference.

use ra_ap_syntax::SyntaxKind;

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{shapes::index_loop::IndexLoop, syntax::types_shown::Ground};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "index-loop-to-iterator",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::FOR_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of(
        "enumerate in iter iter_mut mut",
        "0 0usize len let mut",
        &[
            Also::AddsFreshName,
            Also::AddsCopies,
            Also::DropsEqualCopies,
            Also::DropsPattern,
        ],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let found = find::loop_at(context, target).ok_or(Refusal::NotHere)?;
    let (shape, rewrites) = IndexLoop::of(&found, &source.text, source.context)?;
    Plan::new(shape.head, move || {
        let title = if shape.counts {
            "Iterate over elements with `enumerate`"
        } else {
            "Iterate over elements instead of indices"
        };
        let change = Change::new(title, shape.head, rewrites)?;
        let change = match shape.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("the types"),
        };
        Ok(change.checked(&[
            "the type shows a slice, an array or a `Vec`",
            "the loop doesn't change the collection or use more of it than the element",
            "a reference works wherever the element was used",
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

    static INDEX_LOOP: Refactoring = REFACTORING;

    fn text(head: &str, body: &str) -> String {
        let lines = body.lines().map(|line| format!("            {line}\n"));
        let lines: String = lines.collect();
        format!(
            "struct S {{\n    items: Vec<Part>,\n    n: u8,\n}}\n\nimpl S {{\n    fn f(&mut self, lines: &[Line], nums: &[u64], names: &[&str], all: &mut Vec<Vec<u8>>, own: Vec<Part>) {{\n        let mut sums = vec![0; 4];\n        $0for {head} {{\n{lines}        }}\n    }}\n}}\n"
        )
    }

    fn becomes(list: &str, body: &str, head: &str, after: &str) {
        let before = text(&format!("i in 0..{list}.len()"), body);
        assert_becomes(&INDEX_LOOP, &before, &text(head, after).replace("$0", ""));
    }

    fn refused(hazard: Hazard, list: &str, body: &str) {
        let before = text(&format!("i in 0..{list}.len()"), body);
        assert_refused(&INDEX_LOOP, hazard, &before);
    }

    #[test]
    fn elements_are_lent() {
        for (list, body, head, after) in [
            ("lines", "g(&lines[i]);", "line in lines", "g(line);"),
            ("lines", "g(lines[i].a);", "line in lines", "g(line.a);"),
            (
                "lines",
                "lines[i].a(&lines[i].b);",
                "line in lines",
                "line.a(&line.b);",
            ),
            ("lines", "g(lines[i]);", "line in lines", "g(*line);"),
            (
                "lines",
                "g(lines[i] == a);",
                "line in lines",
                "g(*line == a);",
            ),
            ("lines", "lines[i][1].a();", "line in lines", "line[1].a();"),
            ("own", "g(&own[i]);", "part in &own", "g(part);"),
            (
                "self.items",
                "self.n += self.items[i].n;",
                "item in &self.items",
                "self.n += item.n;",
            ),
        ] {
            becomes(list, body, head, after);
        }
        becomes(
            "lines",
            "g(i, &lines[i]);\nprintln!(\"{i}\");",
            "(i, line) in lines.iter().enumerate()",
            "g(i, line);\nprintln!(\"{i}\");",
        );
    }

    #[test]
    fn numbers_and_references_are_copied() {
        becomes(
            "nums",
            "g(nums[i] + nums[i]);",
            "&num in nums",
            "g(num + num);",
        );
        becomes(
            "names",
            "g(names[i].to_owned());",
            "&name in names",
            "g(name.to_owned());",
        );
        becomes(
            "nums",
            "g(&nums[i], nums[i]);",
            "num in nums",
            "g(num, *num);",
        );
    }

    #[test]
    fn elements_are_changed() {
        becomes(
            "sums",
            "sums[i] += g(i);",
            "(i, sum) in sums.iter_mut().enumerate()",
            "*sum += g(i);",
        );
        becomes(
            "sums",
            "sums[i] = sums[i] * 2;",
            "sum in &mut sums",
            "*sum = *sum * 2;",
        );
        becomes(
            "self.items",
            "self.items[i].n = self.n;",
            "item in &mut self.items",
            "item.n = self.n;",
        );
        becomes(
            "self.items",
            "g(&mut self.items[i], self.n);",
            "item in &mut self.items",
            "g(item, self.n);",
        );
    }

    #[test]
    fn a_name_that_is_there_stays() {
        becomes(
            "lines",
            "let a = &lines[i];\n\ng(a);",
            "a in lines",
            "g(a);",
        );
        becomes(
            "lines",
            "let (a, b) = &lines[i];\n// Why.\ng(a, b);",
            "(a, b) in lines",
            "// Why.\ng(a, b);",
        );
        becomes(
            "all",
            "let a = &mut all[i];\na.push(1);",
            "a in all.iter_mut()",
            "a.push(1);",
        );
        becomes(
            "own",
            "let a = own[i];\ng(a, i);",
            "(i, &a) in own.iter().enumerate()",
            "g(a, i);",
        );
        becomes(
            "lines",
            "let mut a = lines[i];\na.b();",
            "line in lines",
            "let mut a = *line;\na.b();",
        );
    }

    #[test]
    fn what_asks_for_more_of_the_list_stays() {
        for body in [
            "g(lines[i], lines[i + 1]);",
            "g(&lines[i], lines.len());",
            "g(&lines[i], lines);",
            "g(&lines[i..], &lines[i]);",
        ] {
            refused(Hazard::Borrows, "lines", body);
        }
        refused(Hazard::Evaluation, "lines", "g(&lines[i], nums[i]);");
        refused(
            Hazard::Borrows,
            "self.items",
            "g(&self.items[i]);\nself.h();",
        );
        refused(Hazard::Borrows, "own", "g(&own[i]);\nh().await;");
        refused(Hazard::Unsafety, "own", "g(&own[i]);\nunsafe { h() }");
    }

    #[test]
    fn macros_and_names_stay() {
        refused(
            Hazard::Text,
            "lines",
            "g(&lines[i]);\nprintln!(\"{}\", lines[i]);",
        );
        refused(
            Hazard::Text,
            "lines",
            "g(&lines[i]);\nprintln!(\"{lines:?}\");",
        );
        refused(Hazard::Scope, "lines", "let i = g(&lines[i]);\nh(i);");
        refused(Hazard::Scope, "lines", "g(&lines[i]);\nline();");
        refused(Hazard::Scope, "all", "g(&all[i]);");
        refused(Hazard::Text, "lines", "// Why.\nlet a = &lines[i];\ng(a);");
        refused(Hazard::Text, "lines", "let a = &lines[i]; // Why.\ng(a);");
    }

    #[test]
    fn what_needs_the_element_itself_stays() {
        refused(Hazard::Types, "lines", "g(lines[i].into());");
        refused(Hazard::Types, "lines", "lines[i]();");
        refused(
            Hazard::Types,
            "self.items",
            "self.items[i].a = 1;\ng(&self.items[i]);",
        );
        refused(Hazard::Types, "sums", "g(&mut sums[i], &mut sums[i]);");
        refused(Hazard::Borrows, "self.items", "self.items[i].run();");
        refused(Hazard::Borrows, "self.items", "g(self.items[i].get(1));");
        refused(Hazard::Types, "unknown", "g(&unknown[i]);");
        refused(Hazard::Types, "names", "g(&names[i], names[i].clone());");
    }

    #[test]
    fn what_clippy_says_otherwise_stays() {
        refused(Hazard::Text, "sums", "sums[i] = 1;");
        refused(
            Hazard::Text,
            "lines",
            "if let Some(a) = &lines[i] {\n    g(a);\n}",
        );
    }

    #[test]
    fn other_loops_are_left_alone() {
        for head in [
            "i in 0..n",
            "i in 1..lines.len()",
            "i in 0..=lines.len()",
            "mut i in 0..lines.len()",
            "a in lines",
        ] {
            assert_not_here(&INDEX_LOOP, &text(head, "g(&lines[i]);"));
        }
        assert_not_here(&INDEX_LOOP, &text("i in 0..lines.len()", "g(i);"));
    }

    #[test]
    fn a_type_under_another_name_needs_a_look() {
        let level = |body: &str| {
            let text = text("i in 0..lines.len()", body);
            let offer = offered(FileContext::default(), &INDEX_LOOP, &text);
            offer.unwrap().change().applicability
        };
        assert_eq!(level("g(lines[i].clone());"), Applicability::NeedsCheck);
        assert_eq!(level("g(lines[i].a());"), Applicability::Safe);
    }
}
