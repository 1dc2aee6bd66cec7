//! Consecutive statements.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, HasName},
};

use super::{
    outline::{Owner, UnitKind},
    prints::{Print, Shape},
    units::Unit,
};
use crate::text::{TextRange, TextSize};

/// Minimum number of statements and of tokens in a run that is compared.
pub const FEWEST_STATEMENTS: usize = 3;
pub const SHORTEST_RUN: u32 = 40;
/// Minimum tokens of a run; shorter ones contain nothing worth comparing.
const SHORTEST: u32 = 18;
const BRACES: u32 = 2;
/// Minimum length in bytes of a statement list and of a unit; shorter ones have too few tokens.
const SHORTEST_TEXT: u32 = 90;
const SHORTEST_UNIT: u32 = 140;

/// Consecutive statements with their prints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    pub statements: Vec<Statement>,
    /// The name of the function whose whole body this is.
    pub body_of: Option<TextRange>,
    /// Whether it is in a trait implementation, which often requires repetition.
    pub is_of_trait: bool,
    /// The index of its unit in the file.
    pub unit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// From its first token to its end.
    pub range: TextRange,
    /// The end of its first token.
    pub first_end: TextSize,
    /// Number of tokens.
    pub words: u32,
    pub print: Print,
    /// Ignores names and literals.
    pub shape: Shape,
    /// The shape without nested statements.
    pub frame: Shape,
}

/// Statements that occur several times in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// In source order.
    pub places: Vec<RepeatPlace>,
    /// Tokens that the places share.
    pub words: u32,
    /// Tokens that would be removed if all places were merged.
    pub saves: u32,
    /// Whether the places are identical.
    pub is_equal: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatPlace {
    pub range: TextRange,
    /// The range of the first token.
    pub first: TextRange,
    /// The name of the function whose whole body this is.
    pub function: Option<TextRange>,
}

impl Repeat {
    /// Tokens of a call besides its arguments, and for each argument.
    const CALL: u32 = 3;
    pub const ARGUMENT: u32 = 2;

    /// The tokens removed by merging `places` of `words` tokens each into a function, called with arguments of `arguments`
    /// tokens.
    pub fn saved(words: u32, places: u32, arguments: u32) -> u32 {
        let calls = (Self::CALL + arguments).saturating_mul(places);
        let all = words.saturating_mul(places.saturating_sub(1));
        all.saturating_sub(calls)
    }

    /// The tokens of the arguments of a call, given the number of removed tokens.
    pub fn arguments(words: u32, places: u32, saved: u32) -> u32 {
        let all = words.saturating_mul(places.saturating_sub(1));
        let call = all.saturating_sub(saved) / places.max(1);
        call.saturating_sub(Self::CALL)
    }

    /// Whether the places are entire functions.
    pub fn is_of_functions(&self) -> bool {
        self.places.iter().all(|place| place.function.is_some())
    }
}

/// The statements of a list including its tail expression, split at items.
pub fn rows(list: &ast::StmtList) -> Vec<Vec<SyntaxNode>> {
    let mut rows = vec![Vec::new()];
    for statement in list.statements() {
        if let ast::Stmt::Item(_) = statement {
            rows.push(Vec::new());
        } else if let Some(row) = rows.last_mut() {
            row.push(statement.syntax().clone());
        }
    }
    let tail = list.tail_expr().map(|tail| tail.syntax().clone());
    if let Some(row) = rows.last_mut() {
        row.extend(tail);
    }
    rows
}

