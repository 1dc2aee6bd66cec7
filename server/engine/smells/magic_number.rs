//! # Magic number
//!
//! ## What it does
//! Finds functions that calculate or compare with several unnamed numbers.
//!
//! ## Why
//! A number shows a value but not its meaning. The reader has to look for the reason, and where the number is needed again,
//! it is typed again and may differ. A constant has a name, a place to document the reason, and one value.
//!
//! ## Example
//! ```rust before
//! fn shipping(weight: u32, sum: u32) -> u32 {
//!     if sum > 4900 {
//!         return 0;
//!     }
//!     weight * 35
//! }
//! ```
//! ```rust after
//! const FREE_FROM: u32 = 4900;
//! const PER_KILO: u32 = 35;
//!
//! fn shipping(weight: u32, sum: u32) -> u32 {
//!     if sum > FREE_FROM {
//!         return 0;
//!     }
//!     weight * PER_KILO
//! }
//! ```
//!
//! ## What it leaves alone
//! - Numbers up to 5, powers of two up to 1024 and of ten up to a million, one less than a power of two, and well-known
//!   ones, such as parts of an hour, angles and halves.
//! - Constants, tables and patterns; arguments and fields, since they have a name, except arguments from 10,000 on and
//!   hexadecimal fields from 10,000 on.
//! - Functions with more than 8 different numbers, which are formulas.
//! - Tests and the input of macros.
//!
//! ## Limits
//! The measure is the number of such numbers in a function; a number of 10,000 or more counts twice. 1 is fine; more are a
//! warning, more than 4 a strong one. It fires 14.7 times in 100,000 lines of well-kept code. In a blind review 4 of 25
//! findings were worth acting on. Reported in the `full` profile only.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Replace Magic Literal"; Robert C. Martin, *Clean Code*, G25.

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, ArithOp, BinaryOp, LiteralKind},
};

use super::{Calm, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    syntax::Unit,
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    rate: Some(14.7),
    calm: Calm::Never,
    answers: &["extract-constant"],
    sees: &[
        SyntaxKind::ARG_LIST,
        SyntaxKind::BIN_EXPR,
        SyntaxKind::RECORD_EXPR_FIELD,
    ],
    measured: "{} numbers",
    ..Smell::new("magic-number", Limits::of(1, 4), Look::Function(look), say)
};

/// Maximum number of distinct numbers; functions with more are formulas or tables.
const MOST: usize = 8;
/// Minimum value of a number that counts twice.
const LONG: u128 = 10_000;
/// Maximum number of values named in the message.
const NAMED: usize = 3;

/// Well-known numbers besides small ones, powers and one less than those: parts of an hour, a day, a circle.
const KNOWN: [u128; 14] = [7, 9, 12, 20, 24, 25, 30, 50, 60, 90, 180, 360, 365, 3600];
const KNOWN_FRACTIONS: [f64; 9] = [0.1, 0.25, 0.5, 0.75, 1.5, 10.0, 100.0, 180.0, 360.0];

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    let operands = unit
        .nodes::<ast::BinExpr>()
        .filter(is_reckoning)
        .flat_map(|it| [it.lhs(), it.rhs()]);
    let handed_on = handed_on(unit).filter(|it| as_literal(it).is_some_and(|it| is_long(&it)));
    let handed_on = handed_on.filter(|it| !names_it(it));
    let mut found: Vec<ast::Literal> = operands
        .flatten()
        .chain(handed_on)
        .filter_map(|operand| as_literal(&operand))
        .filter(|literal| is_unknown(literal) && !is_named(literal))
        .collect();
    found.sort_by_key(|literal| literal.syntax().text_range().start());
    let texts = found.iter().map(|it| it.syntax().text().to_string());
    let different: BTreeSet<String> = texts.collect();
    let Some(first) = found.first() else {
        return;
    };
    let part = |literal: &ast::Literal| Part {
        at: literal.syntax().text_range(),
        measure: if is_long(literal) { 2 } else { 1 },
    };
    let parts: Vec<Part> = found.iter().map(part).collect();
    let measure = parts.iter().map(|part| part.measure).sum();
    if different.len() <= MOST && sightings.keeps(measure) {
        sightings.push_with_parts(first.syntax().text_range(), measure, parts);
    }
}

