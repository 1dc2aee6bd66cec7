//! # Spelled-out idiom
//!
//! ## What it does
//! Finds a loop, `match`, `if` or pair of calls that reimplements a method, an operator or a keyword. Syntax alone doesn't
//! decide the exact replacement: it depends on types from elsewhere, on comments, or on what a panic in between leaves
//! behind. If only types are missing, `use-named-idiom` writes it with the help of rustc. A `match` whose first arm does
//! nothing is an `if let`, which `match-to-if-let` writes; clippy reports the opposite order.
//!
//! ## Why
//! A name says at once what happens. Hand-written code has to be read to see that nothing else happens.
//!
//! ## Example
//! ```rust before
//! fn limit(settings: &Settings) -> Limit {
//!     let limit = match settings.limit() {
//!         Some(limit) => limit,
//!         None => Limit::of_cores(99),
//!     };
//!     limit.clamped()
//! }
//! ```
//! ```rust after
//! fn limit(settings: &Settings) -> Limit {
//!     let limit = settings.limit().unwrap_or_else(|| Limit::of_cores(99));
//!     limit.clamped()
//! }
//! ```
//!
//! ## What it leaves alone
//! - Code for which an edit is offered: `combinator-opportunity`, `question-mark-opportunity`, `loop-opportunity` and
//!   `boolean-return` report it.
//! - Code that a closure can't contain: `?`, `return`, `break`, `.await`; code that would borrow a variable twice; code that
//!   changes something.
//! - Idioms that the package's minimum Rust version doesn't support, `const fn`, and code under `#[cfg]`.
//! - Steps with comments, values of many lines, and `map_or` and `then`, which are not easier to read.
//! - A guard before one more check, `let Some(a) = … else { return false }`, which is as easy to read.
//! - `?` for an error of several lines, and sums of the results of macros.
//! - Tests, benchmarks and examples.
//!
//! ## Limits
//! The measure is the number of lines of the hand-written code. 0 are fine; more are a warning, more than 20 a strong one.
//! It fires 16.2 times in 100,000 lines of code. In a blind review 24 of 30 findings were worth acting on. Some forms are a
//! matter of taste and reported in the `full` profile only: `&&` for branches, `assert!`, `return Err(…)` for `Err(…)?`,
//! `for` over a range, `to_vec`, `copy_within`, and tests of an `Option` in more than 5 lines.
//!
//! ## Sources
//! The standard library's documentation of `Option`, `Result`, `Iterator` and `slice`. Clippy's `try_err` and
//! `manual_memcpy` report some of the forms.

mod choices;
mod conditions;
mod exits;
mod loops;

use ra_ap_syntax::{SyntaxKind, ast};

use super::{
    Calm, Limits, Look, PartMeasure, Sightings, Smell,
    loop_opportunity::{SEARCHING, collection},
};
use crate::{
    facts::{Part, Sighting},
    syntax::Unit,
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(16.2),
    calm: Calm::Chosen(is_shorter_by_its_name),
    part_measure: PartMeasure::Code,
    clippy: &[
        "manual_assert",
        "manual_is_variant_and",
        "manual_map",
        "manual_map_or",
        "manual_ok_err",
        "manual_ok_or",
        "manual_unwrap_or",
        "manual_unwrap_or_default",
        "option_if_let_else",
    ],
    answers: &["match-to-if-let", "use-named-idiom"],
    sees: &[
        SyntaxKind::FOR_EXPR,
        SyntaxKind::IF_EXPR,
        SyntaxKind::MATCH_EXPR,
        SyntaxKind::METHOD_CALL_EXPR,
        SyntaxKind::WHILE_EXPR,
    ],
    ..Smell::new(
        "spelled-out-idiom",
        Limits::of(0, 20),
        Look::Function(look),
        say,
    )
};

/// Code that spells out an idiom.
struct Found {
    /// The range to report.
    at: TextRange,
    /// The range of all the code.
    whole: TextRange,
    /// Supporting code: the fallback for a missing value, or the declaration of a loop's result.
    beside: TextRange,
    idiom: Idiom,
}

