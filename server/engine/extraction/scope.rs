//! The scope of a selection: a function, or a closure or an `async` block in one.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, BlockModifier},
};

use super::{Known, NotExtracted, outcome, signature::with_own_types};
use crate::{
    syntax::flow::{self, Escape, is_own_scope},
    text::TextRange,
};

/// The subject for the scope's result, if its type isn't written.
pub(super) const RESULT: &str = "= result";

pub(super) struct Scope {
    pub(super) function: ast::Fn,
    /// The innermost closure or `async` block around the selection.
    pub(super) inner: Option<Inner>,
    /// The assumed constructor of a closure's result, if its exits don't show it.
    pub(super) assumed: Option<&'static str>,
}

/// Code that runs later, with its captures.
pub(super) enum Inner {
    Closure(ast::ClosureExpr),
    Async(ast::BlockExpr),
}

impl Scope {
    pub(super) fn around(first: &SyntaxNode) -> Result<Self, NotExtracted> {
        const OUTSIDE: NotExtracted =
            NotExtracted::new("The selection isn't inside a function that runs at run time.");
        let mut scopes = first.ancestors().skip(1).filter(is_own_scope);
        let innermost = scopes.next().ok_or(OUTSIDE)?;
        if let Some(function) = ast::Fn::cast(innermost.clone()) {
            return Ok(Self {
                function,
                inner: None,
                assumed: None,
            });
        }
        let inner = Inner::of(innermost).ok_or(OUTSIDE)?;
        let item = scopes.find(|it| Inner::of(it.clone()).is_none());
        let function = item.and_then(ast::Fn::cast).ok_or(OUTSIDE)?;
        Ok(Self {
            function,
            inner: Some(inner),
            assumed: None,
        })
    }

    /// Assumes a constructor for its result, if only a `?` exits from it and nothing shows which.
    pub(super) fn assume(&mut self, maker: &'static str) {
        if self.inner.is_none() {
            return;
        }
        let mut exits = flow::exits(self.node()).into_iter();
        let is_tried = exits.any(|(_, escape)| escape == Escape::Try);
        if is_tried && self.maker().is_none() {
            self.assumed = Some(maker);
        }
    }

    pub(super) fn node(&self) -> &SyntaxNode {
        match &self.inner {
            Some(inner) => inner.node(),
            None => self.function.syntax(),
        }
    }

    /// The range that may run more than once with its captures.
    pub(super) fn inside(&self) -> Option<TextRange> {
        let inner = self.inner.as_ref()?;
        Some(inner.node().text_range())
    }

    fn written(&self) -> Option<ast::Type> {
        match &self.inner {
            Some(Inner::Closure(closure)) => closure.ret_type()?.ty(),
            Some(Inner::Async(_)) => None,
            None => self.function.ret_type()?.ty(),
        }
    }

    /// The type of its result.
    pub(super) fn result(&self, known: &Known) -> Option<String> {
        let Some(written) = self.written() else {
            let asked = [RESULT, outcome::VALUE].into_iter();
            let mut asked = asked.filter_map(|it| known.types.get(it));
            let text = asked.next().filter(|_| self.inner.is_some())?.text.clone();
            return Some(text).filter(|it| it != "()");
        };
        let text = written.syntax().text().to_string();
        Some(with_own_types(&self.function, text))
    }

    /// Whether it has a result other than `()`.
    pub(super) fn has_result(&self) -> bool {
        match self.inner {
            Some(_) => self.written().is_some() || !self.values().is_empty(),
            None => self.function.ret_type().is_some(),
        }
    }

    /// The constructor of its result, if that is an `Option` or a `Result` by its source text.
    pub(super) fn maker(&self) -> Option<&'static str> {
        let Some(written) = self.written() else {
            let made = self.values().into_iter();
            let mut made = made.filter_map(|it| made_by(&it));
            return made.next().or(self.assumed);
        };
        let ast::Type::PathType(path) = written else {
            return None;
        };
        let name = path.path()?.segment()?.name_ref()?;
        match name.text() {
            "Result" => Some("Ok"),
            "Option" => Some("Some"),
            _ => None,
        }
    }

    /// An expression with the type of its result, if that isn't written.
    pub(super) fn asked(&self) -> Option<ast::Expr> {
        if self.inner.is_none() || self.written().is_some() {
            return None;
        }
        self.values().into_iter().next()
    }

    /// The values that a closure or a block ends with or returns.
    fn values(&self) -> Vec<ast::Expr> {
        let end = match &self.inner {
            Some(Inner::Closure(closure)) => match closure.body() {
                Some(ast::Expr::BlockExpr(block)) if block.modifier().is_none() => {
                    block.tail_expr()
                }
                body => body,
            },
            Some(Inner::Async(block)) => block.tail_expr(),
            None => None,
        };
        let mut values: Vec<ast::Expr> = end
            .into_iter()
            .filter(|end| !flow::expr_diverges(end))
            .collect();
        let exits = flow::exits(self.node()).into_iter();
        let returns = exits.filter(|(_, escape)| *escape == Escape::Return);
        values.extend(returns.filter_map(|(node, _)| node.children().find_map(ast::Expr::cast)));
        values
    }
}

