//! A `match` or `if let` that tests the contained value of an `Option` or a `Result`, and returns a `bool` for the empty case,
//! which `is_some_and`, `is_none_or` and `is_ok_and` express by name.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxNode,
    ast::{self, HasArgList},
};

use super::{
    Outline,
    option_arms::{self, Arms},
    option_call::Position,
};
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, RustVersion,
        closures::{self, Body, is_copied_type},
        flow,
        known::is_deed,
        layout, scopes, temporaries,
        types_shown::{self, Ground, TypesBy, arguments_of},
    },
    text::TextRange,
};

mod last_guard;
mod writing;

use last_guard::LastGuard;

/// A choice that a method of `Option` or `Result` can replace.
#[derive(Debug, Clone)]
pub struct OptionQuestion {
    /// The `match` or the `if`.
    pub whole: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// The equivalent method.
    pub method: &'static str,
    /// How certain it is that the method can be called.
    pub ground: Ground,
}

struct Parts {
    node: SyntaxNode,
    whole: TextRange,
    keyword: TextRange,
    value: ast::Expr,
    /// Whether the value is behind a `&`, and `as_ref` has to be called on it.
    is_lent: bool,
    pattern: ast::Pat,
    asked: ast::Expr,
    /// The result for the empty case.
    otherwise: TextRange,
    method: &'static str,
}

impl OptionQuestion {
    /// Returns the shape at a `match` or an `if let` and its replacement.
    pub fn of<'a>(
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        Self::with(node, text, context, TypesBy::Syntax)
    }

    /// Like `of`, where `types` decides who checks the types.
    pub fn with<'a>(
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
        types: TypesBy,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(node).ok_or(Refusal::NotHere)?;
        parts.check_place(context)?;
        let ground = parts.check_value(types)?;
        parts.check_question(context, types)?;
        let rewrite = writing::rewrite(&parts, text, context).ok_or_else(Refusal::of_layout)?;
        let after = rewrite.written().lines().count();
        if after > 1 && rewrite.saved_lines() == 0 {
            return Err(Refusal::because(
                Hazard::Text,
                "The new code would take as many lines.",
            ));
        }
        let shape = Self {
            whole: parts.whole,
            keyword: parts.keyword,
            method: parts.method,
            ground,
        };
        Ok((shape, rewrite))
    }

    /// The parts of such a test, and the Rust version that introduced its method.
    pub fn outline(node: &SyntaxNode) -> Option<(Outline, RustVersion)> {
        let parts = Parts::of(node)?;
        let otherwise = parts.otherwise;
        let outline = Outline {
            keyword: parts.keyword,
            value: parts.asked.clone(),
            otherwise,
            method: parts.method,
        };
        parts.held().map(|_| (outline, parts.version()))
    }
}

impl Parts {
    fn of(node: &SyntaxNode) -> Option<Self> {
        let parts = match ast::LetStmt::cast(node.clone()) {
            Some(statement) => Self::of_let(&statement),
            None => Self::of_choice(node),
        };
        parts.filter(|it| !acts(&it.asked))
    }

    /// `let Some(x) = e else { return false; };` before the only other test of a function.
    fn of_let(statement: &ast::LetStmt) -> Option<Self> {
        let guard = LastGuard::of(statement)?;
        let ast::Pat::TupleStructPat(pattern) = statement.pat()? else {
            return None;
        };
        let mut fields = pattern.fields();
        let (Some(held), None) = (fields.next(), fields.next()) else {
            return None;
        };
        let method = match (&*pattern.path()?.syntax().text().to_string(), guard.gives) {
            ("Some", false) => "is_some_and",
            ("Some", true) => "is_none_or",
            ("Ok", false) => "is_ok_and",
            _ => return None,
        };
        let (value, is_lent) = lent(statement.initializer()?);
        Some(Self {
            node: statement.syntax().clone(),
            whole: guard.whole,
            keyword: statement.let_token()?.text_range(),
            value,
            is_lent,
            pattern: held,
            asked: guard.asked,
            otherwise: guard.otherwise,
            method,
        })
    }

    fn position(&self, text: &str) -> Option<Position> {
        if self.whole == self.node.text_range() {
            return Position::of(&self.node, text);
        }
        let is_first = layout::is_first_on_line(text, self.whole.start());
        is_first.then_some(Position::Tail)
    }