/// Arguments of calls and values of fields.
fn handed_on(unit: &Unit<'_>) -> impl Iterator<Item = ast::Expr> {
    let lists = unit.nodes::<ast::ArgList>();
    let fields = unit.nodes::<ast::RecordExprField>();
    lists
        .flat_map(|list| list.args())
        .chain(fields.filter_map(|field| field.expr()))
}

/// Whether a variable or field names the value. A field name is enough for numbers not written in hexadecimal.
fn names_it(value: &ast::Expr) -> bool {
    let around = value.syntax().parent();
    let is_field = around
        .as_ref()
        .is_some_and(|it| ast::RecordExprField::can_cast(it.kind()));
    if is_field {
        return !value.syntax().text().to_string().starts_with("0x");
    }
    let call = around
        .and_then(|list| list.parent())
        .and_then(|call| call.parent());
    call.is_some_and(|it| ast::LetStmt::can_cast(it.kind()))
}

fn as_literal(value: &ast::Expr) -> Option<ast::Literal> {
    match value {
        ast::Expr::Literal(literal) => Some(literal.clone()),
        _ => None,
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let mut told: Vec<&str> = Vec::new();
    for part in &sighting.parts {
        let number = slice(text, part.at).unwrap_or_default();
        if !told.contains(&number) {
            told.push(number);
        }
    }
    let more = told.len().saturating_sub(NAMED);
    told.truncate(NAMED);
    match (&told[..], more) {
        ([only], 0) => {
            let often = match sighting.parts.len() {
                1 => "",
                _ => " that occurs more than once",
            };
            format!("`{only}` is a magic number{often}; extract a constant")
        }
        ([before @ .., last], 0) => {
            let before = before.join("`, `");
            format!("`{before}` and `{last}` are magic numbers; extract constants")
        }
        _ => {
            let told = told.join("`, `");
            format!("`{told}` and {more} more are magic numbers; extract constants")
        }
    }
}

/// Whether a number is not self-explanatory.
fn is_unknown(literal: &ast::Literal) -> bool {
    match literal.kind() {
        LiteralKind::IntNumber(number) => number.value().is_ok_and(|value| {
            let is_power = value.is_power_of_two() && value <= 1024;
            let is_mask = value.checked_add(1).is_none_or(u128::is_power_of_two);
            let is_decimal = value > 0 && 1_000_000 % value == 0 && is_power_of_ten(value);
            value > 5 && !is_power && !is_mask && !is_decimal && !KNOWN.contains(&value)
        }),
        LiteralKind::FloatNumber(number) => {
            number.value_string().parse().is_ok_and(|value: f64| {
                let is_whole = value.fract() == 0.0 && value <= 4.0;
                !is_whole && !KNOWN_FRACTIONS.contains(&value)
            })
        }
        _ => false,
    }
}

/// Whether a number is too long to take in at a glance.
fn is_long(literal: &ast::Literal) -> bool {
    match literal.kind() {
        LiteralKind::IntNumber(number) => number.value().is_ok_and(|value| value >= LONG),
        _ => false,
    }
}

fn is_power_of_ten(value: u128) -> bool {
    let mut rest = value;
    while rest.is_multiple_of(10) {
        rest /= 10;
    }
    rest == 1
}

/// Whether an operator is a comparison or arithmetic.
fn is_reckoning(operation: &ast::BinExpr) -> bool {
    match operation.op_kind() {
        Some(BinaryOp::CmpOp(_)) => true,
        Some(BinaryOp::ArithOp(operator)) => !matches!(operator, ArithOp::Shl | ArithOp::Shr),
        _ => false,
    }
}

/// Whether a number is in a constant or table.
fn is_named(literal: &ast::Literal) -> bool {
    literal.syntax().ancestors().any(|node| {
        matches!(
            node.kind(),
            SyntaxKind::CONST | SyntaxKind::STATIC | SyntaxKind::ARRAY_EXPR | SyntaxKind::ATTR
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    fn measures(body: &str) -> Vec<u32> {
        let fired = fired("magic-number", &format!("fn f(a: u32) -> u32 {{ {body} }}"));
        fired.into_iter().map(|(_, measure)| measure).collect()
    }

    fn said(body: &str) -> String {
        let text = format!("fn f(a: u32) -> u32 {{ {body} }}");
        let seen = seen("magic-number", &text);
        (by_name("magic-number").unwrap().say)(&seen[0], &text)
    }

    #[test]
    fn numbers_without_a_name_are_counted() {
        assert_eq!(measures("if a > 38 { a * 17 } else { a - 17 }"), [3]);
        assert_eq!(measures("a & 0x1f40 == 0 && b != 0x1ffe"), [2]);
        assert_eq!(measures("a as f64 * 0.37 + 2.2"), [2]);
        assert_eq!(measures("a / 86_400"), [2]);
        assert_eq!(measures("S { a, b: 0xffff_fffe_usize }"), [2]);
        assert_eq!(measures("a.b(86_400, 38)"), [2]);
    }

    /// `tiberius` 0.13.0, `src/tds/codec/column_data.rs` (MIT or Apache-2.0), shortened.
    #[test]
    fn real_code() {
        assert_eq!(
            measures(
                "match data {\n\
                 String(Some(s)) if s.len() <= 4000 => \"nvarchar(4000)\".into(),\n\
                 String(_) => \"ntext(max)\".into(),\n\
                 Binary(Some(b)) if b.len() <= 8000 => \"varbinary(8000)\".into(),\n\
                 Binary(_) => \"varbinary(max)\".into(),\n}"
            ),
            [2]
        );
    }

    #[test]
    fn what_is_said_names_them() {
        assert_eq!(
            said("a / 86_400"),
            "`86_400` is a magic number; extract a constant"
        );
        assert_eq!(
            said("a * 17 + a / 38"),
            "`17` and `38` are magic numbers; extract constants"
        );
        assert_eq!(
            said("a * 17 + b / 17"),
            "`17` is a magic number that occurs more than once; extract a constant"
        );
        assert_eq!(
            said("a * 17 + b / 38 + c % 71 + 13 - 6"),
            "`17`, `38`, `71` and 2 more are magic numbers; extract constants"
        );
    }

    #[test]
    fn one_and_known_ones_are_fine() {
        for body in [
            "if a > 38 { b() } else { c(17) }",
            "a * 60 + b / 1000 - 255 + c * 1024 % 100",
            "a as f64 * 0.5 + 180.",
            "let b = 38; let c = 17; d(b, c)",
            "a << 13 | b >> 19",
            "match a { 38 => 1, 17..=19 => 2, _ => 3 }",
            "b([38 + a, 17 * a])",
            "const B: u32 = 38 * 17; B",
            "a % 1_000_000",
            "S { a, b: 30_000 }",
            "let b = f(0x3870_0000); b",
        ] {
            assert!(measures(body).is_empty(), "{body}");
        }
    }

    #[test]
    fn formulas_and_tests_are_left_alone() {
        let sum = "a * 1013 + a * 1031 + a * 1049 + a * 1067 + a * 1085 + a * 1103 + a * 1121 + a * 1139 + a * 1157 +";
        assert!(measures(&format!("{sum} a")).is_empty());
        let test = "#[test] fn f() { assert(a * 17 == 38); }";
        assert!(fired("magic-number", test).is_empty());
    }
}
