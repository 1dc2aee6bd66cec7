//! Writes `matches!` in place of comparisons, formatted as by rustfmt.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, BinaryOp, HasLoopBody, UnaryOp},
};

use super::{Run, values::Value};
use crate::{
    syntax::{
        FileContext, Rewrite,
        conditions::{self, Chain},
        layout::{self, width},
    },
    text::{TextRange, slice},
};

/// Returns the replacement of the shape, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrite<'a>(run: &Run, text: &'a str, context: FileContext) -> Option<Rewrite<'a>> {
    let unit = unit(run)?;
    let outer = outer(run.chain.syntax());
    let page = Page {
        run,
        text,
        context,
        unit,
        outer,
    };
    if page.is_on_one_line() {
        page.in_line()
    } else {
        page.anew()
    }
}

/// The range to replace: the comparisons, including parentheses around nothing else.
fn unit(run: &Run) -> Option<TextRange> {
    let parens = run.chain.syntax().parent().and_then(ast::ParenExpr::cast);
    let Some(parens) = parens.filter(|_| run.is_whole) else {
        return Some(run.range);
    };
    let around = parens.syntax().parent()?;
    let is_operand = ast::BinExpr::cast(around.clone())
        .is_some_and(|it| matches!(it.op_kind(), Some(BinaryOp::LogicOp(_))));
    let is_denied = is_not(&around) && !run.is_negated;
    (is_operand || is_denied).then(|| parens.syntax().text_range())
}

fn is_not(node: &SyntaxNode) -> bool {
    ast::PrefixExpr::cast(node.clone()).is_some_and(|it| it.op_kind() == Some(UnaryOp::Not))
}

/// The whole condition that contains a chain.
fn outer(chain: &SyntaxNode) -> SyntaxNode {
    let mut outer = chain.clone();
    while let Some(parent) = outer.parent() {
        let is_chain = ast::BinExpr::cast(parent.clone())
            .is_some_and(|it| matches!(it.op_kind(), Some(BinaryOp::LogicOp(_))));
        if !is_chain && !is_not(&parent) && parent.kind() != SyntaxKind::PAREN_EXPR {
            break;
        }
        outer = parent;
    }
    outer
}

struct Page<'a, 'r> {
    run: &'r Run,
    text: &'a str,
    context: FileContext,
    unit: TextRange,
    outer: SyntaxNode,
}

