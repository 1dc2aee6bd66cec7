//! A `match`, an `if` or a guard that a method of `Option` or `Result`, or `?`, expresses by name, where syntax alone doesn't
//! show that it can be used: the types are declared elsewhere, or the user has to move a comment.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList},
};

use super::{
    Outline, option_question::OptionQuestion, option_value::OptionValue,
    question_mark::QuestionMark,
};
use crate::{
    syntax::{
        FileContext, Hazard, Refusal, Rewrite, attributes::has_condition_inside, changes, closures,
        flow, layout, scopes, types_shown::TypesBy,
    },
    text::TextRange,
};

/// A choice that a method or operator expresses by name.
pub struct NamedChoice {
    /// The range to highlight.
    pub keyword: TextRange,
    /// The fallback value, or the one to return.
    pub otherwise: TextRange,
    /// The method's name, or `?`.
    pub name: &'static str,
    form: Form,
    node: SyntaxNode,
}

enum Form {
    Question,
    Value,
    QuestionMark,
}

impl NamedChoice {
    /// Returns the shape at a `match`, an `if` or a `let … else`, unless syntax alone proves it.
    pub fn of(node: &SyntaxNode, text: &str, context: FileContext) -> Option<Self> {
        let is_guard = ast::LetStmt::cast(node.clone()).map(|it| it.let_else().is_some());
        let found = match is_guard {
            Some(true) => of_question(node, text, context),
            None if has_two_ways(node) && has_short_head(node) => of_question(node, text, context)
                .or_else(|| of_value(node, text, context))
                .or_else(|| of_question_mark(node, text, context)),
            Some(false) | None => None,
        };
        found.filter(|_| flow::is_run(node) && !has_condition_inside(node))
    }

    /// Returns the range to replace and its replacement, provided that rustc accepts the types.
    pub fn rewrite<'a>(
        &self,
        text: &'a str,
        context: FileContext,
    ) -> Result<(TextRange, Rewrite<'a>), Refusal> {
        let (node, types) = (&self.node, TypesBy::Rustc);
        match self.form {
            Form::Question => OptionQuestion::with(node, text, context, types)
                .map(|(shape, rewrite)| (shape.whole, rewrite)),
            Form::Value => OptionValue::with(node, text, context, types)
                .map(|(shape, rewrite)| (shape.whole, rewrite)),
            Form::QuestionMark => QuestionMark::with(node, text, context, types)
                .map(|(shape, rewrite)| (shape.whole, rewrite)),
        }
    }
}

/// Whether a choice tests a single pattern, or several with one result. This check comes first, as it is cheap and
/// choices are frequent.
pub fn has_two_ways(node: &SyntaxNode) -> bool {
    if let Some(choice) = ast::MatchExpr::cast(node.clone()) {
        let arms = choice.match_arm_list().map(|it| it.arms());
        let (count, last) = arms
            .into_iter()
            .flatten()
            .fold((0, None), |(n, _), it| (n + 1, Some(it)));
        let is_rest = last.and_then(|it| it.pat());
        return count == 2 || matches!(is_rest, Some(ast::Pat::WildcardPat(_)));
    }
    let choice = ast::IfExpr::cast(node.clone());
    let condition = choice.and_then(|it| it.condition());
    matches!(condition, Some(ast::Expr::LetExpr(_)))
}

/// Whether a method can follow the scrutinee on its last line, and nothing is chained to the choice.
pub fn has_short_head(node: &SyntaxNode) -> bool {
    const LONGEST: usize = 3;
    let is_short = asked_of(node).is_some_and(|it| lines(&it) <= LONGEST && !is_search(&it));
    let parent = node.parent().map(|it| it.kind());
    is_short && parent != Some(SyntaxKind::IF_EXPR)
}

/// Whether the value fits in a short closure without side effects.
pub fn is_plain(value: &ast::Expr) -> bool {
    const LONGEST: usize = 5;
    let node = value.syntax();
    let changes = |node: SyntaxNode| match node.kind() {
        SyntaxKind::REF_EXPR => ast::RefExpr::cast(node).is_some_and(|it| it.mut_token().is_some()),
        SyntaxKind::BIN_EXPR => ast::BinExpr::cast(node)
            .is_some_and(|it| matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { .. }))),
        SyntaxKind::MACRO_CALL => ast::MacroCall::cast(node).is_some_and(|it| !is_plain_macro(&it)),
        _ => false,
    };
    lines(value) <= LONGEST
        && flow::escapes(node).is_empty()
        && !flow::expr_diverges(value)
        && !node.descendants().any(changes)
}

/// Whether a macro is known to produce a value without side effects.
fn is_plain_macro(call: &ast::MacroCall) -> bool {
    let name = call.path().map(|path| path.syntax().text().to_string());
    matches!(name.as_deref(), Some("format" | "matches" | "vec"))
}

/// The scrutinee of a choice or a guard.
fn asked_of(node: &SyntaxNode) -> Option<ast::Expr> {
    match node.kind() {
        SyntaxKind::MATCH_EXPR => ast::MatchExpr::cast(node.clone())?.expr(),
        SyntaxKind::LET_STMT => ast::LetStmt::cast(node.clone())?.initializer(),
        _ => match ast::IfExpr::cast(node.clone())?.condition()? {
            ast::Expr::LetExpr(it) => it.expr(),
            condition => Some(condition),
        },
    }
}

