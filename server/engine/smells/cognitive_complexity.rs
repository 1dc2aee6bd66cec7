//! # Cognitive complexity
//!
//! ## What it does
//! Finds functions whose control flow is hard to follow. Every break in the flow costs one point (`if`, `else`, `match`,
//! loops, jumps to a label, each run of equal `&&` or `||`), and `if`, `match` and loops cost one more for each level of
//! nesting.
//!
//! ## Why
//! Changing such a function means keeping all of its paths in mind at once, and each path needs a test. Nested decisions are
//! harder to follow than the same number of decisions in a row, so depth costs extra.
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
//! - `?`, `let … else` and guards of `match` arms, which cost nothing because they make code flatter.
//! - The number of arms: a `match` costs the same however many it has.
//! - Code inside macro calls, which is not counted.
//! - Functions that declare their own macros and do most of their work in them.
//! - Functions that are fine without their guards (`if … { return … }`), and functions that are mostly a `match` with many
//!   short arms.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! 15 is fine, more is a warning, more than 30 a strong one. It fires 43.2 times in 100,000 lines of well-kept code.
//!
//! By default a function is reported from 34 if it has a part that is worth extracting, and from 25 if no more than 8 is left
//! without that part. The finding names the lines of the part: nine or more, with at least a quarter and at most four fifths
//! of the complexity, and with a name that the code suggests. The part doesn't break out of an enclosing loop, return early
//! or take more than three values (four if it has 40 lines). Below 46 it also doesn't change several variables of the
//! function and isn't one of several similar parts.
//!
//! In functions that are long and deeply nested as well (from 60 with 120 lines and 6 levels, or from 45 with 8 levels) any
//! part of that size will do that can be extracted. Functions without such a part are reported in the `full` profile only, and
//! so are files that say they are ports.
//!
//! ## Sources
//! G. Ann Campbell, *Cognitive Complexity: a new way of measuring understandability*, Sonar 2018 (rule S3776);
//! clippy's `cognitive_complexity`.

use ra_ap_syntax::{AstNode, ast};

