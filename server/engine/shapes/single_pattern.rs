//! A `match` that tests a single pattern.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, BinaryOp, HasLoopBody},
};

use super::question_first::only;
use crate::{
    syntax::{
        Edition, FileContext, FileNames, Hazard, Refusal, Rewrite, flow,
        layout::{self, width},
        moving_out::MovedOut,
        patterns, scopes, temporaries,
    },
    text::{TextRange, slice},
};

/// `match value { Pattern => …, _ => … }`, as a statement.
pub struct SinglePattern {
    choice: ast::MatchExpr,
    value: ast::Expr,
    pattern: ast::Pat,
    body: Body,
    /// The block of the other arm, if it isn't empty.
    otherwise: Option<ast::BlockExpr>,
    /// Whether the first arm is empty, and the second one has the pattern.
    pub is_second: bool,
}

/// Whether it is `for a in b { match a { Some(c) => …, _ => {} } }`, which `flatten` expresses.
fn is_flattened(choice: &ast::MatchExpr, pattern: &ast::Pat) -> bool {
    let element = || {
        let name = scopes::as_name(&choice.expr()?)?;
        let ast::Pat::TupleStructPat(held) = pattern else {
            return None;
        };
        let case = held.path()?.syntax().text().to_string();
        let each = choice.syntax().ancestors().find_map(ast::ForExpr::cast)?;
        let all = only(&each.loop_body()?)?;
        let is_all = all.syntax() == choice.syntax();
        let is_element = each.pat()?.syntax().text() == name.as_str();
        Some(is_all && is_element && matches!(&*case, "Some" | "Ok"))
    };
    element().unwrap_or(false)
}

enum Body {
    Block(ast::BlockExpr),
    /// An arm's expression without braces.
    Step(ast::Expr),
}

impl SinglePattern {
    pub fn of(choice: &ast::MatchExpr) -> Option<Self> {
        let [first, second] = arms_of_statement(choice)?;
        if let Some(found) = of_second(choice, &first, &second) {
            return Some(found);
        }
        let parent = choice.syntax().parent()?;
        let pattern = first.pat()?;
        let is_asked = !patterns::may_match_all(&pattern) && !patterns::binds_nothing(&pattern);
        if !is_asked || !is_rest(&second.pat()?) || is_flattened(choice, &pattern) {
            return None;
        }
        let ast::Expr::BlockExpr(body) = first.expr()? else {
            return None;
        };
        let otherwise = match second.expr()? {
            ast::Expr::BlockExpr(block) if is_empty(&block) => None,
            ast::Expr::BlockExpr(block) => Some(block),
            ast::Expr::TupleExpr(unit) if unit.fields().next().is_none() => None,
            _ => return None,
        };
        // At the end of a block, both arms may be values of equal importance.
        if otherwise.is_some() && parent.kind() != SyntaxKind::EXPR_STMT {
            return None;
        }
        let blocks = [Some(&body), otherwise.as_ref()];
        let is_plain = |block: &&ast::BlockExpr| {
            block.modifier().is_none() && block.label().is_none() && !is_empty(block)
        };
        if !blocks.iter().flatten().all(is_plain) {
            return None;
        }
        Some(Self {
            value: choice.expr()?,
            choice: choice.clone(),
            pattern,
            body: Body::Block(body),
            otherwise,
            is_second: false,
        })
    }

    /// Like `of` for an empty first arm, which is cheaper to check.
    pub fn of_second(choice: &ast::MatchExpr) -> Option<Self> {
        let [first, second] = arms_of_statement(choice)?;
        of_second(choice, &first, &second)
    }

    /// The `match`, including a `;` that is removed with it.
    pub fn whole(&self) -> TextRange {
        let own = self.choice.syntax().text_range();
        let statement = self.choice.syntax().parent().and_then(ast::ExprStmt::cast);
        match statement {
            Some(statement) if self.is_second => statement.syntax().text_range(),
            _ => own,
        }
    }