    fn of_choice(node: &SyntaxNode) -> Option<Self> {
        let Arms {
            keyword,
            value,
            holds,
            pattern,
            given: asked,
            rest,
            otherwise,
        } = Arms::of(node)?;
        let rest = rest.map(|rest| rest.syntax().text().to_string());
        let is_rest = matches!(
            (&*holds, rest.as_deref()),
            (_, None | Some("_")) | ("Some", Some("None")) | ("Ok", Some("Err(_)"))
        );
        let given = otherwise.syntax().text().to_string();
        let method = match (&*holds, &*given) {
            ("Some", "false") => "is_some_and",
            ("Some", "true") => "is_none_or",
            ("Ok", "false") => "is_ok_and",
            _ => return None,
        };
        // Returning the contained value itself has a method of its own.
        if option_arms::variable(&pattern).is_some_and(|held| scopes::as_name(&asked) == Some(held))
        {
            return None;
        }
        let (value, is_lent) = lent(value);
        is_rest.then(|| Self {
            node: node.clone(),
            whole: node.text_range(),
            otherwise: otherwise.syntax().text_range(),
            keyword,
            value,
            is_lent,
            pattern,
            asked,
            method,
        })
    }

    /// The name bound to the contained value.
    fn held(&self) -> Option<String> {
        match &self.pattern {
            ast::Pat::RefPat(it) if it.mut_token().is_none() => option_arms::variable(&it.pat()?),
            pattern => option_arms::variable(pattern),
        }
    }

    fn check_place(&self, context: FileContext) -> Result<(), Refusal> {
        let list = self
            .node
            .parent()
            .filter(|_| self.whole != self.node.text_range());
        if list.is_some_and(|list| !layout::comments_in(&list, self.whole).is_empty()) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment has no place in the new code.",
            ));
        }
        let view = self.is_lent.then_some("as_ref");
        let methods: Vec<_> = view.into_iter().chain([self.method]).collect();
        option_arms::check_place(&self.node, context, self.version(), &methods)
    }

    fn version(&self) -> RustVersion {
        RustVersion(if self.method == "is_none_or" { 82 } else { 70 })
    }

    /// Checks that the value is an owned `Option` or `Result`, or a place that is borrowed, and leaves no temporaries.
    fn check_value(&self, types: TypesBy) -> Result<Ground, Refusal> {
        let is_free = option_arms::is_match(&self.node) || temporaries::makes_none(&self.value);
        if !flow::escapes(self.value.syntax()).is_empty() || !is_free {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Temporaries of the value would be dropped at a different time.",
            ));
        }
        if self.method == "is_ok_and" && FileNames::around_node(&self.node).has_drop() {
            return Err(Refusal::because(
                Hazard::Drops,
                "The error would be dropped earlier, which might be observable.",
            ));
        }
        let is_shown = if self.is_lent {
            temporaries::is_place(&self.value) && is_chainable(&self.value)
        } else {
            match &self.value {
                ast::Expr::MethodCallExpr(_) => types_shown::owned(&self.value).is_some(),
                ast::Expr::CallExpr(call) => {
                    matches!(call.expr(), Some(ast::Expr::PathExpr(_)))
                        && types_shown::owned(&self.value).is_some()
                }
                ast::Expr::PathExpr(_) => is_copied(&self.value),
                _ => false,
            }
        };
        if is_shown {
            return Ok(Ground::Shown);
        }
        let is_of_result = self.method == "is_ok_and";
        let is_compiled = match &self.value {
            ast::Expr::AwaitExpr(_) | ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_) => true,
            // An error that stays in a variable would be dropped earlier.
            ast::Expr::FieldExpr(_) | ast::Expr::PathExpr(_) => !is_of_result,
            _ => false,
        };
        if types == TypesBy::Rustc && !self.is_lent && is_compiled {
            return Ok(Ground::Likely);
        }
        if !self.is_lent && option_arms::is_likely_value(&self.value, is_of_result) {
            return Ok(Ground::Likely);
        }
        Err(Refusal::because(
            Hazard::Types,
            "It can't be shown that the value is an owned `Option` or `Result` that isn't used again.",
        ))
    }

    fn check_question(&self, context: FileContext, types: TypesBy) -> Result<(), Refusal> {
        let held = self.held().ok_or(Refusal::NotHere)?;
        if !flow::escapes(self.asked.syntax()).is_empty() {
            return Err(Refusal::because(
                Hazard::ControlFlow,
                "The condition may exit the function, which a closure can't.",
            ));
        }
        let question = Body {
            held: Some(&held),
            declared: &FileNames::around_node(&self.node),
            types,
        };
        if !question.looks(&self.asked) {
            return Err(Refusal::because(
                Hazard::Borrows,
                "The condition may do more than read the value.",
            ));
        }
        let is_borrowed = closures::borrows_more(&self.asked, Some(&held), context.edition)
            || closures::conflict(&self.value, &self.asked, context.edition);
        if types == TypesBy::Syntax && is_borrowed {
            return Err(Refusal::because(
                Hazard::Borrows,
                "A closure would borrow something that the value may already borrow.",
            ));
        }
        self.check_form(&held)
    }

    /// Rejects tests with a shorter form of their own.
    fn check_form(&self, held: &str) -> Result<(), Refusal> {
        let is_held = |expr: Option<ast::Expr>| {
            expr.and_then(|expr| scopes::as_name(&expr)).as_deref() == Some(held)
        };
        let is_other = match &self.asked {
            ast::Expr::CallExpr(call) => {
                let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
                let arguments: Vec<_> = arguments.collect();
                arguments.len() <= 1
            }
            ast::Expr::BinExpr(it) => {
                let equal = ast::BinaryOp::CmpOp(ast::CmpOp::Eq { negated: false });
                it.op_kind() == Some(equal) && (is_held(it.lhs()) || is_held(it.rhs()))
            }
            ast::Expr::PathExpr(_) | ast::Expr::PrefixExpr(_) | ast::Expr::Literal(_) => {
                is_place_of(&self.asked, held)
            }
            _ => false,
        };
        let mut tokens = self
            .asked
            .syntax()
            .descendants_with_tokens()
            .filter_map(NodeOrToken::into_token);
        let is_used = tokens.any(|token| token.text() == held);
        if is_other || !is_used {
            return Err(Refusal::because(
                Hazard::Text,
                "There is a shorter form for this condition, which depends on the type.",
            ));
        }
        Ok(())
    }
}

