//! # Long function
//!
//! ## What it does
//! Finds functions with many lines of code. Blank lines and comments are not counted.
//!
//! ## Why
//! A long function does several things, and none of them has a name. It is changed for several reasons, and the state that
//! is set up at its beginning has to be remembered until its end.
//!
//! ## Example
//! ```rust before
//! fn report(orders: &[Order]) -> String {
//!     let mut text = String::new();
//!     if orders.is_empty() {
//!         text.push_str("none");
//!     }
//!     // … 59 more statements
//!     text
//! }
//! ```
//! ```rust after
//! fn report(orders: &[Order]) -> String {
//!     [heading(orders), rows(orders), totals(orders)].concat()
//! }
//! ```
//!
//! ## What it leaves alone
//! - Tables: a `match` whose arms have at most three lines each (six if an arm is only a value), or an array or struct
//!   literal. A table counts as one line, however long. So do short arms of a `match` with longer ones, if there are at
//!   least 16 for each longer arm.
//! - Functions that consist mostly of one `match` with many short arms, such as an interpreter or a key table.
//! - Functions without branches up to 150 lines; tests, benchmarks and examples up to 250.
//! - In tests, benchmarks and examples: rows of asserts and other macro calls, arrays, constants and string literals.
//! - Blank lines, comments and the signature.
//!
//! ## Limits
//! 60 lines of code between the braces are fine; more are a warning, more than 100 a strong one. By default functions with
//! 101 lines and more are reported if they have a part that is worth extracting, as for `cognitive-complexity`: the finding
//! names its lines. Other functions are reported only if they are complex too. It fires 35.35 times in 100,000 lines of
//! well-kept code.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Long Function"; clippy's `too_many_lines`.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, WalkEvent, ast};

use crate::{
    facts::Sighting,
    smells::{Calm, Cause, Extracted, Limits, Look, Sightings, Smell},
    syntax::{Function, Unit, tables},
    text::{TextRange, TextSize, slice},
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::FunctionSize,
    survives_errors: true,
    rate: Some(35.35),
    calm: Calm::Extracted(Extracted {
        from: 101,
        always_from: 101,
        leaving: 0,
    }),
    clippy: &["too_many_lines"],
    ..Smell::new(
        "long-function",
        Limits::of(60, 100),
        Look::Function(look),
        say,
    )
};

/// Maximum number of lines of an arm that is treated as a table entry.
const LINES_OF_ENTRY: u32 = 3;
/// The same maximum for an arm that only names a value.
const LINES_OF_VALUE: u32 = 6;
/// Minimum number of table entries for every other arm of the same `match`.
const MANY_ENTRIES: usize = 16;
/// Maximum number of lines of a function without branches, which is read from top to bottom.
const LINEAR: u32 = 150;
/// Maximum number of lines of a test, most of which are often expected values.
const LONGEST_TEST: u32 = 250;

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for function in &unit.functions {
        if !sightings.keeps(function.metrics.lines) {
            continue;
        }
        let lines = lines_to_read(unit, function);
        let most = if unit.is_for_tests() {
            LONGEST_TEST
        } else if function.metrics.cognitive == 0 {
            LINEAR
        } else {
            0
        };
        if lines > most && !tables::is_table(unit, function) {
            sightings.push(function.name(), lines);
        }
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    // A possible extraction is described separately with the finding.
    let remedy = match sighting.extraction {
        Some(_) => "",
        None => "; split it into smaller functions",
    };
    format!("`{name}` has {} lines of code{remedy}", sighting.measure)
}

/// The lines of a function, counting its longest table as one line. In tests, rows of assertions and data aren't counted.
fn lines_to_read(unit: &Unit<'_>, function: &Function) -> u32 {
    if unit.is_for_tests() {
        let rows = lines_of_rows(unit, &function.body);
        return function.metrics.lines.saturating_sub(rows);
    }
    let expressions = tables::top_level_expressions(&function.body);
    let tables = expressions.map(|expression| table_lines(unit, &expression));
    let discount = tables.max().unwrap_or(0).saturating_sub(1);
    function.metrics.lines.saturating_sub(discount)
}