impl<'a> Page<'a, '_> {
    fn is_on_one_line(&self) -> bool {
        let code = slice(self.text, self.outer.text_range());
        code.is_some_and(|code| !code.contains('\n'))
    }

    fn bang(&self) -> &'static str {
        if self.run.is_negated { "!" } else { "" }
    }

    fn place(&self) -> String {
        self.run.place.syntax().text().to_string()
    }

    fn pattern(&self) -> String {
        let values: Vec<_> = self.run.values.iter().map(Value::text).collect();
        values.join(" | ")
    }

    /// The call on one line, if rustfmt would leave it there.
    fn call(&self) -> Option<String> {
        const LONGEST: usize = 60;
        let arguments = format!("{}, {}", self.place(), self.pattern());
        let is_short = width(&arguments) <= self.context.width.share(LONGEST);
        is_short.then(|| format!("{}matches!({arguments})", self.bang()))
    }

    /// Writes the call, laid out as `code`.
    fn write(&self, whole: TextRange, code: &str) -> Rewrite<'a> {
        let mut part = Rewrite::part(self.text).text("matches!");
        let outer = [
            TextRange::new(whole.start(), self.unit.start()),
            TextRange::new(self.unit.end(), whole.end()),
        ];
        part = part.keep_all_as(outer, "").text(&self.place());
        for value in &self.run.values {
            part = part.text(value.text());
        }
        Rewrite::of(self.text, whole).put_as(part, code)
    }

    /// In a single-line condition, only the comparisons change.
    fn in_line(&self) -> Option<Rewrite<'a>> {
        let call = self.call()?;
        let before = slice(self.text, self.unit)?;
        let is_shorter = width(&call) <= width(before);
        (is_shorter && self.stays_in_line(&call)).then(|| self.write(self.unit, &call))
    }

    /// Whether the enclosing code keeps its layout if the condition is shorter.
    fn stays_in_line(&self, call: &str) -> bool {
        let Some(parent) = self.outer.parent() else {
            return false;
        };
        let whole = self.outer.text_range();
        match parent.kind() {
            SyntaxKind::IF_EXPR => {
                let Some(choice) = ast::IfExpr::cast(parent.clone()) else {
                    return false;
                };
                let code = self.replaced(whole, call);
                let column = layout::column(self.text, parent.text_range().start());
                let is_condition = choice
                    .condition()
                    .is_some_and(|it| it.syntax() == &self.outer);
                code.is_some_and(|code| {
                    is_condition && !layout::is_short_last_if(&choice, &code, column, self.context)
                })
            }
            SyntaxKind::STMT_LIST => {
                layout::is_first_on_line(self.text, whole.start())
                    && layout::keeps_braces(&parent, whole)
            }
            SyntaxKind::WHILE_EXPR | SyntaxKind::MATCH_GUARD => true,
            _ => self.is_statement_on_one_line(),
        }
    }

    fn is_statement_on_one_line(&self) -> bool {
        let mut around = self.outer.ancestors();
        let statement = around.find(|node| {
            ast::Stmt::can_cast(node.kind())
                || ast::Item::can_cast(node.kind())
                || node.kind() == SyntaxKind::MATCH_ARM
                || node
                    .parent()
                    .is_some_and(|it| it.kind() == SyntaxKind::STMT_LIST)
        });
        let is_plain = |node: SyntaxNode| {
            let code = slice(self.text, node.text_range()).unwrap_or_default();
            let start = node.text_range().start();
            !code.contains('\n') && layout::is_first_on_line(self.text, start)
        };
        statement.is_some_and(is_plain)
    }

    /// The code in a range after inserting the call.
    fn replaced(&self, range: TextRange, call: &str) -> Option<String> {
        let before = TextRange::new(range.start(), self.unit.start());
        let after = TextRange::new(self.unit.end(), range.end());
        let (before, after) = (slice(self.text, before)?, slice(self.text, after)?);
        Some([before, call, after].concat())
    }

    /// Reformats a multi-line condition.
    fn anew(&self) -> Option<Rewrite<'a>> {
        let parent = self.outer.parent()?;
        let whole = self.outer.text_range();
        let start = whole.start();
        let column = layout::column(self.text, start);
        let (whole, after) = match parent.kind() {
            SyntaxKind::IF_EXPR | SyntaxKind::WHILE_EXPR => {
                let body = body(&parent, &self.outer)?;
                (TextRange::new(start, body.text_range().start()), " {")
            }
            SyntaxKind::STMT_LIST => {
                let is_whole = layout::is_first_on_line(self.text, start)
                    && layout::keeps_braces(&parent, whole);
                is_whole.then_some((whole, ""))?
            }
            SyntaxKind::LET_STMT if !layout::is_first_on_line(self.text, start) => (whole, ";"),
            _ => return None,
        };
        let room = self.context.width.max().checked_sub(column + after.len())?;
        let indent = layout::indentation(self.text, start);
        let deeper = format!("{indent}{}", layout::indent_unit_around(self.text, &parent));
        let ending = layout::first_line_ending(self.text);
        let code = if self.unit == self.outer.text_range() {
            match self.call().filter(|call| width(call) <= room) {
                Some(call) => call,
                None => self.broken(ending, indent, &deeper),
            }
        } else {
            let chain = self.chain()?;
            match chain.on_one_line(room) {
                Some(line) => line,
                None if after == ";" => return None,
                None => chain.on_lines(ending, &deeper, column),
            }
        };
        let max = self.context.width.max();
        let first = code.lines().next().map(width)?;
        if first + column > max || code.lines().skip(1).any(|line| width(line) > max) {
            return None;
        }
        if after == " {" {
            let is_chain = self.unit != self.outer.text_range();
            let between = if is_chain {
                conditions::before_brace(&code, room + after.len(), ending, indent)
            } else {
                " ".to_owned()
            };
            return Some(self.write(whole, &format!("{code}{between}")));
        }
        Some(self.write(whole, &code))
    }

    /// The call with one argument per line.
    fn broken(&self, ending: &str, indent: &str, deeper: &str) -> String {
        let (bang, place, pattern) = (self.bang(), self.place(), self.pattern());
        let lines = [
            format!("{bang}matches!("),
            format!("{deeper}{place},"),
            format!("{deeper}{pattern}"),
            format!("{indent})"),
        ];
        lines.join(ending)
    }

    /// The whole condition with the call as an operand.
    fn chain(&self) -> Option<Chain> {
        let call = self.call()?;
        let outer = ast::Expr::cast(self.outer.clone())?;
        let operator = conditions::top_operator(&outer)?;
        let mut operands = Vec::new();
        for operand in conditions::operands(&outer, operator) {
            let range = operand.syntax().text_range();
            let operand = if self.unit.contains_range(range) {
                if range.start() != self.unit.start() {
                    continue;
                }
                call.clone()
            } else if range.contains_range(self.unit) {
                self.replaced(range, &call)?
            } else {
                slice(self.text, range)?.to_owned()
            };
            operands.push(operand);
        }
        let is_flat = operands.iter().all(|operand| !operand.contains('\n'));
        is_flat.then_some(Chain {
            operator: conditions::sign(operator),
            operands,
            is_broken_by_let: false,
        })
    }
}

/// The block after a condition.
fn body(parent: &SyntaxNode, condition: &SyntaxNode) -> Option<SyntaxNode> {
    let (asked, body) = if let Some(choice) = ast::IfExpr::cast(parent.clone()) {
        (choice.condition()?, choice.then_branch()?)
    } else {
        let found = ast::WhileExpr::cast(parent.clone())?;
        (found.condition()?, found.loop_body()?)
    };
    (asked.syntax() == condition).then(|| body.syntax().clone())
}
