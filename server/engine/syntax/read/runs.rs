//! Statements in a row.

use ra_ap_syntax::{AstNode, SyntaxNode, ast};

use super::{
    outline::UnitKind,
    prints::{Names, Print},
    units::Unit,
};
use crate::text::{TextRange, TextSize};

/// A run of statements that is worth comparing has so many, and so many words and signs.
pub const FEWEST_STATEMENTS: usize = 3;
pub const SHORTEST_RUN: u32 = 40;

/// Statements in a row, with their prints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    pub statements: Vec<Statement>,
    /// Whether they are all that a function does.
    pub is_body: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// From its first word to its end.
    pub range: TextRange,
    /// The end of its first word.
    pub first_end: TextSize,
    /// Words and signs in it.
    pub words: u32,
    pub print: Print,
}

/// The statements of a list with its value, broken off at items.
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
    /// The runs of statements that may stand again in the file. The unit has to be made to see lists of statements.
    pub fn runs(&self) -> Vec<Run> {
        if self.kind != UnitKind::Code || self.is_broken || self.is_for_tests() {
            return Vec::new();
        }
        let lists = self.nodes::<ast::StmtList>();
        lists.flat_map(|list| self.runs_of(&list)).collect()
    }

    fn runs_of(&self, list: &ast::StmtList) -> Vec<Run> {
        // No word is shorter than a byte.
        if u32::from(list.syntax().text_range().len()) < SHORTEST_RUN || is_unsafe(list) {
            return Vec::new();
        }
        let rows = rows(list);
        let is_body = rows.len() == 1 && is_body(list);
        let long = rows
            .into_iter()
            .filter(|row| row.len() >= FEWEST_STATEMENTS);
        let runs = long.map(|row| Run {
            statements: row.iter().filter_map(|node| self.statement(node)).collect(),
            is_body,
        });
        runs.filter(Run::is_long).collect()
    }

    fn statement(&self, node: &SyntaxNode) -> Option<Statement> {
        let start = self.node.text_range().start();
        let range = node.text_range() - start;
        let words = self.words();
        let first = words.first(range)?;
        Some(Statement {
            range: TextRange::new(first.start(), range.end()) + start,
            first_end: first.end() + start,
            words: words.count(range),
            print: words.print(range, None, Names::Kept),
        })
    }
}

impl Run {
    fn is_long(&self) -> bool {
        let words: u32 = self.statements.iter().map(|it| it.words).sum();
        words >= SHORTEST_RUN
    }

    /// The same with other ranges.
    #[must_use]
    pub(super) fn mapped(mut self, change: impl Fn(TextRange) -> TextRange) -> Self {
        for statement in &mut self.statements {
            let first = TextRange::new(statement.range.start(), statement.first_end);
            statement.first_end = change(first).end();
            statement.range = change(statement.range);
        }
        self
    }
}

/// Whether it is inside of an `unsafe` block: those are often twins that an interface asks for.
fn is_unsafe(list: &ast::StmtList) -> bool {
    let around = list.syntax().ancestors();
    let in_function = around.take_while(|node| !ast::Fn::can_cast(node.kind()));
    let mut blocks = in_function.filter_map(ast::BlockExpr::cast);
    blocks.any(|block| block.unsafe_token().is_some())
}

fn is_body(list: &ast::StmtList) -> bool {
    let block = list.syntax().parent();
    let around = block.and_then(|block| block.parent());
    around.is_some_and(|around| ast::Fn::can_cast(around.kind()))
}
