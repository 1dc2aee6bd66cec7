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
//! - Data: an arm without statements that is made of literals, names, arrays, structs and calls alone, or that only declares
//!   constants in front of such a value.
//! - Lines that belong to another long arm inside of this one, which is reported by itself.
//!
//! ## Limits
//! 24 lines of code are fine, without the braces of the arm; more are a warning, more than 50 a strong one. It fires 9.52
//! times in 100,000 lines of well-kept code.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Extract Function"; Robert C. Martin, *Clean Code*, "Switch Statements".

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use crate::{
    facts::Sighting,
    smells::{Limits, Look, Sightings, Smell},
    syntax::{Unit, inside},
    text::TextRange,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(9.52),
    sees: &[SyntaxKind::MATCH_ARM],
    ..Smell::new(
        "long-match-arm",
        Limits::of(24, 50),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    let mut arms = long_arms(unit, sightings);
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
    let rest = text.get(usize::from(sighting.at.start())..);
    let pattern = shortened(rest.unwrap_or_default());
    format!(
        "the arm `{pattern}` is {} lines long; move its body into a function",
        sighting.measure
    )
}

/// The pattern that a text starts with, as far as it stands on one line and is not long itself.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    let line = text.lines().next().unwrap_or_default();
    let (pattern, is_whole) = match line.split_once("=>") {
        Some((pattern, _)) => (pattern.trim_end(), true),
        None => (line.trim_end(), false),
    };
    if is_whole && pattern.chars().count() <= LONGEST {
        return pattern.to_owned();
    }
    pattern.chars().take(LONGEST).chain(['…']).collect()
}

struct Arm {
    range: TextRange,
    at: TextRange,
    lines: u32,
    /// The lines of arms inside that are long themselves.
    blamed: u32,
}

fn long_arms(unit: &Unit<'_>, sightings: &Sightings) -> Vec<Arm> {
    let arms = unit.nodes::<ast::MatchArm>().filter_map(|arm| {
        let body = arm.expr()?;
        let lines = lines(unit, &body);
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

fn lines(unit: &Unit<'_>, body: &ast::Expr) -> u32 {
    unit.code_lines(match body {
        ast::Expr::BlockExpr(block) => inside(block),
        other => other.syntax().text_range(),
    })
}

fn is_one_thing(body: &ast::Expr) -> bool {
    let only = match body {
        ast::Expr::BlockExpr(block) if block.statements().all(|it| is_constant(&it)) => {
            block.tail_expr()
        }
        other => Some(other.clone()),
    };
    if only.as_ref().is_some_and(is_data) {
        return true;
    }
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

fn is_constant(statement: &ast::Stmt) -> bool {
    matches!(
        statement,
        ast::Stmt::Item(ast::Item::Const(_) | ast::Item::Static(_))
    )
}

/// Whether a value is a table or a literal: nothing is decided or run step by step in it.
fn is_data(value: &ast::Expr) -> bool {
    let mut inside = value.syntax().descendants().filter_map(ast::Expr::cast);
    inside.all(|part| {
        matches!(
            part,
            ast::Expr::ArrayExpr(_)
                | ast::Expr::CallExpr(_)
                | ast::Expr::Literal(_)
                | ast::Expr::MacroExpr(_)
                | ast::Expr::ParenExpr(_)
                | ast::Expr::PathExpr(_)
                | ast::Expr::PrefixExpr(_)
                | ast::Expr::RecordExpr(_)
                | ast::Expr::RefExpr(_)
                | ast::Expr::TupleExpr(_)
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn arm(body: &str) -> String {
        format!("fn f() {{ match x {{ A::B(c) if d => {body}, _ => {{}} }} }}")
    }

    #[test]
    fn an_arm_that_is_a_function_is_seen() {
        // From `toml_edit` 0.25.18, `src/de/table_enum.rs` (MIT OR Apache-2.0).
        let text = r#"
fn f() {
    match self.value {
crate::Item::Table(values) => {
    let values_span = values.span();
    let tuple_values: Result<Vec<_>, _> = values
        .items
        .into_iter()
        .enumerate()
        .map(|(index, (key, value))| match key.get().parse::<usize>() {
            Ok(key_index) if key_index == index => Ok(value),
            Ok(_) | Err(_) => Err(Error::custom(
                format!("expected table key `{}`, but was `{}`", index, key.get()),
                key.span(),
            )),
        })
        .collect();
    let tuple_values = tuple_values?;

    if tuple_values.len() == len {
        serde_core::de::Deserializer::deserialize_seq(
            super::ArrayDeserializer::new(tuple_values, values_span),
            visitor,
        )
    } else {
        Err(Error::custom(
            format!("expected tuple with length {len}"),
            values_span,
        ))
    }
}
    }
}
"#;
        assert_eq!(fired("long-match-arm", text), [("crate".to_owned(), 25)]);
    }

    #[test]
    fn an_arm_that_is_one_thing_is_left_alone() {
        let lines = "1 => 2,\n".repeat(40);
        for body in [
            format!("match y {{ {lines} }}"),
            format!("{{ match y {{ {lines} }} }}"),
            format!("quote! {{ {lines} }}"),
            format!("S {{ {} }}", "a: 1,\n".repeat(40)),
            format!("[{}]", "1,\n".repeat(40)),
            format!("Some(&[{}])", "(-1, \"a\", X),\n".repeat(40)),
            format!("{{ const A: &[u8] = &[{}]; A }}", "1,\n".repeat(40)),
        ] {
            assert!(fired("long-match-arm", &arm(&body)).is_empty(), "{body}");
        }
    }

    #[test]
    fn comments_are_left_alone() {
        let body = format!("{{ {} a(); }}", "// why\n\n".repeat(40));
        assert!(fired("long-match-arm", &arm(&body)).is_empty());
    }

    #[test]
    fn an_arm_is_not_blamed_for_the_long_arm_inside() {
        let inner = "g();\n".repeat(30);
        let body = |more: usize| {
            let more = "h();\n".repeat(more);
            arm(&format!(
                "{{\n{more}match y {{\n I(j) => {{\n{inner}}}\n _ => {{}}\n }}\n}}"
            ))
        };
        assert_eq!(fired("long-match-arm", &body(10)), [("I".to_owned(), 30)]);
        assert_eq!(
            fired("long-match-arm", &body(30)),
            [("A".to_owned(), 35), ("I".to_owned(), 30)]
        );
    }
}
