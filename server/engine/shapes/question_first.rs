//! A `match` on a `Result` with an arm that only propagates the error: with `?` on the scrutinee, the other arms don't need
//! `Ok`.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxNode,
    ast::{self, HasArgList, HasAttrs},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, RustVersion,
        attributes::has_condition_inside,
        flow,
        layout::{self, width},
        scopes,
    },
    text::{TextRange, slice},
};

/// A `match` that could match the value in an `Ok` directly.
pub struct QuestionFirst {
    /// The range to highlight.
    pub keyword: TextRange,
    /// The pattern of the arm to remove.
    pub error: TextRange,
    choice: ast::MatchExpr,
    scrutinee: ast::Expr,
    good: Vec<(ast::MatchArm, ast::TupleStructPat)>,
    bad: ast::MatchArm,
    hands_on: HandsOn,
    gives: String,
}

/// How the error is propagated.
enum HandsOn {
    /// Unchanged.
    Same,
    /// Converted by `into`.
    Into,
    /// Wrapped in a struct or a variant.
    In(ast::Expr),
}

impl QuestionFirst {
    /// `match f() { Ok(A) => …, Ok(B) => …, Err(e) => return Err(e) }`
    pub fn of(choice: &ast::MatchExpr) -> Option<Self> {
        let mut good = Vec::new();
        let mut bad = None;
        for arm in choice.match_arm_list()?.arms() {
            let ast::Pat::TupleStructPat(pattern) = arm.pat()? else {
                return None;
            };
            // A nested `Result` has arms of its own for errors.
            let inner = pattern
                .fields()
                .next()
                .map(|it| it.syntax().text().to_string());
            if inner.is_some_and(|it| it.starts_with("Ok(") || it.starts_with("Err(")) {
                return None;
            }
            match &*pattern.path()?.syntax().text().to_string() {
                "Ok" if bad.is_none() || arm.guard().is_none() => good.push((arm, pattern)),
                "Err" if bad.is_none() && arm.guard().is_none() => bad = Some((arm, pattern)),
                _ => return None,
            }
        }
        let scrutinee = choice.expr()?;
        if matches!(scrutinee, ast::Expr::MacroExpr(_)) {
            return None;
        }
        let (bad, pattern) = bad?;
        let hands_on = handed_on(&error_of(&bad.expr()?, choice)?)?;
        let gives = type_given_around(choice.syntax())?;
        let is_its =
            good.len() > 1 && gives.contains("Result") && !layout::has_comment(bad.syntax());
        is_its.then(|| Self {
            keyword: choice
                .match_token()
                .map_or(choice.syntax().text_range(), |it| it.text_range()),
            error: pattern.syntax().text_range(),
            choice: choice.clone(),
            scrutinee,
            good,
            bad,
            hands_on,
            gives,
        })
    }

    pub fn whole(&self) -> TextRange {
        self.choice.syntax().text_range()
    }

