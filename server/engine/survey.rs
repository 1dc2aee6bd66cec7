//! What the index of a workspace needs from each file: prints of its functions and of its runs of statements. Equal code has
//! equal prints; whether equal prints mean equal code is verified on the source texts.
//!
//! A survey is a pure function of a text and its context, computed per unit. It contains numbers and ranges, but no names.

mod again;
mod pieces;

use std::sync::Arc;

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasVisibility},
};
use serde::{Deserialize, Serialize};

use crate::{
    facts::SmellId,
    syntax::{Function, KindSet, Owner, Presence, Unit, UnitKind, runs, tables},
    text::{TextRange, TextSize},
};

pub use crate::syntax::{
    prints::{NamePrint, Names, Print, Role, Words, are_equal},
    runs::{FEWEST_STATEMENTS, SHORTEST_RUN},
};
pub use pieces::PiecePrint;

/// The kinds of nodes that a survey queries a unit for.
pub const SEES: KindSet = KindSet::of(&[SyntaxKind::STMT_LIST]);

/// Minimum tokens in the body of a function to get a print.
pub const SHORTEST_FUNCTION: u32 = 50;
/// Minimum tokens in the body of a function to be compared with renamed identifiers.
pub const SHORTEST_RENAMED: u32 = 80;

/// The survey of a file. Ranges in `units` are relative to the offset next to them, those in `allowed` to the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSurvey {
    /// Nonempty surveys in source order.
    pub units: Vec<SurveyedUnit>,
    /// Where workspace smells are silenced.
    pub allowed: Vec<(SmellId, TextRange)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyedUnit {
    pub offset: TextSize,
    pub presence: Presence,
    pub survey: Arc<UnitSurvey>,
}

/// The survey of a unit. Ranges are relative to its start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitSurvey {
    pub functions: Vec<FunctionPrint>,
    pub runs: Vec<Run>,
    /// Long statements and the expressions they begin with, outer ones before those nested in them.
    pub pieces: Vec<PiecePrint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionPrint {
    pub name: TextRange,
    /// From the first token after the visibility to the end of the body.
    pub range: TextRange,
    /// Tokens between the braces.
    pub words: u32,
    /// Print of everything but the visibility and the name.
    pub exact: Print,
    /// The same with numbered names and literals reduced to their kinds; `None` if that would be too generic.
    pub renamed: Option<Print>,
}

/// Consecutive statements.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub statements: Vec<StatementPrint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementPrint {
    pub range: TextRange,
    /// The end of the first token.
    pub first_end: TextSize,
    pub words: u32,
    pub exact: Print,
    /// The same with numbered names, except those of callees, and literals reduced to their kinds.
    pub renamed: Print,
}

impl UnitSurvey {
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.runs.is_empty() && self.pieces.is_empty()
    }
}

/// Surveys a unit that was created with [`SEES`]. Tests and code that the parser recovered from have no survey.
pub fn survey(unit: &Unit<'_>) -> UnitSurvey {
    let range = unit.node.text_range();
    // No token is shorter than a byte.
    let is_too_short = u32::from(range.len()) < SHORTEST_RUN.min(pieces::SHORTEST);
    if is_too_short || unit.kind != UnitKind::Code || unit.is_broken || unit.is_for_tests() {
        return UnitSurvey::default();
    }
    let words = unit.words();
    let start = range.start();
    let functions = unit.functions.iter();
    let lists = unit.nodes::<ast::StmtList>();
    UnitSurvey {
        functions: functions
            .filter_map(|function| function_print(unit, function, words, start))
            .collect(),
        runs: lists
            .flat_map(|list| runs(&list, words, start))
            .filter(is_long)
            .collect(),
        pieces: pieces::of(unit, words, start),
    }
}

fn function_print(
    unit: &Unit<'_>,
    function: &Function,
    words: &Words<'_>,
    start: TextSize,
) -> Option<FunctionPrint> {
    let body = crate::syntax::inside(&function.body) - start;
    let count = words.count(body);
    if count < SHORTEST_FUNCTION || is_delegation(function) {
        return None;
    }
    let name = function.name() - start;
    let whole = function.range() - start;
    let visibility = function.ast.visibility();
    let from = visibility.map(|visibility| visibility.syntax().text_range().end() - start);
    let from = from.map_or(whole.start(), |end| words.next_start(end));
    let range = TextRange::new(from, whole.end());
    let says_much = count >= SHORTEST_RENAMED
        && !words.is_mostly_literals(body)
        && !tables::is_table(unit, function);
    Some(FunctionPrint {
        name,
        range,
        words: count,
        exact: words.print(range, Some(name), Names::Kept),
        renamed: says_much.then(|| words.print(range, Some(name), Names::Numbered)),
    })
}

/// Whether a trait method only delegates: each type has to implement it separately.
fn is_delegation(function: &Function) -> bool {
    let tail = function.body.tail_expr();
    let is_flat = !matches!(
        tail,
        None | Some(
            ast::Expr::BlockExpr(_)
                | ast::Expr::ForExpr(_)
                | ast::Expr::IfExpr(_)
                | ast::Expr::LoopExpr(_)
                | ast::Expr::MatchExpr(_)
                | ast::Expr::WhileExpr(_)
        )
    );
    let is_alone = function.body.statements().next().is_none();
    function.owner == Owner::TraitImpl && is_alone && is_flat
}

fn runs(list: &ast::StmtList, words: &Words<'_>, start: TextSize) -> Vec<Run> {
    let rows = runs::rows(list).into_iter();
    let runs = rows.map(|row| Run {
        statements: row
            .iter()
            .filter_map(|node| statement_print(node.text_range() - start, words))
            .collect(),
    });
    runs.collect()
}

fn statement_print(range: TextRange, words: &Words<'_>) -> Option<StatementPrint> {
    let first = words.first(range)?;
    Some(StatementPrint {
        range: TextRange::new(first.start(), range.end()),
        first_end: first.end(),
        words: words.count(range),
        exact: words.print(range, None, Names::Kept),
        renamed: words.print(range, None, Names::NumberedButCalls),
    })
}

fn is_long(run: &Run) -> bool {
    let words: u32 = run.statements.iter().map(|statement| statement.words).sum();
    run.statements.len() >= FEWEST_STATEMENTS && words >= SHORTEST_RUN
}