    /// Whether the arm only propagates an error or panics, which has other forms.
    pub fn is_handed_on(&self) -> bool {
        let step = match &self.body {
            Body::Block(block) => only(block),
            Body::Step(step) => Some(step.clone()),
        };
        match step {
            Some(ast::Expr::ReturnExpr(leaving)) => leaving
                .expr()
                .is_some_and(|it| it.syntax().text().to_string().starts_with("Err(")),
            Some(step) => matches!(step, ast::Expr::MacroExpr(_)) && flow::expr_diverges(&step),
            None => false,
        }
    }

    /// The range to highlight.
    pub fn keyword(&self) -> Option<TextRange> {
        Some(self.choice.match_token()?.text_range())
    }

    pub fn rewrite<'a>(&self, text: &'a str, context: FileContext) -> Result<Rewrite<'a>, Refusal> {
        self.check(context)?;
        self.check_drops(context)?;
        let whole = self.whole();
        let indent = layout::indentation(text, whole.start());
        let ending = layout::first_line_ending(text);
        let (pattern, value) = (
            self.pattern.syntax().text_range(),
            self.value.syntax().text_range(),
        );
        let code = |range| slice(text, range).unwrap_or_default();
        let head = format!("if let {} = {} {{", code(pattern), code(value));
        let column = layout::column(text, whole.start());
        let fits = column + width(&head) <= context.width.max();
        if head.contains('\n') || !fits || !layout::is_first_on_line(text, whole.start()) {
            return Err(Refusal::of_layout());
        }
        let inside = |block: &ast::BlockExpr| -> Result<(TextRange, String), Refusal> {
            let moved = MovedOut::new(text, block, context)?;
            let inner = format!("{indent}{}", moved.unit);
            let is_even = moved.outer_indent == inner;
            let code = moved.whole(&inner)?;
            let code = format!("{ending}{inner}{code}{ending}{indent}");
            is_even
                .then_some((moved.inside, code))
                .ok_or_else(Refusal::of_layout)
        };
        let (range, body) = match &self.body {
            Body::Block(block) => inside(block)?,
            Body::Step(step) => self.step(step, text, context)?,
        };
        let rewrite = Rewrite::of(text, whole)
            .text("if let ")
            .keep(pattern)
            .text(" = ")
            .keep(value)
            .text(" {")
            .keep_as(range, &body)
            .text("}");
        let Some(otherwise) = &self.otherwise else {
            return Ok(rewrite);
        };
        let (range, other) = inside(otherwise)?;
        Ok(rewrite.text(" else {").keep_as(range, &other).text("}"))
    }

    /// The expression of an arm as the only statement of a block.
    fn step(
        &self,
        step: &ast::Expr,
        text: &str,
        context: FileContext,
    ) -> Result<(TextRange, String), Refusal> {
        let range = step.syntax().text_range();
        let code = slice(text, range).unwrap_or_default();
        let ending = layout::first_line_ending(text);
        let inner = layout::indentation(text, range.start());
        let outer = layout::indentation(text, self.choice.syntax().text_range().start());
        let gained = layout::column(text, range.start()) - width(inner);
        let is_even = inner.starts_with(outer) && width(inner) > width(outer);
        let fits = code
            .lines()
            .next()
            .is_some_and(|first| width(inner) + width(first) < context.width.max());
        if !is_even || !fits || layout::may_be_joined(code, context, inner, gained) {
            return Err(Refusal::of_layout());
        }
        Ok((range, format!("{ending}{inner}{code};{ending}{outer}")))
    }

    fn blocks(&self) -> impl Iterator<Item = &ast::BlockExpr> {
        let body = match &self.body {
            Body::Block(block) => Some(block),
            Body::Step(_) => None,
        };
        [body, self.otherwise.as_ref()].into_iter().flatten()
    }

    fn check(&self, context: FileContext) -> Result<(), Refusal> {
        let choice = self.choice.syntax();
        let comments = layout::comments_in(choice, choice.text_range());
        let is_inside = |at: TextRange| {
            self.blocks()
                .any(|block| block.syntax().text_range().contains_range(at))
        };
        if !comments.iter().all(|it| is_inside(it.text_range())) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment between the arms has no place in the new code.",
            ));
        }
        if self.blocks().any(is_only_if) {
            return Err(Refusal::because(
                Hazard::Text,
                "A branch would contain only an `if`, which could be merged with the outer one.",
            ));
        }
        if self.otherwise.is_none() && context.edition.at_least_2024() && is_alone_in_if(choice) {
            return Err(Refusal::because(
                Hazard::Text,
                "It is the only content of an outer `if` and could be merged with it.",
            ));
        }
        let is_lazy = matches!(&self.value, ast::Expr::BinExpr(it) if matches!(it.op_kind(), Some(BinaryOp::LogicOp(_))));
        if is_lazy || self.value.syntax().text().contains_char('{') {
            return Err(Refusal::because(
                Hazard::Text,
                "The scrutinee would need parentheses.",
            ));
        }
        if FileNames::around_node(choice).imports("Infallible") {
            return Err(Refusal::because(
                Hazard::Types,
                "The file uses `Infallible`, for which the pattern would be irrefutable.",
            ));
        }
        if self.ends_block_without_semicolon() && !temporaries::makes_none(&self.value) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Without a `;`, temporaries of the scrutinee would be dropped after the variables of the block.",
            ));
        }
        // The scrutinee lives as long as a single branch in both forms.
        if self.otherwise.is_some() && !temporaries::makes_none(&self.value) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "The scrutinee holds temporaries, which an `if let` may drop at a different time.",
            ));
        }
        Ok(())
    }
}

