//! Writes a method call on an `Option`, a `Result` or a `bool` in place of a choice, formatted as by rustfmt.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList},
};

use crate::{
    syntax::{
        FileContext, Rewrite,
        layout::{self, width},
    },
    text::{TextRange, slice},
};

/// The receiver of a method call, and the code to replace.
pub(super) struct Called<'a> {
    /// The choice.
    pub(super) node: &'a SyntaxNode,
    /// The range that the call replaces.
    pub(super) whole: TextRange,
    pub(super) position: Position,
    pub(super) value: &'a ast::Expr,
    /// The code between the receiver and the call: nothing or `.as_ref()`.
    pub(super) view: &'static str,
    /// Whether the value needs parentheses.
    pub(super) is_enclosed: bool,
}

impl Called<'_> {
    /// Returns the replacement of the choice, or `None` if it can't be laid out as by rustfmt.
    pub(super) fn with<'a>(
        &self,
        call: Rewrite<'a>,
        text: &'a str,
        context: FileContext,
    ) -> Option<Rewrite<'a>> {
        let (whole, position) = (self.whole, self.position);
        let value = self.value.syntax().text_range();
        let code = slice(text, value)?;
        if code.contains('\n') || call.written().contains('\n') {
            return None;
        }
        let after = usize::from(position != Position::Tail);
        let max = context.width.max();
        let signs = if self.is_enclosed { 2 } else { 0 };
        let chain = width(code) + signs + width(self.view) + width(call.written());
        let links = if self.is_enclosed {
            Vec::new()
        } else {
            layout::links(self.value)
        };
        let count = links.len() + 1 + usize::from(!self.view.is_empty());
        let column = layout::column(text, whole.start());
        let is_short = count == 1 || chain <= context.width.share(60);
        if column + chain + after <= max && is_short {
            return Some(Rewrite::of(text, whole).put(self.receiver(text)).put(call));
        }
        if count == 1 {
            return None;
        }
        let unit = layout::indent_unit_around(text, self.node);
        let indent = layout::indentation(text, whole.start());
        let below = format!("{}{indent}{unit}", layout::first_line_ending(text));
        let end = links.first().map_or(value.end(), |first| first.start());
        let mut broken = slice(text, TextRange::new(value.start(), end))?.to_owned();
        let mut pieces = Vec::new();
        for link in links {
            pieces.push(slice(text, link)?);
        }
        if !self.view.is_empty() {
            pieces.push(self.view);
        }
        // A short root keeps the next link on its line if it comes first there.
        let mut is_root = position == Position::Tail;
        for piece in pieces {
            if !is_root || width(&broken) > width(&unit) {
                is_root = false;
                broken.push_str(&below);
            }
            broken.push_str(piece);
        }
        let last = width(indent) + width(&unit) + width(call.written()) + after;
        let fits = last <= max && broken.lines().all(|line| width(line) <= max);
        let rewrite = Rewrite::of(text, whole).put_as(self.receiver(text), &broken);
        fits.then(|| rewrite.text(&below).put(call))
    }

    fn receiver<'a>(&self, text: &'a str) -> Rewrite<'a> {
        let value = self.value.syntax().text_range();
        if self.is_enclosed {
            Rewrite::part(text).text("(").keep(value).text(")")
        } else {
            Rewrite::part(text).keep(value).text(self.view)
        }
    }
}

/// Joins code into one line, if each line but the first begins with an operator.
pub(super) fn joined(code: &str) -> Option<String> {
    let is_operand = |line: &str| {
        ["&& ", "|| "]
            .iter()
            .any(|it| line.trim_start().starts_with(it))
    };
    let may_join = code.lines().skip(1).all(is_operand);
    may_join.then(|| layout::on_one_line(code))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// The tail expression of a block with statements, or of a function's body.
    Tail,
    /// The initializer of a `let`, on its line.
    Let,
    /// The value of an assignment or a field, on its line.
    Other,
}

impl Position {
    pub(super) fn of(node: &SyntaxNode, text: &str) -> Option<Self> {
        let start = node.text_range().start();
        let is_first = layout::is_first_on_line(text, start);
        let parent = node.parent()?;
        match parent.kind() {
            SyntaxKind::STMT_LIST => (is_first && is_tail(node)).then_some(Self::Tail),
            SyntaxKind::LET_STMT => (!is_first).then_some(Self::Let),
            SyntaxKind::BIN_EXPR => {
                let around = parent.parent()?.kind();
                let is_alone = matches!(around, SyntaxKind::EXPR_STMT | SyntaxKind::STMT_LIST);
                let set = ast::BinExpr::cast(parent)?;
                let is_set = matches!(set.op_kind(), Some(ast::BinaryOp::Assignment { op: None }));
                let is_value = set.rhs().is_some_and(|value| value.syntax() == node);
                (is_set && is_value && is_alone && !is_first).then_some(Self::Other)
            }
            SyntaxKind::RECORD_EXPR_FIELD => (!is_first).then_some(Self::Other),
            SyntaxKind::RETURN_EXPR => {
                let is_statement = parent.parent()?.kind() == SyntaxKind::EXPR_STMT;
                (is_statement && !is_first).then_some(Self::Other)
            }
            _ => None,
        }
    }
}

fn is_tail(node: &SyntaxNode) -> bool {
    let list = node.parent().and_then(ast::StmtList::cast);
    let Some(list) = list else {
        return false;
    };
    let is_last = list.tail_expr().is_some_and(|tail| tail.syntax() == node);
    let block = list.syntax().parent();
    let owner = block.and_then(|block| block.parent());
    let is_kept = owner.is_some_and(|owner| owner.kind() == SyntaxKind::FN);
    is_last && (is_kept || list.statements().next().is_some())
}

/// The only argument of a call of this function, such as `x` in `Some(x)`.
pub(super) fn argument_of(expr: &ast::Expr, name: &str) -> Option<ast::Expr> {
    let ast::Expr::CallExpr(call) = expr else {
        return None;
    };
    let mut arguments = call.arg_list()?.args();
    let (only, None) = (arguments.next(), arguments.next()) else {
        return None;
    };
    let is_its = call.expr()?.syntax().text() == name;
    only.filter(|_| is_its)
}