use crate::{
    facts::{Part, Sighting},
    smells::{Calm, Cause, Extracted, FLATTENING, Limits, Look, Sightings, Smell},
    syntax::{Function, Unit, flow, nodes_inside, tables},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    measured: "complexity {}",
    cause: Cause::FunctionSize,
    survives_errors: true,
    rate: Some(43.2),
    calm: Calm::Extracted(Extracted {
        from: 25,
        always_from: 34,
        leaving: 8,
    }),
    answers: FLATTENING,
    clippy: &["cognitive_complexity"],
    ..Smell::new(
        "cognitive-complexity",
        Limits::of(15, 30),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for function in &unit.functions {
        let measure = function.metrics.cognitive;
        if !sightings.keeps(measure)
            || is_easy_to_follow(unit, function, measure)
            || declares_macros(function)
        {
            continue;
        }
        let parts = function.tally.increments.iter().map(|increment| Part {
            at: increment.at,
            measure: increment.amount,
        });
        sightings.push_with_parts(function.name(), measure, parts.collect());
    }
}

fn declares_macros(function: &Function) -> bool {
    let mut items = function.body.syntax().descendants();
    items.any(|it| ast::MacroRules::can_cast(it.kind()))
}

/// Whether a function is a table, or has a low complexity apart from its guards.
fn is_easy_to_follow(unit: &Unit<'_>, function: &Function, measure: u32) -> bool {
    let is_high = measure > SMELL.limits.warn;
    is_high
        && (tables::is_table(unit, function)
            || measure.saturating_sub(cost_of_guards(function)) <= SMELL.limits.warn)
}

/// What guards add to the measure: `if`s without `else`, nested at most one level deep, that always leave the body.
fn cost_of_guards(function: &Function) -> u32 {
    let choices = nodes_inside(function.body.syntax(), ast::IfExpr::can_cast);
    let guards = choices.filter_map(ast::IfExpr::cast).filter(is_guard);
    let keywords: Vec<TextRange> = guards
        .filter_map(|guard| Some(guard.if_token()?.text_range()))
        .collect();
    let increments = function.tally.increments.iter();
    let shallow = increments.filter(|one| one.amount <= 2 && keywords.contains(&one.at));
    shallow.map(|one| one.amount).sum()
}

fn is_guard(choice: &ast::IfExpr) -> bool {
    choice.else_token().is_none()
        && choice
            .then_branch()
            .is_some_and(|then| flow::diverges(&then))
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!(
        "`{name}` has a cognitive complexity of {}",
        sighting.measure
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::{fired, seen};

    /// From `serde_derive` 1.0.229, `src/internals/attr.rs` (MIT OR Apache-2.0).
    const GET_SER_AND_DE: &str = r#"
fn get_ser_and_de<'c, T, F, R>(
    cx: &'c Ctxt,
    attr_name: Symbol,
    meta: &ParseNestedMeta,
    f: F,
) -> syn::Result<(VecAttr<'c, T>, VecAttr<'c, T>)>
where
    T: Clone,
    F: Fn(&Ctxt, Symbol, Symbol, &ParseNestedMeta) -> syn::Result<R>,
    R: Into<Option<T>>,
{
    let mut ser_meta = VecAttr::none(cx, attr_name);
    let mut de_meta = VecAttr::none(cx, attr_name);

    let lookahead = meta.input.lookahead1();
    if lookahead.peek(Token![=]) {
        if let Some(both) = f(cx, attr_name, attr_name, meta)?.into() {
            ser_meta.insert(&meta.path, both.clone());
            de_meta.insert(&meta.path, both);
        }
    } else if lookahead.peek(token::Paren) {
        meta.parse_nested_meta(|meta| {
            if meta.path == SERIALIZE {
                if let Some(v) = f(cx, attr_name, SERIALIZE, &meta)?.into() {
                    ser_meta.insert(&meta.path, v);
                }
            } else if meta.path == DESERIALIZE {
                if let Some(v) = f(cx, attr_name, DESERIALIZE, &meta)?.into() {
                    de_meta.insert(&meta.path, v);
                }
            } else {
                return Err(meta.error(format_args!(
                    "malformed {0} attribute, expected `{0}(serialize = ..., deserialize = ...)`",
                    attr_name,
                )));
            }
            Ok(())
        })?;
    } else {
        return Err(lookahead.error());
    }

    Ok((ser_meta, de_meta))
}
"#;

    #[test]
    fn nested_branches_in_a_closure_are_seen() {
        assert_eq!(
            fired("cognitive-complexity", GET_SER_AND_DE),
            [("get_ser_and_de".to_owned(), 18)]
        );
    }

    #[test]
    fn the_parts_sum_up_to_the_measure() {
        let sighting = &seen("cognitive-complexity", GET_SER_AND_DE)[0];
        let sum: u32 = sighting.parts.iter().map(|part| part.measure).sum();
        assert_eq!(sum, sighting.measure);
        let place = sighting.parts[0].at;
        assert_eq!(crate::text::slice(GET_SER_AND_DE, place), Some("if"));
    }

    #[test]
    fn early_exits_are_no_complexity() {
        let exits = "let Some(a) = b()? else { return None };\n".repeat(30);
        assert!(fired("cognitive-complexity", &format!("fn f() {{ {exits} }}")).is_empty());
    }

    #[test]
    fn a_match_with_many_arms_is_one_decision() {
        let arms = (0..40).map(|arm| format!("{arm} if a => {arm},\n"));
        let arms = arms.collect::<Vec<_>>().concat();
        let text = format!("fn f() {{ match x {{ {arms} _ => 0 }} }}");
        assert!(fired("cognitive-complexity", &text).is_empty());
    }

    #[test]
    fn a_function_with_macros_of_its_own_is_left_alone() {
        let nested = "if a { if b { if c { if d { if e { if g { h() } } } } } }";
        let code = |declared: &str| format!("fn f() {{ {declared} {nested} }}");
        assert_eq!(fired("cognitive-complexity", &code("")).len(), 1);
        let macros = code("macro_rules! m { () => {} }");
        assert!(fired("cognitive-complexity", &macros).is_empty());
    }

    #[test]
    fn what_is_inside_a_macro_call_is_not_seen() {
        let inside = "if a { if b { if c { if d {} } } } ".repeat(3);
        assert!(
            fired(
                "cognitive-complexity",
                &format!("fn f() {{ m!({inside}) }}")
            )
            .is_empty()
        );
    }
}