impl SinglePattern {
    /// From edition 2024 on, `if let` drops its scrutinee before the `else`, and `match` after all arms.
    fn check_drops(&self, context: FileContext) -> Result<(), Refusal> {
        let referred = match &self.value {
            ast::Expr::RefExpr(it) => it.expr(),
            value => Some(value.clone()),
        };
        let is_place = referred.is_some_and(|it| temporaries::is_place(&it));
        if self.otherwise.is_none() || is_place || context.edition < Edition::Edition2024 {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Temporaries,
            "The scrutinee would be dropped before the `else` instead of after it.",
        ))
    }
}

impl SinglePattern {
    /// Whether a `;` is removed, and nothing follows it.
    fn ends_block_without_semicolon(&self) -> bool {
        let statement = self.choice.syntax().parent().and_then(ast::ExprStmt::cast);
        self.is_second
            && statement.is_some_and(|it| {
                it.semicolon_token().is_some() && it.syntax().next_sibling().is_none()
            })
    }
}

/// The arms of a `match` in statement position.
fn arms_of_statement(choice: &ast::MatchExpr) -> Option<[ast::MatchArm; 2]> {
    let parent = choice.syntax().parent()?.kind();
    let is_statement = matches!(parent, SyntaxKind::EXPR_STMT | SyntaxKind::STMT_LIST);
    is_statement.then(|| patterns::two_plain_arms(choice))?
}

/// `match value { Ok(()) => {} Err(error) => … }`
fn of_second(
    choice: &ast::MatchExpr,
    first: &ast::MatchArm,
    second: &ast::MatchArm,
) -> Option<SinglePattern> {
    let pattern = second.pat()?;
    let held = first.pat()?.syntax().text().to_string();
    let asked = pattern.syntax().text().to_string();
    let is_other = match &*held {
        "Ok(_)" | "Ok(())" => asked.starts_with("Err("),
        "Err(_)" => asked.starts_with("Ok("),
        "None" => asked.starts_with("Some("),
        _ => false,
    };
    if !is_other || !does_nothing(&first.expr()?) || patterns::binds_nothing(&pattern) {
        return None;
    }
    let body = match second.expr()? {
        ast::Expr::BlockExpr(block) => {
            let is_plain = block.modifier().is_none() && block.label().is_none();
            (is_plain && !is_empty(&block)).then_some(Body::Block(block))?
        }
        ast::Expr::TupleExpr(_) | ast::Expr::ClosureExpr(_) => return None,
        step if flow::is_block_like(&step) || has_braces(&step) => return None,
        step if !gives_unit(&step) => return None,
        step => Body::Step(step),
    };
    Some(SinglePattern {
        value: choice.expr()?,
        choice: choice.clone(),
        pattern,
        body,
        otherwise: None,
        is_second: true,
    })
}

