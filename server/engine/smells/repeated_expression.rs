//! # Repeated expression
//!
//! ## What it does
//! Finds a costly or long expression that is repeated in the same function while its value can't have changed in between.
//!
//! ## Why
//! The reader has to compare the expressions to see that they are identical, and the work is done again. A variable computes
//! the value once, and its name says what it means.
//!
//! ## Example
//! ```rust before
//! fn find(users: &Users, name: &str) -> Option<Id> {
//!     if users.are_blocked(&name.to_lowercase()) {
//!         return None;
//!     }
//!     users.by_name(&name.to_lowercase())
//! }
//! ```
//! ```rust after
//! fn find(users: &Users, name: &str) -> Option<Id> {
//!     let lower_name = name.to_lowercase();
//!     if users.are_blocked(&lower_name) {
//!         return None;
//!     }
//!     users.by_name(&lower_name)
//! }
//! ```
//!
//! ## What it leaves alone
//! - Expressions that may have another value the second time: calls of other functions, and expressions with a variable that
//!   is assigned, borrowed mutably or declared again in between.
//! - Expressions in different branches, or with a first occurrence that is evaluated only conditionally.
//! - Predicates, lengths, slices and single comparisons, which are as quick to read as a name; short sums.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of occurrences. 1 is fine; more are a warning, more than 4 a strong one. Expressions that take
//! neither memory nor time count as one occurrence, except calculations of at least 32 characters, or of at least 20 that
//! occur three times. It fires 0.1 times in 100,000 lines of well-kept code. In a blind review 14 of 20 findings were worth
//! acting on. Reported in the `full` profile only.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Extract Variable".

use ra_ap_syntax::{AstNode, ast};

use super::{Calm, Drawn, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    shapes::repeated_expression::{Repeated, SEES},
    syntax::Unit,
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(0.1),
    calm: Calm::Never,
    answers: &["extract-variable"],
    sees: &SEES,
    measured: "{} occurrences",
    drawn: Drawn::Code,
    ..Smell::new(
        "repeated-expression",
        Limits::of(1, 4),
        Look::Function(look),
        say,
    )
};

/// Minimum length in bytes from which an expression without cost is reported like one with cost.
const LONG: usize = 32;
/// The same minimum for expressions that are repeated three or more times.
const MEDIUM: usize = 20;

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for repeated in Repeated::among(unit.nodes::<ast::Expr>(), unit.text) {
        // Expressions with line breaks or backticks can't be quoted in the message.
        if unit.slice(repeated.range()).contains(['\n', '`']) {
            continue;
        }
        let part = |place: &ast::Expr| Part {
            at: place.syntax().text_range(),
            measure: 1,
        };
        let parts = repeated.places.iter().map(part).collect();
        sightings.push_with_parts(repeated.range(), measure(&repeated), parts);
    }
}

/// The number of occurrences; one for an expression that is as easy to read as a name.
fn measure(repeated: &Repeated) -> u32 {
    let length = usize::from(repeated.range().len());
    let places = repeated.places.len();
    let least = if places > 2 { MEDIUM } else { LONG };
    let is_long = repeated.is_calculated() && length >= least;
    if repeated.is_costly() || is_long {
        u32::try_from(places).unwrap_or(u32::MAX)
    } else {
        1
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    const LONGEST: usize = 40;
    let code = slice(text, sighting.at).unwrap_or_default();
    let times = match sighting.measure {
        2 => "twice".to_owned(),
        times => format!("{times} times"),
    };
    let is_short = code.chars().count() <= LONGEST && !code.contains('\n');
    let what = if is_short {
        format!("`{code}`")
    } else {
        "the same expression".to_owned()
    };
    format!("{what} occurs {times} here; extract a variable")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn seen(body: &str) -> Vec<(String, u32)> {
        let text = format!("fn f(s: &str, v: &mut Vec<u8>, p: &Path, x: T) {{ {body} }}");
        fired("repeated-expression", &text)
    }

    #[test]
    fn costly_and_long_ones_are_seen() {
        assert_eq!(
            seen("a(&s.to_lowercase()); b(&s.to_lowercase());"),
            [("s.to_lowercase()".to_owned(), 2)]
        );
        assert_eq!(seen("a(p.join(\"b\")); if c { d(&p.join(\"b\")) }"), []);
        assert_eq!(
            seen("a(&p.join(\"b\")); if c { d(p.join(\"b\")) }"),
            [("p.join(\"b\")".to_owned(), 2)]
        );
        let long = "v.len() * 17 + s.len() - 42";
        let body = format!("a({long}); b({long}); c({long});");
        assert_eq!(seen(&body), [(long.to_owned(), 3)]);
    }

    #[test]
    fn what_may_be_another_value_is_left_alone() {
        for body in [
            "a(&s.to_lowercase()); let s = b(); c(&s.to_lowercase());",
            "if c { a(&s.to_lowercase()); } else { b(&s.to_lowercase()); }",
            "if c && a(&s.to_lowercase()) { b(&s.to_lowercase()); }",
            "a(&x.to_string()); b(); c(&x.to_string());",
            "a(x.make()); b(x.make());",
            "a(s.len()); b(s.len()); c(s.len());",
            "while a(&s.to_lowercase()) { b(&s.to_lowercase()); }",
        ] {
            assert!(seen(body).is_empty(), "{body}");
        }
        let test = "#[test] fn f(s: &str) { a(&s.to_lowercase()); b(&s.to_lowercase()); }";
        assert!(fired("repeated-expression", test).is_empty());
    }
}