/// The idiom that replaces the code. Sightings refer to it by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Idiom {
    /// A method of `Option` or `Result`, by name.
    Method(&'static str),
    AndThen,
    And,
    Matches,
    Question,
    QuestionFirst,
    Return,
    Narrow,
    Range,
    TryFrom,
    /// A method of iterators, by name.
    Search(&'static str),
    Collect,
    ToVec,
    CopyWithin,
    Fill,
    Sum,
    Count,
    Largest,
    Smallest,
    QuestionTail,
    IfLet,
    Assert,
}

/// Methods of `Option` and `Result`, in the order of their numbers.
const METHODS: [&str; 12] = [
    "is_some_and",
    "is_none_or",
    "is_ok_and",
    "ok_or",
    "ok_or_else",
    "ok",
    "unwrap_or",
    "unwrap_or_default",
    "unwrap_or_else",
    "and_then",
    "map",
    "map_err",
];
/// The remaining idioms. Their numbers come after those of `METHODS` and of the iterator methods. Numbers start at 1, because
/// a part that measures zero is ignored.
const OTHERS: [(Idiom, &str); 20] = [
    (
        Idiom::AndThen,
        "these nested checks only return a value or a default; use a chain of `and_then` and `unwrap_or`",
    ),
    (
        Idiom::And,
        "these branches only combine conditions; use `&&` and `||`",
    ),
    (
        Idiom::Matches,
        "this only tests whether a pattern matches; use `matches!`",
    ),
    (
        Idiom::Question,
        "this only propagates a missing value or an error; use `?`, after `ok_or` or `map_err` if the error changes",
    ),
    (
        Idiom::QuestionFirst,
        "this `match` only propagates the error; use `?` on the matched value and drop `Ok` from the other arms",
    ),
    (
        Idiom::Narrow,
        "a length that doesn't fit is silently truncated here; use `try_from` and propagate the error",
    ),
    (
        Idiom::Range,
        "this loop counts by hand; use `for` over a range",
    ),
    (
        Idiom::Return,
        "this error is created only to be propagated with `?`; use `return Err(…)`",
    ),
    (
        Idiom::TryFrom,
        "this only checks the range of a value that is cast below; use `try_from`",
    ),
    (Idiom::Collect, "this loop only fills {}; use `collect`"),
    (
        Idiom::ToVec,
        "this loop copies elements one by one; use `to_vec` or `extend_from_slice`",
    ),
    (
        Idiom::CopyWithin,
        "this loop moves elements within a slice; use `copy_within`",
    ),
    (
        Idiom::Fill,
        "this loop sets each element to the same value; use `fill`",
    ),
    (Idiom::Sum, "this loop only adds up values; use `sum`"),
    (
        Idiom::Count,
        "this loop only counts matches; use `filter` with `count`",
    ),
    (
        Idiom::Largest,
        "this loop only looks for the largest value; use `max`",
    ),
    (
        Idiom::Smallest,
        "this loop only looks for the smallest value; use `min`",
    ),
    (
        Idiom::QuestionTail,
        "the rest of the function is nested in this block and returns `None` otherwise; use `let` with `?`",
    ),
    (
        Idiom::IfLet,
        "one of the two arms does nothing; use `if let`",
    ),
    (
        Idiom::Assert,
        "this only panics unless a condition holds; use `assert!`",
    ),
];

impl Idiom {
    /// Whether the code inside stays unchanged with its comments, and may spell out another idiom itself.
    fn holds_more(self) -> bool {
        matches!(self, Self::QuestionTail | Self::IfLet | Self::Assert)
    }

    fn number(self) -> usize {
        let behind = |at: usize| METHODS.len() + SEARCHING.len() + at + 1;
        match self {
            Self::Method(name) => METHODS
                .iter()
                .position(|it| *it == name)
                .map_or(0, |it| it + 1),
            Self::Search(name) => SEARCHING
                .iter()
                .position(|(it, _)| *it == name)
                .map_or(0, |it| METHODS.len() + it + 1),
            other => OTHERS
                .iter()
                .position(|(it, _)| *it == other)
                .map_or(0, behind),
        }
    }
}

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    let choices = unit.choices().filter_map(|node| choices::of(&node, unit));
    let loops = unit
        .nodes::<ast::ForExpr>()
        .filter_map(|it| loops::of(&it, unit));
    let mut found: Vec<Found> = choices.chain(loops).collect();
    let counted = unit.nodes::<ast::WhileExpr>();
    found.extend(counted.filter_map(|it| loops::of_while(&it, unit)));
    let calls = unit.nodes::<ast::MethodCallExpr>();
    found.extend(calls.filter_map(|it| choices::of_mapped(&it, unit)));
    found.extend(exits::first_error(unit));
    found.extend(exits::first_cut(unit));
    found.sort_by_key(|it| (it.whole.start(), std::cmp::Reverse(it.whole.end())));
    let mut told = TextRange::default();
    for it in found {
        if told.contains_range(it.whole) || is_explained(&it, unit) {
            continue;
        }
        if !it.idiom.holds_more() {
            told = it.whole;
        }
        let part = Part {
            at: it.beside,
            measure: u32::try_from(it.idiom.number()).unwrap_or(u32::MAX),
        };
        sightings.push_with_parts(it.at, unit.code_lines(it.whole).max(1), vec![part]);
    }
}