/// The operand of a `&`, and whether there is one.
fn lent(value: ast::Expr) -> (ast::Expr, bool) {
    match &value {
        ast::Expr::RefExpr(it) if it.mut_token().is_none() => match it.expr() {
            Some(place) => (place, true),
            None => (value, false),
        },
        _ => (value, false),
    }
}

/// Whether the test is just the contained value, or its negation.
fn is_place_of(asked: &ast::Expr, held: &str) -> bool {
    match asked {
        ast::Expr::PrefixExpr(it) => it.expr().is_some_and(|it| is_place_of(&it, held)),
        ast::Expr::ParenExpr(it) => it.expr().is_some_and(|it| is_place_of(&it, held)),
        other => scopes::as_name(other).as_deref() == Some(held),
    }
}

/// Whether a method can be called on a place as written.
fn is_chainable(place: &ast::Expr) -> bool {
    matches!(
        place,
        ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_) | ast::Expr::IndexExpr(_)
    )
}

/// Whether a variable is a parameter of type `Option` of a shared reference or a number.
fn is_copied(value: &ast::Expr) -> bool {
    let written = types_shown::owned(value).and_then(|it| it.written);
    written.is_some_and(|ty| {
        let held = arguments_of(&ty).first().copied().unwrap_or_default();
        types_shown::head_of(&ty) == "Option" && is_copied_type(held)
    })
}

/// Whether the result comes from a side effect, which a test would hide.
fn acts(asked: &ast::Expr) -> bool {
    asked.syntax().descendants().any(|node| {
        if let Some(call) = ast::MethodCallExpr::cast(node.clone()) {
            return call.name_ref().is_some_and(|name| is_deed(name.text()));
        }
        let function = ast::CallExpr::cast(node).and_then(|call| call.expr());
        let Some(ast::Expr::PathExpr(path)) = function else {
            return false;
        };
        let name = path.path().and_then(|path| path.segment()?.name_ref());
        name.is_some_and(|name| is_deed(name.text()))
    })
}
