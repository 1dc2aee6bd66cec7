//! A variable that only the next statement uses, once.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, ArithOp, BinaryOp, HasArgList, HasAttrs, HasName},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite,
        inference_order::is_what_is_wanted,
        layout::{self, keeps_braces, width},
        purity,
        replacing::Replaced,
        scopes::{self, Names},
        temporaries, tokens_of, types_shown,
    },
    text::TextRange,
};

/// `let x = value;`, and `x` in the next statement.
pub struct SingleUse {
    statement: ast::LetStmt,
    next: SyntaxNode,
    name: String,
    value: ast::Expr,
    place: ast::PathExpr,
}

/// Methods that Clippy suggests replacing when the result is compared or used as a condition.
const QUESTIONS: [&str; 6] = ["is_empty", "is_err", "is_none", "is_ok", "is_some", "len"];

/// What the next statement evaluates before the occurrence.
enum Before {
    Nothing,
    /// Only constants and reads of variables.
    Reads,
}

impl SingleUse {
    pub fn of(statement: &ast::LetStmt) -> Option<Self> {
        let ast::Pat::IdentPat(pattern) = statement.pat()? else {
            return None;
        };
        let is_plain = pattern.mut_token().is_none()
            && pattern.ref_token().is_none()
            && pattern.pat().is_none()
            && statement.ty().is_none()
            && statement.let_else().is_none()
            && statement.attrs().next().is_none();
        let name = pattern.name().filter(|_| is_plain)?.text().to_string();
        let next = statement.syntax().next_sibling()?;
        let place = used_once(&next, &name)?;
        Some(Self {
            value: statement.initializer()?,
            statement: statement.clone(),
            next,
            name,
            place,
        })
    }