/// The lines of a test's plain lists: macro calls, arrays, long strings, constants.
fn lines_of_rows(unit: &Unit<'_>, body: &ast::BlockExpr) -> u32 {
    let mut lines = 0;
    let mut counted_to = TextSize::new(0);
    let mut walk = body.syntax().preorder();
    while let Some(event) = walk.next() {
        let WalkEvent::Enter(node) = event else {
            continue;
        };
        if !is_row(&node) {
            continue;
        }
        walk.skip_subtree();
        let row = node.text_range();
        let gap = unit.slice(TextRange::new(counted_to.min(row.start()), row.start()));
        let shares_line = lines > 0 && !gap.contains('\n');
        lines += unit.code_lines(row).saturating_sub(u32::from(shares_line));
        counted_to = row.end();
    }
    lines
}

fn is_row(node: &SyntaxNode) -> bool {
    matches!(
        node.kind(),
        SyntaxKind::MACRO_CALL
            | SyntaxKind::ARRAY_EXPR
            | SyntaxKind::LITERAL
            | SyntaxKind::CONST
            | SyntaxKind::STATIC
    ) && (node.kind() != SyntaxKind::LITERAL || node.text().contains_char('\n'))
}

/// The number of lines of a table; zero for anything else.
fn table_lines(unit: &Unit<'_>, expression: &ast::Expr) -> u32 {
    match expression {
        ast::Expr::MatchExpr(table) => lines_of_entries(unit, table),
        ast::Expr::ArrayExpr(_) | ast::Expr::RecordExpr(_) if !has_closure(expression) => {
            unit.code_lines(expression.syntax().text_range())
        }
        _ => 0,
    }
}

/// The lines of a `match` if all arms are table entries, or of its entries if other arms are few.
fn lines_of_entries(unit: &Unit<'_>, table: &ast::MatchExpr) -> u32 {
    let lines = |arm: &ast::MatchArm| unit.code_lines(arm.syntax().text_range());
    let arms = table.match_arm_list().into_iter();
    let arms = arms.flat_map(|list| list.arms());
    let (entries, others): (Vec<_>, Vec<_>) = arms.partition(|arm| {
        lines(arm) <= LINES_OF_ENTRY || lines(arm) <= LINES_OF_VALUE && is_value(arm)
    });
    if others.is_empty() {
        return unit.code_lines(table.syntax().text_range());
    }
    if entries.len() < MANY_ENTRIES.saturating_mul(others.len()) {
        return 0;
    }
    entries.iter().map(lines).sum()
}

/// Whether an arm only names a value, by a literal, a call or a struct, without blocks and control flow.
fn is_value(arm: &ast::MatchArm) -> bool {
    let body = arm.expr();
    body.is_some_and(|body| {
        let mut inside = body.syntax().descendants().filter_map(ast::Expr::cast);
        !inside.any(|part| {
            matches!(
                part,
                ast::Expr::BlockExpr(_)
                    | ast::Expr::ClosureExpr(_)
                    | ast::Expr::ForExpr(_)
                    | ast::Expr::IfExpr(_)
                    | ast::Expr::LoopExpr(_)
                    | ast::Expr::MatchExpr(_)
                    | ast::Expr::WhileExpr(_)
            )
        })
    })
}

