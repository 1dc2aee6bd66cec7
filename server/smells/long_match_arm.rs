//! # Long match arm
//!
//! ## What it does
//! Finds arms of `match` with many lines of code.
//!
//! ## Why
//! A `match` says which cases there are. Where an arm fills a screen, the cases are no longer seen side by side, and the arm
//! is a function that has no name.
//!
//! ## Example
//! ```rust before
//! fn run(command: Command) {
//!     match command {
//!         Command::Stop => stop(),
//!         Command::Start(options) => {
//!             let engine = Engine::new(options);
//!             // … 24 more statements
//!         }
//!     }
//! }
//! ```
//! ```rust after
//! fn run(command: Command) {
//!     match command {
//!         Command::Stop => stop(),
//!         Command::Start(options) => start(options),
//!     }
//! }
//!
//! fn start(options: Options) {
//!     let engine = Engine::new(options);
//!     // … 24 more statements
//! }
//! ```
//!
//! ## What it leaves alone
//! - An arm that is one `match` or one macro call, or that fills in one struct or array.
//! - What another long arm inside of the arm is blamed for.
//!
//! ## Limits
//! 24 lines of code are fine, without the braces of the arm; more are a warning, more than 50 a strong one.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Extract Function"; Robert C. Martin, *Clean Code*, "Switch Statements".

use ra_ap_syntax::{AstNode, ast};

use crate::{
    facts::Sighting,
    smells::{Family, Limits, Sightings, Smell},
    syntax::{Item, inside},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    id: "long-match-arm",
    limits: Limits {
        warn: 24,
        strong: 50,
    },
    family: Family::Own,
    rate: None,
    answers: &[],
    clippy: &[],
    look,
    say,
};

fn look(item: &Item<'_>, sightings: &mut Sightings) {
    let mut arms = long_arms(item, sightings);
    let around = arms_around(&arms);
    // Arms inside come after the arms around them.
    for place in (0..arms.len()).rev() {
        let arm = &arms[place];
        let own = arm.lines.saturating_sub(arm.blamed);
        let blamed = if own > SMELL.limits.warn {
            arm.lines
        } else {
            arm.blamed
        };
        if let Some(around) = around[place] {
            arms[around].blamed += blamed;
        }
    }
    for arm in arms {
        sightings.push(arm.at, arm.lines.saturating_sub(arm.blamed));
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let start = slice(text, sighting.at).unwrap_or_default();
    let lines = sighting.measure;
    format!("the arm of `{start}…` has {lines} lines of code")
}

struct Arm {
    range: TextRange,
    at: TextRange,
    lines: u32,
    /// The lines of arms inside that are long themselves.
    blamed: u32,
}

fn long_arms(item: &Item<'_>, sightings: &Sightings) -> Vec<Arm> {
    let arms = item.nodes::<ast::MatchArm>().filter_map(|arm| {
        let body = arm.expr()?;
        let lines = lines(item, &body);
        if !sightings.keeps(lines) || is_one_thing(&body) {
            return None;
        }
        Some(Arm {
            range: arm.syntax().text_range(),
            at: arm.pat()?.syntax().first_token()?.text_range(),
            lines,
            blamed: 0,
        })
    });
    arms.collect()
}

/// For each arm the place of the innermost other one that it stands in.
fn arms_around(arms: &[Arm]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut around = Vec::with_capacity(arms.len());
    for (place, arm) in arms.iter().enumerate() {
        while open
            .pop_if(|outer| !arms[*outer].range.contains_range(arm.range))
            .is_some()
        {}
        around.push(open.last().copied());
        open.push(place);
    }
    around
}

fn lines(item: &Item<'_>, body: &ast::Expr) -> u32 {
    item.code_lines(match body {
        ast::Expr::BlockExpr(block) => inside(block),
        other => other.syntax().text_range(),
    })
}

fn is_one_thing(body: &ast::Expr) -> bool {
    let only = match body {
        ast::Expr::BlockExpr(block) if block.statements().next().is_none() => block.tail_expr(),
        other => Some(other.clone()),
    };
    matches!(
        only,
        Some(
            ast::Expr::MatchExpr(_)
                | ast::Expr::MacroExpr(_)
                | ast::Expr::RecordExpr(_)
                | ast::Expr::ArrayExpr(_)
        )
    )
}