    /// The variable and the occurrence that takes its value.
    pub fn whole(&self) -> TextRange {
        let start = self.statement.syntax().text_range().start();
        TextRange::new(start, self.place.syntax().text_range().end())
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn rewrites<'a>(
        &self,
        text: &'a str,
        context: FileContext,
    ) -> Result<Vec<Rewrite<'a>>, Refusal> {
        self.check_text()?;
        self.check_value()?;
        self.check_form()?;
        self.check_target()?;
        let is_enclosed = self.check_place()?;
        let range = self.value.syntax().text_range();
        let place = self.place.syntax().text_range();
        let code = self.value.syntax().text().to_string();
        let (head, tail) = if is_enclosed { ("(", ")") } else { ("", "") };
        let replaced = Replaced {
            places: &[place],
            width: width(&code) + width(head) + width(tail),
        };
        let list = self.statement.syntax().parent().ok_or(Refusal::NotHere)?;
        let goes = TextRange::new(
            self.statement.syntax().text_range().start(),
            self.next.text_range().start(),
        );
        let whole = goes.cover(self.next.text_range());
        let is_even = !code.contains('\n')
            && layout::is_first_on_line(text, goes.start())
            && layout::is_first_on_line(text, goes.end())
            && keeps_braces(&list, whole)
            && replaced.keeps_layout(&list, text, context);
        if !is_even {
            return Err(Refusal::of_layout());
        }
        let written = Rewrite::of(text, place).text(head).keep(range).text(tail);
        Ok(vec![Rewrite::of(text, goes), written])
    }

    fn check_text(&self) -> Result<(), Refusal> {
        let start = self.statement.syntax().text_range().start();
        let range = TextRange::new(start, self.next.text_range().end());
        let root = self.next.ancestors().last().ok_or(Refusal::NotHere)?;
        let comments = layout::comments_in(&root, range);
        let is_before = |at: TextRange| at.start() < self.place.syntax().text_range().start();
        if comments.iter().any(|it| is_before(it.text_range())) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment describes the variable and would no longer fit.",
            ));
        }
        Ok(())
    }

    fn check_value(&self) -> Result<(), Refusal> {
        if !temporaries::makes_none(&self.value) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Temporaries of the value would live to the end of the next statement.",
            ));
        }
        if self.is_operand() && is_what_is_wanted(&self.value) {
            return Err(Refusal::because(
                Hazard::Types,
                "The type of the value may be inferred from the variable.",
            ));
        }
        Ok(())
    }

    fn is_operand(&self) -> bool {
        let parent = self.place.syntax().parent();
        parent.is_some_and(|it| matches!(it.kind(), SyntaxKind::BIN_EXPR | SyntaxKind::TRY_EXPR))
    }

    /// Checks that the occurrence takes the value unchanged, and that evaluating it before the rest of the statement makes no
    /// difference. Returns whether the value needs parentheses.
    fn check_place(&self) -> Result<bool, Refusal> {
        let before = self.before().ok_or_else(|| {
            Refusal::because(
                Hazard::Evaluation,
                "The value would be computed after something else, or isn't used by its plain name.",
            )
        })?;
        match before {
            Before::Nothing => {}
            Before::Reads if purity::is_pure(&self.value) => {}
            Before::Reads => {
                return Err(Refusal::because(
                    Hazard::Evaluation,
                    "The value would be computed after something it may change is read.",
                ));
            }
        }
        Ok(self.is_operand() && self.is_looser())
    }

    /// Whether the value binds no tighter than the expression around the occurrence.
    fn is_looser(&self) -> bool {
        let parent = self.place.syntax().parent().and_then(ast::BinExpr::cast);
        let around = parent.and_then(|it| it.op_kind());
        if matches!(around, Some(BinaryOp::Assignment { .. })) {
            return false;
        }
        let ast::Expr::BinExpr(own) = &self.value else {
            return !is_atom(&self.value);
        };
        match (own.op_kind(), around) {
            (Some(BinaryOp::ArithOp(own)), Some(BinaryOp::CmpOp(_))) => !is_sum_or_product(own),
            (
                Some(BinaryOp::ArithOp(ArithOp::Mul | ArithOp::Div | ArithOp::Rem)),
                Some(BinaryOp::ArithOp(ArithOp::Add | ArithOp::Sub)),
            ) => false,
            _ => true,
        }
    }

    /// Rejects results that Clippy would report.
    fn check_form(&self) -> Result<(), Refusal> {
        let parent = self.place.syntax().parent();
        let kind = parent.as_ref().map(SyntaxNode::kind);
        let callee = parent
            .as_ref()
            .and_then(SyntaxNode::parent)
            .and_then(ast::CallExpr::cast)
            .and_then(|call| call.expr());
        let callee = callee.map(|it| it.syntax().text().to_string());
        let is_wrapped = callee.is_some_and(|it| it == "Ok" || it == "Some");
        let is_operand = kind == Some(SyntaxKind::BIN_EXPR);
        let operation = parent.clone().and_then(ast::BinExpr::cast);
        let is_compared =
            operation.is_some_and(|it| matches!(it.op_kind(), Some(BinaryOp::CmpOp(_))));
        let is_odd = match &self.value {
            ast::Expr::TryExpr(_) => is_wrapped,
            ast::Expr::ClosureExpr(_) | ast::Expr::ParenExpr(_) => true,
            ast::Expr::Literal(_) => is_operand || self.is_first_or_once(),
            ast::Expr::MethodCallExpr(call) => {
                let name = call.name_ref().map(|it| it.text().to_string());
                let name = name.unwrap_or_default();
                let is_question = QUESTIONS.contains(&&*name);
                let is_asked = is_compared || kind == Some(SyntaxKind::IF_EXPR);
                (kind == Some(SyntaxKind::FOR_EXPR) && name.contains("iter"))
                    || (is_asked && is_question)
            }
            ast::Expr::BinExpr(sum) => {
                let step = sum.rhs().map(|it| it.syntax().text().to_string());
                let is_logic = matches!(sum.op_kind(), Some(BinaryOp::LogicOp(_)));
                is_operand && (is_logic || step.is_some_and(|it| it == "1"))
            }
            _ => false,
        };
        if is_odd {
            return Err(Refusal::because(
                Hazard::Text,
                "The inlined code would be written differently there.",
            ));
        }
        Ok(())
    }

    /// Whether the call is `get(0)` or `repeat(1)`, which have shorter forms.
    fn is_first_or_once(&self) -> bool {
        let list = self.place.syntax().parent();
        let call = list.and_then(|it| ast::MethodCallExpr::cast(it.parent()?));
        let name = call.and_then(|it| it.name_ref());
        let value = self.value.syntax().text();
        name.is_some_and(|name| match name.text() {
            "get" => value == "0",
            "repeat" => value == "1",
            _ => false,
        })
    }

    /// Checks that the whole value is taken: what a pattern doesn't bind stays in the variable, and would be dropped without
    /// one.
    fn check_target(&self) -> Result<(), Refusal> {
        let parent = self.place.syntax().parent().ok_or(Refusal::NotHere)?;
        let takes_all = match parent.kind() {
            SyntaxKind::LET_STMT => ast::LetStmt::cast(parent)
                .is_some_and(|it| matches!(it.pat(), Some(ast::Pat::IdentPat(_)))),
            SyntaxKind::ARRAY_EXPR => {
                ast::ArrayExpr::cast(parent).is_some_and(|it| it.semicolon_token().is_none())
            }
            SyntaxKind::BIN_EXPR => {
                let operation = ast::BinExpr::cast(parent);
                let target = operation.filter(is_assignment);
                let target = target.and_then(|it| it.lhs());
                target.is_none_or(|it| {
                    temporaries::is_place(&it) && it.syntax().text() != self.value.syntax().text()
                })
            }
            _ => true,
        };
        takes_all.then_some(()).ok_or_else(|| {
            Refusal::because(
                Hazard::Drops,
                "Part of the value may not be moved, and the variable keeps it alive to the end.",
            )
        })
    }

    /// What is evaluated before the occurrence. Returns `None` if this, or how the value is taken, is unknown.
    fn before(&self) -> Option<Before> {
        let mut before = Before::Nothing;
        let mut at = self.place.syntax().clone();
        while at != self.next {
            let parent = at.parent()?;
            match parent.kind() {
                SyntaxKind::EXPR_STMT
                | SyntaxKind::PAREN_EXPR
                | SyntaxKind::RECORD_EXPR
                | SyntaxKind::RETURN_EXPR
                | SyntaxKind::TRY_EXPR => {}
                SyntaxKind::LET_STMT => {
                    let has_else = ast::LetStmt::cast(parent.clone())?.let_else().is_some();
                    (!has_else).then_some(())?;
                }
                SyntaxKind::ARG_LIST
                | SyntaxKind::TUPLE_EXPR
                | SyntaxKind::ARRAY_EXPR
                | SyntaxKind::RECORD_EXPR_FIELD_LIST => self.add_earlier(&at, &mut before)?,
                SyntaxKind::RECORD_EXPR_FIELD => {
                    let field = ast::RecordExprField::cast(parent.clone())?;
                    field.name_ref()?;
                }
                SyntaxKind::CALL_EXPR => {
                    let callee = ast::CallExpr::cast(parent.clone())?.expr()?;
                    let is_path = matches!(callee, ast::Expr::PathExpr(_));
                    let is_apart = self.is_apart_from(&callee) || self.is_function(&callee);
                    (is_path && is_apart && callee.syntax() != &at).then_some(())?;
                }
                SyntaxKind::METHOD_CALL_EXPR => self.check_method(&parent, &at)?,
                SyntaxKind::BIN_EXPR => self.check_operation(&parent, &at, &mut before)?,
                SyntaxKind::IF_EXPR => {
                    let condition = ast::IfExpr::cast(parent.clone())?.condition()?;
                    let is_it = condition.syntax() == &at;
                    (is_it && !holds_braces(&self.value)).then_some(())?;
                }
                SyntaxKind::FOR_EXPR => {
                    let iterable = ast::ForExpr::cast(parent.clone())?.iterable()?;
                    let is_it = iterable.syntax() == &at;
                    (is_it && !holds_braces(&self.value)).then_some(())?;
                }
                _ => return None,
            }
            at = parent;
        }
        Some(before)
    }

    /// The receiver of a method is borrowed before its arguments are evaluated.
    fn check_method(&self, call: &SyntaxNode, at: &SyntaxNode) -> Option<()> {
        let call = ast::MethodCallExpr::cast(call.clone())?;
        let receiver = call.receiver()?;
        let is_argument = call.arg_list()?.syntax() == at;
        let is_apart = self.is_apart_from(&receiver);
        (is_argument && is_apart && temporaries::is_place(&receiver)).then_some(())
    }

    /// Earlier elements of a list have to be constants or reads.
    fn add_earlier(&self, at: &SyntaxNode, before: &mut Before) -> Option<()> {
        let earlier = std::iter::successors(at.prev_sibling(), SyntaxNode::prev_sibling);
        for node in earlier {
            let value = match ast::RecordExprField::cast(node.clone()) {
                Some(field) => field.expr()?,
                None => ast::Expr::cast(node)?,
            };
            if matches!(value, ast::Expr::Literal(_)) {
                continue;
            }
            (purity::is_silent(&value) && self.is_apart_from(&value)).then_some(())?;
            *before = Before::Reads;
        }
        Some(())
    }

    /// Whether code that is evaluated first neither moves nor borrows the operands of the value.
    fn is_apart_from(&self, code: &ast::Expr) -> bool {
        let names = Names::in_node(self.value.syntax());
        let mut tokens = tokens_of(code.syntax());
        tokens.all(|token| match token.kind() {
            SyntaxKind::SELF_KW => !mentions_self(&self.value),
            SyntaxKind::IDENT => !names.has(token.text()),
            _ => true,
        })
    }

    fn is_function(&self, callee: &ast::Expr) -> bool {
        let name = scopes::as_name(callee);
        name.is_some_and(|name| !FileNames::around(&self.value).functions(&name).is_empty())
    }

    fn check_operation(
        &self,
        operation: &SyntaxNode,
        at: &SyntaxNode,
        before: &mut Before,
    ) -> Option<()> {
        let operation = ast::BinExpr::cast(operation.clone())?;
        let is_left = operation.lhs()?.syntax() == at;
        match operation.op_kind()? {
            // The value is evaluated before the place.
            BinaryOp::Assignment { op: None } => (!is_left).then_some(()),
            BinaryOp::Assignment { op: Some(_) } => None,
            BinaryOp::LogicOp(_) => (is_left
                || purity::is_pure(&self.value) && purity::is_silent(&operation.lhs()?))
            .then_some(()),
            kind => {
                if !is_left {
                    let left = operation.lhs()?;
                    (purity::is_silent(&left) && self.is_apart_from(&left)).then_some(())?;
                    *before = Before::Reads;
                }
                let is_number = types_shown::integer(&self.value).is_some();
                let is_moved = !matches!(kind, BinaryOp::CmpOp(_));
                (is_moved || is_number).then_some(())
            }
        }
    }
}