    /// Returns the replacement, provided that rustc accepts the types.
    pub fn rewrites<'a>(
        &self,
        text: &'a str,
        context: FileContext,
    ) -> Result<Vec<Rewrite<'a>>, Refusal> {
        if !context.supports(RustVersion(13)) {
            return Err(Refusal::because(
                Hazard::Edition,
                "`?` needs Rust 1.13, but the package may be built with an older version.",
            ));
        }
        self.check()?;
        self.check_form()?;
        self.written(text, context).ok_or_else(Refusal::of_layout)
    }

    fn check(&self) -> Result<(), Refusal> {
        let node = self.choice.syntax();
        let is_call = matches!(
            self.scrutinee,
            ast::Expr::AwaitExpr(_) | ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_)
        );
        if !is_call {
            return Err(Refusal::because(
                Hazard::Drops,
                "`?` would move the value out of its place.",
            ));
        }
        if FileNames::around_node(node).has_own_some_or_ok() {
            return Err(Refusal::because(
                Hazard::Scope,
                "The file defines its own `Some`, `None`, `Ok` or `Err`.",
            ));
        }
        let has_attributes = |(arm, _): &(ast::MatchArm, _)| arm.attrs().next().is_some();
        let is_plain = self.bad.attrs().next().is_none() && !self.good.iter().any(has_attributes);
        if has_condition_inside(node) || !is_plain {
            return Err(Refusal::because(
                Hazard::Text,
                "Part of the code is behind a `#[cfg]` or has other attributes.",
            ));
        }
        if !flow::is_run(node) {
            return Err(Refusal::because(
                Hazard::Constants,
                "`?` isn't allowed in a `const fn`.",
            ));
        }
        let stays = matches!(self.hands_on, HandsOn::Same | HandsOn::In(_));
        if stays && (self.gives.contains("dyn ") || self.gives.contains("Box<")) {
            return Err(Refusal::because(
                Hazard::Types,
                "The error may be converted to a trait object, which `?` does differently.",
            ));
        }
        Ok(())
    }

    /// Rejects a `match` that has a form of its own once the `Ok`s are removed.
    fn check_form(&self) -> Result<(), Refusal> {
        let is_two = self.good.len() == 2;
        let has_own = self.good.iter().any(|(arm, pattern)| {
            let inner = pattern.fields().next();
            let inner = inner.map(|it| it.syntax().text().to_string());
            let inner = inner.unwrap_or_default();
            let body = arm.expr().map(|it| it.syntax().text().to_string());
            let body: String = body.unwrap_or_default().split_whitespace().collect();
            let is_held = inner
                .strip_prefix("Some(")
                .and_then(|it| it.strip_suffix(')'))
                .is_some_and(|held| held == body);
            let is_nothing = matches!(&*body, "{}" | "()" | "None");
            (is_two && (is_nothing || is_held)) || matches!(&*inner, "true" | "false" | "..")
        });
        if has_own {
            return Err(Refusal::because(
                Hazard::Text,
                "The rest would be better written as an `if`, a `let` or a method call.",
            ));
        }
        Ok(())
    }

    /// Returns `None` if the result can't be laid out as by rustfmt.
    fn written<'a>(&self, text: &'a str, context: FileContext) -> Option<Vec<Rewrite<'a>>> {
        let asked = self.scrutinee.syntax().text_range();
        let call = Rewrite::at(text, asked.end());
        let call = match &self.hands_on {
            HandsOn::In(function) => call
                .text(".map_err(")
                .keep(function.syntax().text_range())
                .text(")?"),
            _ => call.text("?"),
        };
        let code = slice(text, asked)?;
        let links = layout::links(&self.scrutinee).len() + 1;
        let chain = width(code) + width(call.written());
        let line = layout::column(text, asked.start()) + chain + width(" {");
        let is_even = !code.contains('\n')
            && line <= context.width.max()
            && (links <= 2 || chain <= context.width.share(60));
        if !is_even {
            return None;
        }
        let mut written = vec![call];
        for (arm, pattern) in &self.good {
            written.push(without_ok(arm, pattern, text, context)?);
        }
        written.push(Rewrite::of(text, self.lines_of_error(text)?));
        Some(written)
    }

    /// The arm to remove, with the preceding line break.
    fn lines_of_error(&self, text: &str) -> Option<TextRange> {
        let own = self.bad.syntax().text_range();
        let before = self.bad.syntax().prev_sibling_or_token()?;
        let before = match &before {
            NodeOrToken::Token(token) if token.kind().is_trivia() => {
                before.prev_sibling_or_token()?
            }
            _ => return None,
        };
        let is_trivia = matches!(&before, NodeOrToken::Token(token) if token.kind().is_trivia());
        let whole = TextRange::new(before.text_range().end(), own.end());
        let end = usize::from(own.end());
        let is_alone = layout::is_first_on_line(text, own.start())
            && text.get(end..)?.starts_with(['\n', '\r'])
            && !is_trivia;
        is_alone.then_some(whole)
    }
}

