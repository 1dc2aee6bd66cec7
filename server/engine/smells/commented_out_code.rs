//! # Commented-out code
//!
//! ## What it does
//! Finds commented-out code inside functions.
//!
//! ## Why
//! Nobody knows whether it was left out for now or for good, no compiler checks it, and every reader wonders. Version control
//! remembers what was there.
//!
//! ## Example
//! ```rust before
//! fn send(orders: &mut Vec<Order>) {
//!     orders.sort();
//!     // let first = orders.remove(0);
//!     // if first.is_paid {
//!     //     announce(&first);
//!     // }
//!     orders.clear();
//! }
//! ```
//! ```rust after
//! fn send(orders: &mut Vec<Order>) {
//!     orders.sort();
//!     orders.clear();
//! }
//! ```
//!
//! ## What it leaves alone
//! - Comments that also contain prose, such as an example or the reason why the code is left out.
//! - Single lines, and lines that are not whole statements.
//! - Documentation, tests, and comments in macro input.
//!
//! ## Limits
//! The measure is the number of commented-out lines of code: 2 are fine, more are a warning, more than 12 a strong one. It
//! fires 2 times in 100,000 lines of well-kept code. In a blind review 16 of 20 findings were worth acting on.
//!
//! ## Sources
//! Sonar's S125.

use super::{Calm, Limits, Look, Sightings, Smell};
use crate::{facts::Sighting, shapes::dead_comment::CommentLines, syntax::Unit, text::TextRange};

pub(super) const SMELL: Smell = Smell {
    rate: Some(2.0),
    calm: Calm::Plain,
    answers: &["remove-dead-comment"],
    measured: "{} lines of code",
    ..Smell::new(
        "commented-out-code",
        Limits::of(2, 12),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    let runs = CommentLines::in_range(unit.text, unit.node.text_range());
    let adjoin = |left: &CommentLines<'_>, right: &CommentLines<'_>| {
        let between = TextRange::new(left.whole.end(), right.at.start());
        unit.slice(between).trim().is_empty()
    };
    for paragraphs in runs.chunk_by(adjoin) {
        let is_whole =
            |run: &CommentLines<'_>| run.are_code(unit.context) && run.are_comments(&unit.node);
        // Only the first paragraph is reported, and none if deleting it would leave half of the code.
        let measure = |run: &CommentLines<'_>| u32::try_from(run.count()).unwrap_or(u32::MAX);
        let mut told = paragraphs
            .iter()
            .filter(|run| sightings.keeps(measure(run)));
        let Some(first) = told.find(|run| is_whole(run)) else {
            continue;
        };
        let is_rest = |run: &CommentLines<'_>| run.look_like_code() && !run.are_code(unit.context);
        if !paragraphs.iter().any(is_rest) {
            sightings.push(first.at, measure(first));
        }
    }
}

fn say(sighting: &Sighting, _: &str) -> String {
    let lines = sighting.measure;
    format!("{lines} lines of commented-out code; delete them or explain why they are kept")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn lines(comment: &str) -> Vec<u32> {
        let text = format!("fn f(a: &str) {{\n    b();\n{comment}\n    c();\n}}\n");
        let fired = fired("commented-out-code", &text);
        fired.into_iter().map(|(_, measure)| measure).collect()
    }

    #[test]
    fn statements_are_counted_in_lines() {
        assert_eq!(lines("    // let a = 1;\n    // b(a);\n    // c(a);"), [3]);
        assert_eq!(
            lines("    //if a {\n    //    b(\n    //\n    //        1,\n    //    );\n    //}"),
            [5]
        );
    }

    /// `cursive_core` 0.4.7, `src/views/button.rs` (MIT).
    #[test]
    fn real_code() {
        let code = "    // let end = offset + self.label.width();\n    // printer.print_hline(\n    //     (end, 0),\n    \
                    //     printer.size.x.saturating_sub(end),\n    //     \" \",\n    // );";
        assert_eq!(lines(code), [6]);
    }

    #[test]
    fn words_are_words() {
        for comment in [
            "    // The first one counts;\n    // the others (if any)\n    // do not;",
            "    // For example:\n    // let a = 1;\n    // b(a);",
            "    // let a = 1;\n    // b(a); would be wrong here\n    // since c;",
            "    /// let a = 1;\n    /// b(a);\n    /// c(a);\n    let d = 1;",
            "    // let a = 1;\n    // b(a);",
            "    // a,\n    // b,\n    // c",
            "    // if a {\n    //     b();\n    //     c();",
            "    // TODO\n    // b\n    // c",
        ] {
            assert!(lines(comment).is_empty(), "{comment}");
        }
    }

    #[test]
    fn a_paragraph_in_the_midst_of_code_is_left_alone() {
        let whole = "    // let a = 1;\n    // b(a);\n    // c(a);\n";
        let prose = "\n    // The rest follows\n    // when there is time.";
        let half = "\n    // if d(\n    //     e,\n    // ) {";
        assert_eq!(lines(&format!("{whole}{prose}")), [3]);
        assert_eq!(lines(&format!("{whole}\n{whole}")), [3]);
        assert!(lines(&format!("{whole}{half}")).is_empty());
    }

    #[test]
    fn what_only_looks_like_a_comment_is_none() {
        let code = "// let a = 1;\n// b(a);\n// c(a);\n";
        assert!(lines(&format!("    let d = \"\n{code}\";")).is_empty());
        assert!(lines(&format!("    m! {{\n{code}}}")).is_empty());
        let test = format!("#[test]\nfn f() {{\n{code}}}\n");
        assert!(fired("commented-out-code", &test).is_empty());
    }
}
