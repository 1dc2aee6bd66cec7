//! # Cognitive complexity
//!
//! ## What it does
//! Finds functions whose control flow is hard to keep in mind. Every break in the flow costs one point (`if`, `else`, `match`,
//! loops, jumps to a label, each run of equal `&&` or `||`), and `if`, `match` and loops cost one more for each level that they
//! are nested in.
//!
//! ## Why
//! Who changes such a function has to hold all of its paths in mind at once, and covering them takes as many tests. Nested
//! decisions are worse than the same number of decisions in a row, which is why depth costs extra.
//!
//! ## Example
//! ```rust before
//! fn price(order: &Order, rules: &Rules) -> u32 {
//!     let mut sum = 0;
//!     for line in &order.lines {
//!         match line.kind {
//!             Kind::Goods if line.is_heavy => sum += 5,
//!             Kind::Goods => sum += 3,
//!             Kind::Gift => sum += if line.is_wrapped { 2 } else { 1 },
//!         }
//!         for rule in &rules.list {
//!             let price = if rule.is_general { rule.price } else { line.price };
//!             sum += price;
//!             if rule.is_last && line.is_closed {
//!                 break;
//!             }
//!         }
//!         log(line);
//!     }
//!     sum
//! }
//! ```
//! ```rust after
//! fn price(order: &Order, rules: &Rules) -> u32 {
//!     let lines = order.lines.iter();
//!     lines.map(|line| handling(line) + price_by_rules(line, rules)).sum()
//! }
//!
//! fn handling(line: &Line) -> u32 {
//!     match line.kind {
//!         Kind::Goods if line.is_heavy => 5,
//!         Kind::Goods => 3,
//!         Kind::Gift if line.is_wrapped => 2,
//!         Kind::Gift => 1,
//!     }
//! }
//!
//! fn price_by_rules(line: &Line, rules: &Rules) -> u32 {
//!     let mut sum = 0;
//!     for rule in &rules.list {
//!         sum += if rule.is_general { rule.price } else { line.price };
//!         if rule.is_last && line.is_closed {
//!             break;
//!         }
//!     }
//!     sum
//! }
//! ```
//!
//! ## What it leaves alone
//! - `?`, `let … else` and guards of `match` arms cost nothing: they make code flatter.
//! - A `match` costs the same however many arms it has.
//! - What stands inside macro calls is not seen.
//!
//! ## Limits
//! 15 is fine; more is a warning, more than 25 a strong one.
//!
//! ## Sources
//! G. Ann Campbell, *Cognitive Complexity: a new way of measuring understandability*, SonarSource 2018 (rule S3776);
//! clippy's `cognitive_complexity`.

use crate::{
    facts::{Part, Sighting},
    smells::{Family, Limits, Sightings, Smell},
    syntax::Item,
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    id: "cognitive-complexity",
    limits: Limits {
        warn: 15,
        strong: 25,
    },
    family: Family::FunctionSize,
    rate: None,
    answers: &[
        "guard-clause",
        "let-else",
        "remove-redundant-else",
        "merge-nested-if",
    ],
    clippy: &["cognitive_complexity"],
    look,
    say,
};

fn look(item: &Item<'_>, sightings: &mut Sightings) {
    for function in &item.functions {
        let measure = function.metrics.cognitive;
        if !sightings.keeps(measure) {
            continue;
        }
        let parts = function.tally.increments.iter().map(|increment| Part {
            at: increment.at,
            measure: increment.amount,
        });
        sightings.push_with_parts(function.name(), measure, parts.collect());
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "`{name}` has a cognitive complexity of {}",
        sighting.measure
    )
}