/// Maximum number of lines of a test; as a closure, a longer one would span several lines too and read no better.
const LONGEST_QUESTION: u32 = 5;

/// Whether the idiom is a clear improvement; the others are a matter of taste.
fn is_shorter_by_its_name(sighting: &Sighting) -> bool {
    const OF_TASTE: [Idiom; 6] = [
        Idiom::And,
        Idiom::Assert,
        Idiom::CopyWithin,
        Idiom::Range,
        Idiom::Return,
        Idiom::ToVec,
    ];
    const QUESTIONS: [Idiom; 3] = [
        Idiom::Method("is_some_and"),
        Idiom::Method("is_none_or"),
        Idiom::Method("is_ok_and"),
    ];
    let number = sighting.parts.first().map_or(0, |part| part.measure);
    let is_one_of = |idioms: &[Idiom]| {
        let mut numbers = idioms.iter().map(|idiom| u32::try_from(idiom.number()));
        numbers.any(|it| it == Ok(number))
    };
    let is_long_question = sighting.measure > LONGEST_QUESTION && is_one_of(&QUESTIONS);
    !is_long_question && !is_one_of(&OF_TASTE)
}

/// Whether it contains a comment on its own line, which would lose its place.
fn is_explained(it: &Found, unit: &Unit<'_>) -> bool {
    if it.idiom.holds_more() {
        return false;
    }
    let mut lines = unit.slice(it.whole).lines();
    lines.any(|line| line.trim_start().starts_with("//"))
}