/// Whether both outcomes are regular values, as with an index where a value is or would be inserted.
fn is_search(asked: &ast::Expr) -> bool {
    let ast::Expr::MethodCallExpr(call) = asked else {
        return false;
    };
    let name = call.name_ref();
    name.is_some_and(|name| name.text().starts_with("binary_search"))
}

fn lines(expr: &ast::Expr) -> usize {
    expr.syntax().text().to_string().matches('\n').count() + 1
}

fn named(outline: &Outline, form: Form, node: &SyntaxNode) -> NamedChoice {
    NamedChoice {
        keyword: outline.keyword,
        otherwise: outline.otherwise,
        name: outline.method,
        form,
        node: node.clone(),
    }
}

/// Whether only the user or rustc can settle the refusal: it concerns types, or the location of a comment.
fn is_for_others(refusal: &Refusal, node: &SyntaxNode) -> bool {
    match refusal {
        Refusal::Because { hazard, .. } => match hazard {
            Hazard::Types | Hazard::Temporaries | Hazard::Evaluation => true,
            Hazard::Text => layout::has_comment(node),
            _ => false,
        },
        Refusal::NotHere => false,
    }
}

fn of_question(node: &SyntaxNode, text: &str, context: FileContext) -> Option<NamedChoice> {
    let (outline, version) = OptionQuestion::outline(node)?;
    let refusal = OptionQuestion::of(node, text, context).err()?;
    let is_known = context.supports(version);
    let borrows = matches!(
        refusal,
        Refusal::Because {
            hazard: Hazard::Borrows,
            ..
        }
    );
    let is_free = || {
        let asked = asked_of(node);
        asked.is_some_and(|it| !closures::conflict(&it, &outline.value, context.edition))
    };
    let is_reason = is_for_others(&refusal, node) || (borrows && is_free());
    // An expression with side effects isn't a plain test, whatever it returns.
    let is_its = is_known
        && is_reason
        && is_plain(&outline.value)
        && !changes::changes_lent(outline.value.syntax());
    is_its.then(|| named(&outline, Form::Question, node))
}

fn of_value(node: &SyntaxNode, text: &str, context: FileContext) -> Option<NamedChoice> {
    let outline = OptionValue::outline(node)?;
    if matches!(outline.method, "map_or" | "then" | "then_some") {
        return None;
    }
    let refusal = OptionValue::of(node, text, context).err()?;
    let is_fit = match outline.method {
        "unwrap_or_else" => is_made_anew(&outline.value),
        "map" => !matches!(outline.value, ast::Expr::PrefixExpr(_)) && !becomes_dyn(node),
        // Several lines read better after a `?` or in a `let … else`.
        "and_then" => lines(&outline.value) == 1,
        _ => true,
    };
    let is_its = is_fit && !layout::has_comment(node) && is_for_others(&refusal, node);
    (is_its && is_plain(&outline.value)).then(|| named(&outline, Form::Value, node))
}

/// Whether the choice is the function's result and contains a trait object: an arm is coerced to it, but a closure's result
/// isn't.
fn becomes_dyn(node: &SyntaxNode) -> bool {
    let mut around = node.ancestors();
    let returned = around.find_map(ast::Fn::cast).and_then(|it| it.ret_type());
    returned.is_some_and(|it| it.syntax().text().to_string().contains("dyn "))
}

/// Whether a fallback uses nothing that the value may have borrowed, and isn't a borrow itself.
fn is_made_anew(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::CallExpr(call) => call
            .expr()
            .is_some_and(|it| !it.syntax().text().to_string().ends_with("exit")),
        ast::Expr::MethodCallExpr(call) => {
            let root = scopes::root_of(value).and_then(|root| scopes::as_name(&root.into()));
            let takes_none = call.arg_list().is_some_and(|it| it.args().next().is_none());
            let leaves = call.name_ref().is_some_and(|it| it.text() == "exit");
            takes_none && !leaves && root.as_deref() != Some("self")
        }
        _ => !matches!(value, ast::Expr::RefExpr(_)),
    }
}

fn of_question_mark(node: &SyntaxNode, text: &str, context: FileContext) -> Option<NamedChoice> {
    let outline = QuestionMark::outline(node)?;
    let refusal = QuestionMark::of(node, text, context).err()?;
    let Refusal::Because { hazard, .. } = refusal else {
        return None;
    };
    let is_reason = matches!(
        hazard,
        Hazard::Types | Hazard::Temporaries | Hazard::Text | Hazard::Drops
    );
    let is_its = is_reason
        && !layout::has_comment(node)
        && is_plain(&outline.value)
        && !moves_more(&outline);
    is_its.then(|| named(&outline, Form::QuestionMark, node))
}

/// Whether the error moves a variable that only this path has to give up.
fn moves_more(outline: &Outline) -> bool {
    let parts = outline.value.syntax().descendants().filter(|it| {
        matches!(
            it.kind(),
            SyntaxKind::ARG_LIST | SyntaxKind::TUPLE_EXPR | SyntaxKind::RECORD_EXPR_FIELD
        )
    });
    let given = parts
        .flat_map(|it| it.children())
        .filter_map(ast::Expr::cast);
    let mut names = given.filter_map(|it| scopes::as_name(&it));
    names.any(|name| name.len() > 1 && !matches!(&*name, "err" | "error" | "source" | "self"))
}
