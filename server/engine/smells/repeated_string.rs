//! # Repeated string
//!
//! ## What it does
//! Finds string literals, such as keys, paths and header names, that occur three or more times in a file.
//!
//! ## Why
//! A typo in one of them compiles, and is noticed only where the value is missing at run time. A constant is written once,
//! is checked by the compiler wherever it is used, and can document the reason for its value.
//!
//! ## Example
//! ```rust before
//! fn authorise(request: &mut Request, token: &Token) {
//!     if request.header("x-auth-token").is_none() {
//!         request.set_header("x-auth-token", token.value());
//!     }
//!     request.forward("x-auth-token");
//! }
//! ```
//! ```rust after
//! const X_AUTH_TOKEN: &str = "x-auth-token";
//!
//! fn authorise(request: &mut Request, token: &Token) {
//!     if request.header(X_AUTH_TOKEN).is_none() {
//!         request.set_header(X_AUTH_TOKEN, token.value());
//!     }
//!     request.forward(X_AUTH_TOKEN);
//! }
//! ```
//!
//! ## What it leaves alone
//! - Sentences and other strings with spaces, braces or escapes; single lower-case words; command-line flags, and the
//!   environment variables that cargo sets; strings of fewer than 6 or more than 48 characters.
//! - Attributes, constants, arrays, patterns, `match` arms that form a table, and the input of macros; field names passed to
//!   `Debug` and `Serialize`.
//! - Tests, benchmarks, examples and generated code.
//!
//! ## Limits
//! The measure is the number of occurrences in the file. 2 are fine; more are a warning, more than 5 a strong one. It fires
//! 0.6 times in 100,000 lines of well-kept code. In a blind review 4 of 20 findings were worth acting on. Reported in the
//! `full` profile only.
//!
//! ## Sources
//! Sonar S1192.

use std::collections::HashMap;

use ra_ap_syntax::SyntaxKind;

use super::{Calm, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    syntax::{FileUnit, Text},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    survives_errors: true,
    rate: Some(0.6),
    calm: Calm::Never,
    answers: &["extract-constant"],
    sees: &[SyntaxKind::LITERAL],
    measured: "{} occurrences",
    ..Smell::new("repeated-string", Limits::of(2, 5), Look::File(look), say)
};

fn look(file: &FileUnit, sightings: &mut Sightings) {
    let mut by_hash: HashMap<u64, Vec<&Text>> = HashMap::new();
    for text in &file.share.texts {
        by_hash.entry(text.hash).or_default().push(text);
    }
    let mut repeated: Vec<Vec<&Text>> = by_hash
        .into_values()
        .filter(|texts| texts.len() > 1)
        .collect();
    repeated.sort_by_key(|texts| texts[0].range.start());
    for texts in repeated {
        let measure = u32::try_from(texts.len()).unwrap_or(u32::MAX);
        let parts = texts.iter().map(|text| Part {
            at: text.range,
            measure: 1,
        });
        sightings.push_with_parts(texts[0].range, measure, parts.collect());
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let literal = slice(text, sighting.at).unwrap_or_default();
    let times = sighting.measure;
    format!("`{literal}` occurs {times} times in this file; extract a constant")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    fn seen(body: &str) -> Vec<(String, u32)> {
        fired(
            "repeated-string",
            &format!("fn f() {{ {body} }} fn g() {{ h(\"user_id\") }}"),
        )
    }

    #[test]
    fn keys_are_counted_in_the_whole_file() {
        assert_eq!(
            seen("a(\"user_id\"); b.c(\"user_id\", 1);"),
            [("\"user_id\"".to_owned(), 3)]
        );
    }

    #[test]
    fn sentences_tables_and_patterns_are_left_alone() {
        for body in [
            "a(\"user_id\")",
            "a(\"not found: x\"); b(\"not found: x\"); c(\"not found: x\")",
            "a(\"id\"); b(\"id\"); c(\"id\")",
            "a([\"user_id\", \"user_id\"])",
            "match a { \"user_id\" => 1, b => 2 } match c { \"user_id\" => 3, d => 4 }",
            "println!(\"user_id\"); a!(\"user_id\")",
            "const A: &str = \"user_id\"; static B: &str = \"user_id\";",
        ] {
            assert!(seen(body).is_empty(), "{body}");
        }
        let tests =
            "#[cfg(test)] mod tests { fn f() { a(\"user_id\"); b(\"user_id\"); c(\"user_id\") } }";
        assert!(fired("repeated-string", tests).is_empty());
    }
}