/// An arm's pattern without its `Ok`, if the layout of the arm doesn't change.
fn without_ok<'a>(
    arm: &ast::MatchArm,
    pattern: &ast::TupleStructPat,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let mut fields = pattern.fields();
    let (inner, None) = (fields.next()?, fields.next()) else {
        return None;
    };
    let (at, kept) = (pattern.syntax().text_range(), inner.syntax().text_range());
    let gained = width("Ok()");
    let own = arm.syntax().text_range();
    let code = slice(text, TextRange::new(kept.start(), own.end()))?;
    let is_even = !slice(text, at)?.contains('\n')
        && !layout::has_comment(pattern.syntax())
        && layout::is_first_on_line(text, own.start());
    let indent = layout::indentation(text, own.start());
    let body = arm.expr()?;
    let is_joined = code.contains('\n')
        && (layout::may_be_joined(code, context, indent, gained)
            || fits_without_braces(&body, width(indent), context));
    (is_even && !is_joined).then(|| Rewrite::of(text, at).keep(kept))
}

/// Whether a block is a single short expression that fits after the pattern, so that rustfmt removes the braces.
fn fits_without_braces(body: &ast::Expr, indent: usize, context: FileContext) -> bool {
    let ast::Expr::BlockExpr(block) = body else {
        return false;
    };
    let only = block.statements().next().is_none();
    let tail = block.tail_expr().filter(|_| only);
    tail.is_some_and(|tail| {
        let first = tail.syntax().text().to_string();
        let first = first.lines().next().map_or(0, width);
        indent + first < context.width.max() && !layout::has_comment(block.syntax())
    })
}

/// The whole `Err(…)` that an arm propagates.
fn error_of(body: &ast::Expr, choice: &ast::MatchExpr) -> Option<ast::Expr> {
    match body {
        ast::Expr::BlockExpr(block) => error_of(&only(block)?, choice),
        ast::Expr::ReturnExpr(it) => it.expr(),
        ast::Expr::CallExpr(_) => {
            let list = choice.syntax().parent().and_then(ast::StmtList::cast)?;
            let is_last = list.tail_expr()?.syntax() == choice.syntax();
            let block = list.syntax().parent().and_then(ast::BlockExpr::cast)?;
            (is_last && flow::gives_result(&block)).then(|| body.clone())
        }
        _ => None,
    }
}

/// The error in `Err(e)`, `Err(e.into())` or `Err(E::F(e))`.
fn handed_on(value: &ast::Expr) -> Option<HandsOn> {
    let error = only_argument(value, Some("Err"))?;
    match &error {
        ast::Expr::MethodCallExpr(call) if call.name_ref()?.text() == "into" => {
            scopes::as_name(&call.receiver()?)?;
            Some(HandsOn::Into)
        }
        ast::Expr::CallExpr(call) => {
            scopes::as_name(&only_argument(&error, None)?)?;
            Some(HandsOn::In(call.expr()?))
        }
        ast::Expr::PathExpr(_) => Some(HandsOn::Same),
        _ => None,
    }
}

/// The only argument of a call, if the function has this name.
fn only_argument(value: &ast::Expr, name: Option<&str>) -> Option<ast::Expr> {
    let ast::Expr::CallExpr(call) = value else {
        return None;
    };
    let callee = call.expr()?.syntax().text().to_string();
    let mut arguments = call.arg_list()?.args();
    let (only, None) = (arguments.next()?, arguments.next()) else {
        return None;
    };
    name.is_none_or(|name| name == callee).then_some(only)
}

/// The only expression in a block.
pub fn only(block: &ast::BlockExpr) -> Option<ast::Expr> {
    let mut statements = block.statements();
    match (statements.next(), statements.next(), block.tail_expr()) {
        (None, None, tail) => tail,
        (Some(ast::Stmt::ExprStmt(it)), None, None) => it.expr(),
        _ => None,
    }
}

/// The result type of the enclosing function, as written.
pub fn type_given_around(node: &SyntaxNode) -> Option<String> {
    let scope = node.ancestors().find(flow::is_own_scope)?;
    let given = ast::Fn::cast(scope)?.ret_type()?.ty()?;
    Some(given.syntax().text().to_string())
}