impl Unit<'_> {
    /// The runs of statements that may repeat in the file. The unit must be created with statement lists.
    pub fn runs(&self) -> Vec<Run> {
        if self.kind != UnitKind::Code || self.is_broken || self.is_for_tests() {
            return Vec::new();
        }
        let start = self.node.text_range().start();
        let lists: Vec<ast::StmtList> = self.nodes::<ast::StmtList>().collect();
        let ranges = lists.iter().map(|list| list.syntax().text_range() - start);
        let ranges: Vec<TextRange> = ranges.collect();
        let is_long = |range: &TextRange| u32::from(range.len()) >= SHORTEST_UNIT;
        if !ranges.iter().any(is_long) {
            return Vec::new();
        }
        let runs = lists.iter().flat_map(|list| self.runs_of(list, &ranges));
        runs.collect()
    }

    /// The runs of a list, given the ranges of all lists in the unit.
    fn runs_of(&self, list: &ast::StmtList, lists: &[TextRange]) -> Vec<Run> {
        let range = list.syntax().text_range();
        if u32::from(range.len()) < SHORTEST_TEXT {
            return Vec::new();
        }
        let rows = rows(list);
        // A single plain statement isn't a run, so its tokens needn't be read.
        let range = range - self.node.text_range().start();
        let holds_others = || {
            let next = lists.partition_point(|other| other.start() <= range.start());
            lists
                .get(next)
                .is_some_and(|other| range.contains_range(*other))
        };
        let is_short = rows.iter().all(|row| row.len() < 2) && !holds_others();
        if is_short || self.words().weight(range) < SHORTEST + BRACES || is_unsafe(list) {
            return Vec::new();
        }
        let body_of = body_of(list).filter(|_| rows.len() == 1);
        let runs = rows.into_iter().map(|row| Run {
            statements: row
                .iter()
                .filter_map(|node| self.statement(node, lists))
                .collect(),
            body_of,
            is_of_trait: self.owner == Owner::TraitImpl,
            unit: 0,
        });
        runs.filter(Run::is_long).collect()
    }

    fn statement(&self, node: &SyntaxNode, lists: &[TextRange]) -> Option<Statement> {
        let start = self.node.text_range().start();
        let range = node.text_range() - start;
        let inner = &lists[lists.partition_point(|list| list.start() < range.start())..];
        let mut holes: Vec<TextRange> = Vec::new();
        for list in inner.iter().take_while(|list| list.end() <= range.end()) {
            if holes.last().is_none_or(|last| last.end() <= list.start()) {
                holes.push(*list);
            }
        }
        let prints = self.words().prints(range, &holes)?;
        Some(Statement {
            range: TextRange::new(prints.first.start(), range.end()) + start,
            first_end: prints.first.end() + start,
            words: prints.shape.words,
            print: prints.exact,
            shape: prints.shape,
            frame: prints.frame,
        })
    }
}

impl Run {
    pub fn range(&self) -> TextRange {
        let mut ranges = self.statements.iter().map(|it| it.range);
        let first = ranges.next().unwrap_or_default();
        ranges.fold(first, TextRange::cover)
    }

    /// Some of the statements as a place of a repetition.
    pub fn place(&self, first: usize, count: usize) -> RepeatPlace {
        let statements = &self.statements[first..first + count];
        let (one, last) = (statements[0], statements[count - 1]);
        let is_whole = count == self.statements.len();
        RepeatPlace {
            range: one.range.cover(last.range),
            first: TextRange::new(one.range.start(), one.first_end),
            function: self.body_of.filter(|_| is_whole),
        }
    }

    fn is_long(&self) -> bool {
        let words: u32 = self.statements.iter().map(|it| it.words).sum();
        words >= SHORTEST
    }

    /// Maps the ranges.
    #[must_use]
    pub(super) fn mapped(mut self, change: impl Fn(TextRange) -> TextRange) -> Self {
        self.body_of = self.body_of.map(&change);
        for statement in &mut self.statements {
            let first = TextRange::new(statement.range.start(), statement.first_end);
            statement.first_end = change(first).end();
            statement.range = change(statement.range);
        }
        self
    }
}

/// Whether it is inside an `unsafe` block: those often repeat because an interface requires it.
fn is_unsafe(list: &ast::StmtList) -> bool {
    let around = list.syntax().ancestors();
    let in_function = around.take_while(|node| !ast::Fn::can_cast(node.kind()));
    let mut blocks = in_function.filter_map(ast::BlockExpr::cast);
    blocks.any(|block| block.unsafe_token().is_some())
}

fn body_of(list: &ast::StmtList) -> Option<TextRange> {
    let around = list.syntax().parent()?.parent()?;
    let name = ast::Fn::cast(around)?.name()?;
    Some(name.syntax().text_range())
}