fn say(sighting: &Sighting, text: &str) -> String {
    let number = sighting.parts.first().map_or(0, |part| part.measure);
    let at = usize::try_from(number).unwrap_or_default().wrapping_sub(1);
    if let Some(method) = METHODS.get(at) {
        let keyword = slice(text, sighting.at).unwrap_or_default();
        let chain = if keyword == "map" { " chain" } else { "" };
        return format!("this `{keyword}`{chain} reimplements `{method}`; call it instead");
    }
    let at = at.wrapping_sub(METHODS.len());
    if let Some((_, sentence)) = SEARCHING.get(at) {
        return (*sentence).to_owned();
    }
    let Some((idiom, sentence)) = OTHERS.get(at.wrapping_sub(SEARCHING.len())) else {
        return String::new();
    };
    match sighting.parts.first() {
        Some(variable) if *idiom == Idiom::Collect => {
            sentence.replace("{}", &collection(variable, text))
        }
        _ => (*sentence).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::SMELL;
    use crate::smells::fixture::{fired, seen};

    fn said(text: &str) -> Vec<String> {
        let seen = seen("spelled-out-idiom", text);
        seen.iter().map(|it| (SMELL.say)(it, text)).collect()
    }

    fn inside(gives: &str, code: &str) -> String {
        format!("fn f(a: &A, b: B, n: usize, v: Vec<u8>) -> {gives} {{\n    {code}\n}}\n")
    }

    #[test]
    fn what_a_choice_spells_out_is_named() {
        for (gives, code, name) in [
            (
                "bool",
                "match a.b() { /* c */ Ok(c) => c.d(), Err(_) => false }",
                "`is_ok_and`",
            ),
            (
                "bool",
                "match a.c { Some(c) => c.d(1), None => true }",
                "`is_none_or`",
            ),
            (
                "B",
                "match a.c { Some(c) => c, None => b.d() }",
                "`unwrap_or_else`",
            ),
            (
                "Result<C, E>",
                "match a.c { Some(c) => Ok(c), None => Err(E::new()) }",
                "`ok_or_else`",
            ),
            (
                "Option<C>",
                "if let Some(c) = &a.c { c.d.clone() } else { None }",
                "`and_then`",
            ),
            (
                "bool",
                "if a.c() { if n > 2 { false } else { a.d() } } else { false }",
                "`&&` and `||`",
            ),
            (
                "bool",
                "match a.c() { true => a.d(n), false => false }",
                "`&&` and `||`",
            ),
            (
                "C",
                "if let Some(c) = a.c() { if let Ok(d) = c.d() { return d; } } C::new()",
                "`and_then`",
            ),
            (
                "Result<C, E>",
                "let c = match a.c() { Ok(c) => c, Err(_) => return Err(1) }; c.d()",
                "`?`",
            ),
            (
                "Result<C, E>",
                "match a.c() { Ok(A) => d(), Ok(c) => Ok(c), Err(e) => Err(e.into()) }",
                "`?`",
            ),
            (
                "Option<C>",
                "match &a.c {\n        Some(c) => {\n            c.d();\n            Some(c)\n        }\n        None => None,\n    }",
                "`?`",
            ),
            (
                "()",
                "if a.is_c() {\n        panic!(\"c {n}\");\n    }\n    a.e()",
                "`assert!`",
            ),
            (
                "bool",
                "a.c().map(|c| c.d(n)).unwrap_or(false)",
                "`is_some_and`",
            ),
            (
                "()",
                "match a.c() {\n        Ok(()) => {}\n        Err(c) => b.push(c),\n    }\n    a.e()",
                "`if let`",
            ),
        ] {
            let said = said(&inside(gives, code));
            assert!(
                matches!(&*said, [one] if one.contains(name)),
                "{code}: {said:?}"
            );
        }
    }

    #[test]
    fn what_a_loop_spells_out_is_named() {
        for (code, name) in [
            ("for i in 0..n { v[i] = v[i + n]; }", "`copy_within`"),
            ("for i in 2..n { v[i] = 0; }", "`fill`"),
            ("for i in 2..n { a.c.push(v[i]); }", "`to_vec`"),
            (
                "let mut s = 0; for c in a.c() { s += c.d(); } e(s)",
                "`sum`",
            ),
            (
                "let mut s = 0; for c in a.c() { if c.d() { s += 1; } } e(s)",
                "`count`",
            ),
            (
                "let mut s = 0; for c in a.c() { if c.d > s { s = c.d; } } e(s)",
                "`max`",
            ),
            (
                "let mut s = 0; for c in a.c() { if s > c.d { s = c.d; } } e(s)",
                "`min`",
            ),
            (
                "let mut s = 0; for c in a.c() { if c.d <= s { s = c.d; } } e(s)",
                "`min`",
            ),
            (
                "let mut s = 0; for c in a.c() { s = s.max(c.d()); } e(s)",
                "`max`",
            ),
            (
                "let mut s = 0; for c in a.c() { s = std::cmp::min(s, c.d()); } e(s)",
                "`min`",
            ),
            (
                "let mut s = Vec::new(); for c in a.c { s.push(c.d(b)); } e(s)",
                "only fills `s`; use `collect`",
            ),
            (
                "let mut s = false; for c in a.c { if c.d { s = true; break; } } e(s)",
                "`any`",
            ),
            (
                "let mut s = true; for c in a.c { if c.d { s = false; break; } } e(s)",
                "`all`",
            ),
            ("let mut i = 0; while i < n { a.b(v[i]); i += 1; }", "`for`"),
        ] {
            let said = said(&inside("()", code));
            assert!(
                matches!(&*said, [one] if one.contains(name)),
                "{code}: {said:?}"
            );
        }
    }

    #[test]
    fn what_hands_on_an_error_is_named() {
        for (code, name) in [
            (
                "if n > u8::MAX as usize { return Err(E::D); } a.c(n as u8)",
                "`try_from`",
            ),
            ("if n > 2 { Err(E::D)?; } a.c()", "`return Err(…)`"),
            ("if n > 2 { r#try!(Err(E::D)); } a.c()", "`return Err(…)`"),
            ("a.put_u8(v.len() as u8); Ok(())", "`try_from`"),
        ] {
            let code = code.replace("{ ", "{\n        ");
            let said = said(&inside("Result<(), E>", &code));
            assert!(
                matches!(&*said, [one] if one.contains(name)),
                "{code}: {said:?}"
            );
        }
    }

    #[test]
    fn what_a_method_would_not_say_is_left_alone() {
        for code in [
            // Reported by other smells, which offer a change.
            "match a.get(1) { Some(c) => c.d(), None => false }",
            // More than a closure may do.
            "match a.c { Some(c) => c.d()?, None => false }",
            "match a.c { Some(c) => { e(); c } None => b }",
            "match a.c { Some(c) => c, None => bail!(b) }",
            "match a.c { Some(c) => c, None => exit(1) }",
            "match a.c { Some(c) => c, None => self.fill(a) }",
            "match a.c() { true => e(), false => g() }",
            "if a.c() { if n > 2 { d() } else { false } } else { e() }",
            "if let Some(c) = a.c() { if let Ok(d) = c.d() { return e(d); } } C::new()",
            "match a.c() { Ok(Ok(c)) => c, Ok(Err(c)) => d, Err(e) => return Err(e) }",
            "match a.c() { Ok(c) => c, Ok(d) => e, Err(e) => { f(); return Err(e) } }",
            "match a.c() { Ok(A) => c, Ok(d) => e, Err(e) => return Err(E::of(e, n)) }",
            "match a.c() { Ok(c) => c, Err(e) => return Err((reader, e)) }",
            "match a.c { Some(c) => {\nc.d(\n1)\n} None => None }",
            "match a.c { Some(c) => self.handle(c), None => false }",
            "let c = match a.c() { Ok(c) => c, Err(_) => {\nreturn Err(E::d(\n1,\n2,\n))\n} }; c.d()",
            "let mut s = 0; for c in a.c() { s += size!(c); } e(s)",
            "match &a.c { Some(c) => c, None => &ALL }",
            // Loops that do more.
            "let mut v = Vec::with_capacity(n); for _ in 0..n { v.push(w()); } e(v)",
            "let mut v = Vec::new(); for c in d { if seen.insert(c) { v.push(c); } } e(v)",
            "for i in 0..n { v[i + 1] = v[i]; }",
            "for i in 0..n { w[i] = v[i]; }",
            "for i in 0..n { v.push(v[i]); }",
            "let mut s = 1; for c in a.c() { s += c.d(); } e(s)",
            "let mut s = 0; for c in a.c() { s += c.d()?; } e(s)",
            "let mut s = 0; for c in a.c() { s += c.d(); } for f in a.g() { s += f.h() + 1; } e(s)",
            "let mut s = 0; for c in a.c() { /* why */ s += c.d(); } e(s)",
            "let mut s = Vec::new(); for c in a.c { s.push(c.d(s.len())); } e(s)",
            "let mut v = Vec::new(); for (i, c) in d.e() { if c.f() { v.push(i); } } e(v)",
            "let g = |b: &mut B| { let mut s = Vec::new(); for c in a.c { s.push(b.add(c)); } e(s) };",
            "let g = |s: &mut S| a.c.map(|c| s.changed(c)).unwrap_or(false);",
            "let b = if let Some(c) = &mut a.c { c.observe(n) } else { false };",
            "for c in a.values_mut() { if c.d() { return true; } } false",
            "let mut i = 0; while i < n { if v[i] > 2 { continue; } i += 1; }",
            "let mut i = 0; while i < v.len() { v.push(1); i += 1; }",
            "let mut i = 0; while i < n { a.b(i); i += 1; } e(i)",
            // Errors that are propagated correctly.
            "if n >= u8::MAX as usize { return Err(E::D); } a.c(n as u8)",
            "if n > u8::MAX as usize { panic!(); } a.c(n as u8)",
            "if n > u8::MAX as usize { return Err(E::D); } a.c(n as u16)",
            "if n > u8::MAX as usize { return Ok(true); } a.c(n as u8)",
            "let c = Err(E::D)?; c.d()",
            "assert!(n < 9); a.put_u8(v.len() as u8); Ok(())",
            "a.b(v.len() as u8); Ok(())",
        ] {
            let text = inside("Result<bool, E>", code);
            assert!(fired("spelled-out-idiom", &text).is_empty(), "{code}");
        }
        let choice = inside("B", "match a.c { Some(c) => c, None => b.d() }");
        assert_eq!(fired("spelled-out-idiom", &choice).len(), 1);
        let tracked = format!("#[track_caller]\n{choice}");
        assert!(fired("spelled-out-idiom", &tracked).is_empty());
        let coerced = inside(
            "Option<&(dyn Error + 'static)>",
            "match &a.c { Some(c) => Some(c.as_ref()), None => None }",
        );
        assert!(fired("spelled-out-idiom", &coerced).is_empty());
        assert_eq!(
            fired("spelled-out-idiom", &coerced.replace("dyn Error", "Error")).len(),
            1
        );
        let guard = "let Some(c) = a.c() else {\n        return false;\n    };\n    c.d(1)";
        assert!(fired("spelled-out-idiom", &inside("bool", guard)).is_empty());
        let code = "for i in 2..n { v[i] = 0; }";
        let test = format!("#[test]\n{}", inside("()", code));
        assert!(fired("spelled-out-idiom", &test).is_empty());
        let constant = format!("const {}", inside("()", code));
        assert!(fired("spelled-out-idiom", &constant).is_empty());
    }
}