impl Inner {
    fn of(scope: SyntaxNode) -> Option<Self> {
        if let Some(closure) = ast::ClosureExpr::cast(scope.clone()) {
            return Some(Self::Closure(closure));
        }
        let block = ast::BlockExpr::cast(scope)?;
        matches!(block.modifier(), Some(BlockModifier::Async(_))).then_some(Self::Async(block))
    }

    fn node(&self) -> &SyntaxNode {
        match self {
            Self::Closure(closure) => closure.syntax(),
            Self::Async(block) => block.syntax(),
        }
    }

    /// Whether it has the `move` keyword.
    pub(super) fn moves(&self) -> bool {
        match self {
            Self::Closure(closure) => closure.move_token().is_some(),
            Self::Async(block) => block.move_token().is_some(),
        }
    }
}

/// The constructor of a result, if the expression shows it.
fn made_by(expr: &ast::Expr) -> Option<&'static str> {
    let text = |it: &ast::Expr| it.syntax().text().to_string();
    match expr {
        ast::Expr::CallExpr(call) => {
            let callee = text(&call.expr()?);
            match callee.split("::<").next()? {
                "Ok" | "Err" => Some("Ok"),
                "Some" => Some("Some"),
                _ => None,
            }
        }
        ast::Expr::PathExpr(_) if text(expr) == "None" => Some("Some"),
        ast::Expr::BlockExpr(block) => made_by(&block.tail_expr()?),
        ast::Expr::IfExpr(choice) => {
            let made = choice
                .then_branch()
                .and_then(|it| made_by(&it.tail_expr()?));
            made.or_else(|| match choice.else_branch()? {
                ast::ElseBranch::Block(block) => made_by(&block.tail_expr()?),
                ast::ElseBranch::IfExpr(next) => made_by(&ast::Expr::IfExpr(next)),
            })
        }
        ast::Expr::MatchExpr(choice) => {
            let mut arms = choice.match_arm_list()?.arms();
            arms.find_map(|arm| made_by(&arm.expr()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    /// The scope of the call of `here`.
    fn scope(text: &str) -> Result<Scope, NotExtracted> {
        let root = Tree::parse(text, FileContext::default().edition)
            .unwrap()
            .root();
        let calls = root.descendants().filter_map(ast::CallExpr::cast);
        let mut calls = calls.filter(|it| it.syntax().text() == "here()");
        Scope::around(calls.next().unwrap().syntax())
    }

    #[test]
    fn the_innermost_closure_or_block_counts() {
        let found = scope("fn f() -> u8 { here(); 1 }").unwrap();
        assert!(found.inner.is_none() && found.has_result() && found.maker().is_none());
        let found = scope("fn f() -> u8 { g(|x| { here(); Ok(x) }) }").unwrap();
        assert!(found.inner.is_some() && found.has_result());
        assert_eq!(found.maker(), Some("Ok"));
        let found = scope("fn f() { g(async move { here(); }) }").unwrap();
        assert!(found.inner.as_ref().is_some_and(Inner::moves) && !found.has_result());
    }

    #[test]
    fn what_a_closure_gives_is_told_by_its_ends_or_its_words() {
        for (closure, maker) in [
            ("|x| { here(); if x { None } else { g() } }", Some("Some")),
            ("|x| { if x { return Err(1); } here(); g() }", Some("Ok")),
            ("|x| -> io::Result<u8> { here(); g() }", Some("Ok")),
            (
                "|x| { here(); match x { 1 => g(), _ => Some(2) } }",
                Some("Some"),
            ),
            ("|x| { here(); Ok::<(), E>(()) }", Some("Ok")),
            ("|x| { here(); g() }", None),
        ] {
            let text = format!("fn f() -> Option<u8> {{ let c = {closure}; c(1) }}");
            assert_eq!(scope(&text).unwrap().maker(), maker, "{closure}");
        }
    }

    #[test]
    fn constants_are_no_functions() {
        for text in [
            "const A: u8 = here();",
            "fn f() { const { here() } }",
            "const A: fn() = || { here() };",
        ] {
            assert!(scope(text).is_err(), "{text}");
        }
    }
}