fn has_closure(expression: &ast::Expr) -> bool {
    let mut nodes = expression.syntax().descendants();
    nodes.any(|node| ast::ClosureExpr::can_cast(node.kind()))
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    /// From `serde_derive` 1.0.229, `src/internals/attr.rs` (MIT OR Apache-2.0).
    const COLLECT_LIFETIMES: &str = r"
fn collect_lifetimes(ty: &syn::Type, out: &mut BTreeSet<syn::Lifetime>) {
    match ty {
        #![cfg_attr(all(test, exhaustive), deny(non_exhaustive_omitted_patterns))]
        syn::Type::Slice(ty) => {
            collect_lifetimes(&ty.elem, out);
        }
        syn::Type::Array(ty) => {
            collect_lifetimes(&ty.elem, out);
        }
        syn::Type::Ptr(ty) => {
            collect_lifetimes(&ty.elem, out);
        }
        syn::Type::Reference(ty) => {
            out.extend(ty.lifetime.iter().cloned());
            collect_lifetimes(&ty.elem, out);
        }
        syn::Type::Tuple(ty) => {
            for elem in &ty.elems {
                collect_lifetimes(elem, out);
            }
        }
        syn::Type::Path(ty) => {
            if let Some(qself) = &ty.qself {
                collect_lifetimes(&qself.ty, out);
            }
            for seg in &ty.path.segments {
                if let syn::PathArguments::AngleBracketed(bracketed) = &seg.arguments {
                    for arg in &bracketed.args {
                        match arg {
                            syn::GenericArgument::Lifetime(lifetime) => {
                                out.insert(lifetime.clone());
                            }
                            syn::GenericArgument::Type(ty) => {
                                collect_lifetimes(ty, out);
                            }
                            syn::GenericArgument::AssocType(binding) => {
                                collect_lifetimes(&binding.ty, out);
                            }
                            syn::GenericArgument::Const(_)
                            | syn::GenericArgument::AssocConst(_)
                            | syn::GenericArgument::Constraint(_)
                            | _ => {}
                        }
                    }
                }
            }
        }
        syn::Type::Paren(ty) => {
            collect_lifetimes(&ty.elem, out);
        }
        syn::Type::Group(ty) => {
            collect_lifetimes(&ty.elem, out);
        }
        syn::Type::Macro(ty) => {
            collect_lifetimes_from_tokens(ty.mac.tokens.clone(), out);
        }
        syn::Type::FnPtr(_)
        | syn::Type::Never(_)
        | syn::Type::TraitObject(_)
        | syn::Type::ImplTrait(_)
        | syn::Type::Infer(_)
        | syn::Type::Verbatim(_) => {}

        _ => {}
    }
}
";

    #[test]
    fn a_match_that_is_no_table_is_seen() {
        assert_eq!(
            fired("long-function", COLLECT_LIFETIMES),
            [("collect_lifetimes".to_owned(), 63)]
        );
    }

    #[test]
    fn a_table_is_left_alone() {
        // In the manner of `resolve_html5_entity` of quick-xml 0.42.0.
        let arms = (0..1_400).map(|arm| format!("b\"{arm}\" => \"x\",\n"));
        let arms = arms.collect::<Vec<_>>().concat();
        let text =
            format!("fn f() {{\nlet s = match e {{\n{arms}_ => return None,\n}};\nSome(s)\n}}");
        assert!(fired("long-function", &text).is_empty());
        let entries = "Entry { a: 1 },\n".repeat(100);
        let text = format!("fn f() {{\nregister(&[\n{entries}]);\n}}");
        assert!(fired("long-function", &text).is_empty());
    }

    #[test]
    fn comments_and_blank_lines_are_left_alone() {
        let text = format!(
            "fn f() {{\n{}a()\n}}",
            "// why\n\n/* why\nnot */\n".repeat(100)
        );
        assert!(fired("long-function", &text).is_empty());
    }

    #[test]
    fn a_long_signature_is_left_alone() {
        let text = format!("fn f(\n{}) {{ a() }}", "a: u8,\n".repeat(100));
        assert!(fired("long-function", &text).is_empty());
    }

    #[test]
    fn a_table_with_a_longer_entry_is_left_alone() {
        let entries = |count: usize| {
            let lines: Vec<String> = (0..count)
                .map(|it| format!("A{it} => a.b({it}),"))
                .collect();
            lines.join("\n")
        };
        let of = |count: usize, others: usize| {
            let steps = "if c {\nd();\n}\n".repeat(8);
            let others = format!("B => {{\n{steps}}}\n").repeat(others);
            let text = format!("fn f() {{\nmatch e {{\n{}\n{others}}}\n}}", entries(count));
            fired("long-function", &text).len()
        };
        assert_eq!(of(60, 1), 0);
        assert_eq!(of(45, 3), 1);
        assert_eq!(of(12, 3), 1);
    }

    #[test]
    fn two_tables_are_not_one() {
        let table = format!("match a {{\n{}}}\n", "1 => 2,\n".repeat(100));
        let found = fired("long-function", &format!("fn f() {{\n{table}{table}}}"));
        assert_eq!(found, [("f".to_owned(), 103)]);
    }
}