/// Whether an operation is an assignment.
fn is_assignment(operation: &ast::BinExpr) -> bool {
    matches!(operation.op_kind(), Some(BinaryOp::Assignment { .. }))
}

fn used_once(next: &SyntaxNode, name: &str) -> Option<ast::PathExpr> {
    let is_it = |text: &str| {
        text == name || text.contains('{') && scopes::captures(text).any(|it| it == name)
    };
    let behind = std::iter::successors(Some(next.clone()), SyntaxNode::next_sibling);
    let mut uses = behind.flat_map(|node| {
        let found = tokens_of(&node).filter(|token| is_it(token.text()));
        found.collect::<Vec<_>>()
    });
    let first = uses.next()?;
    if uses.next().is_some() {
        return None;
    }
    let place = first.parent_ancestors().find_map(ast::PathExpr::cast)?;
    let is_whole = place.syntax().text() == name;
    let is_next = next
        .text_range()
        .contains_range(place.syntax().text_range());
    (is_whole && is_next).then_some(place)
}

/// Whether a brace in the value could be taken for a block's.
fn holds_braces(value: &ast::Expr) -> bool {
    value.syntax().text().contains_char('{')
}

fn mentions_self(value: &ast::Expr) -> bool {
    tokens_of(value.syntax()).any(|token| token.kind() == SyntaxKind::SELF_KW)
}

fn is_sum_or_product(operator: ArithOp) -> bool {
    matches!(
        operator,
        ArithOp::Add | ArithOp::Sub | ArithOp::Mul | ArithOp::Div | ArithOp::Rem
    )
}

/// Whether an expression binds tighter than any operator.
fn is_atom(value: &ast::Expr) -> bool {
    matches!(
        value,
        ast::Expr::Literal(_)
            | ast::Expr::PathExpr(_)
            | ast::Expr::ParenExpr(_)
            | ast::Expr::CallExpr(_)
            | ast::Expr::MethodCallExpr(_)
            | ast::Expr::FieldExpr(_)
            | ast::Expr::IndexExpr(_)
            | ast::Expr::TryExpr(_)
            | ast::Expr::AwaitExpr(_)
            | ast::Expr::TupleExpr(_)
    )
}