/// Whether an expression returns `()` in any case, so that a `;` can follow it.
fn gives_unit(step: &ast::Expr) -> bool {
    const METHODS: [&str; 9] = [
        "clear",
        "extend",
        "push",
        "push_back",
        "push_front",
        "push_str",
        "reverse",
        "sort",
        "truncate",
    ];
    let declared = FileNames::around(step);
    let is_unit = |name: &str| {
        let mut all = declared.called(name).peekable();
        all.peek().is_some() && all.all(|it| it.gives == "()" && !it.is_generic && !it.must_use)
    };
    match step {
        ast::Expr::MacroExpr(_)
        | ast::Expr::ReturnExpr(_)
        | ast::Expr::BreakExpr(_)
        | ast::Expr::ContinueExpr(_) => true,
        ast::Expr::BinExpr(set) => matches!(set.op_kind(), Some(BinaryOp::Assignment { .. })),
        ast::Expr::MethodCallExpr(call) => call.name_ref().is_some_and(|name| {
            let is_known = METHODS.contains(&name.text()) && !declared.has_method(name.text());
            is_known || is_unit(name.text())
        }),
        ast::Expr::CallExpr(call) => match call.expr() {
            Some(ast::Expr::PathExpr(callee)) => {
                let name = callee.path().and_then(|path| path.segment()?.name_ref());
                name.is_some_and(|name| is_unit(name.text()))
            }
            _ => false,
        },
        _ => false,
    }
}

fn does_nothing(body: &ast::Expr) -> bool {
    match body {
        ast::Expr::BlockExpr(block) => is_empty(block) && block.modifier().is_none(),
        ast::Expr::TupleExpr(unit) => unit.fields().next().is_none(),
        _ => false,
    }
}

/// A macro call in braces is a statement without a `;`.
fn has_braces(step: &ast::Expr) -> bool {
    matches!(step, ast::Expr::MacroExpr(_)) && step.syntax().text().to_string().ends_with('}')
}

/// Whether an `if` without `else` contains only this choice.
fn is_alone_in_if(choice: &SyntaxNode) -> bool {
    let mut around = choice.ancestors().skip(1);
    let block = around.find_map(ast::BlockExpr::cast);
    let owner = block.as_ref().and_then(|it| it.syntax().parent());
    let owner = owner.and_then(ast::IfExpr::cast);
    let holds_one = block
        .and_then(|block| only(&block))
        .is_some_and(|it| it.syntax() == choice);
    holds_one && owner.is_some_and(|it| it.else_token().is_none())
}

/// Whether a pattern only means that the other one doesn't match. A pattern for another named case should fail to compile if a
/// third one is added.
fn is_rest(pattern: &ast::Pat) -> bool {
    let text = pattern.syntax().text().to_string();
    let is_other = matches!(&*text, "_" | "None" | "Err(_)" | "Ok(_)");
    is_other && patterns::binds_nothing(pattern)
}

fn is_empty(block: &ast::BlockExpr) -> bool {
    let list = block.stmt_list();
    list.is_none_or(|list| {
        list.syntax().children().next().is_none() && !layout::has_comment(list.syntax())
    })
}

fn is_only_if(block: &ast::BlockExpr) -> bool {
    let children: Vec<SyntaxNode> = block
        .stmt_list()
        .map(|list| list.syntax().children().collect())
        .unwrap_or_default();
    matches!(children.as_slice(), [only] if only.kind() == SyntaxKind::IF_EXPR
        || only.first_child().is_some_and(|it| it.kind() == SyntaxKind::IF_EXPR))
}
