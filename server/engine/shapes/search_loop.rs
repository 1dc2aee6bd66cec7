//! A loop that only searches for an element, which `any`, `all`, `position` and `find` express by name.

use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SyntaxNode, SyntaxToken, T,
    ast::{self, HasArgList, HasName},
};

use super::loop_source::{self, Source, mentions};
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, flow, layout,
        negation::{self, Negated},
        purity,
        scopes::{self, Names},
        types_shown::{Ground, TypesBy},
    },
    text::TextRange,
};

mod parts;
mod writing;

use parts::{Asks, Gives, Parts};

/// A loop that an iterator method can replace.
#[derive(Debug, Clone)]
pub struct SearchLoop {
    /// From the declaration before the loop to the value returned after it.
    pub whole: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// The equivalent method.
    pub method: &'static str,
    /// Whether the loop is known to go over an iterator, and a negated condition to be the exact opposite.
    pub ground: Ground,
    /// Whether the loop counts only to index elements, and should use an iterator over them first.
    pub goes_by_index: bool,
    /// Number of lines saved.
    pub saved: usize,
}

impl SearchLoop {
    /// Returns the shape at a `for` and its replacement.
    pub fn of<'a>(
        found: &ast::ForExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        Self::with(found, text, context, TypesBy::Syntax)
    }

    /// Like `of`, where `types` decides who checks the types.
    pub fn with<'a>(
        found: &ast::ForExpr,
        text: &'a str,
        context: FileContext,
        types: TypesBy,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(found).ok_or(Refusal::NotHere)?;
        check_place(&parts)?;
        check_layout(&parts)?;
        let source = Source::lending(&parts.iterable, types)?;
        if parts.gives == Gives::Element && !source.has_copied_elements() {
            return Err(Refusal::because(
                Hazard::Types,
                "It can't be shown that the elements are `Copy`.",
            ));
        }
        let predicate = Predicate::of(&parts);
        check_condition(&parts, &predicate, &source, context)?;
        let rewrite = writing::rewrite(&parts, &source, &predicate, text, context)
            .ok_or_else(Refusal::of_layout)?;
        let shape = Self {
            whole: parts.whole,
            keyword: parts.keyword,
            method: predicate.method,
            ground: source.ground.max(predicate.ground()),
            goes_by_index: goes_by_index(&parts),
            saved: rewrite.saved_lines(),
        };
        Ok((shape, rewrite))
    }

    /// The condition that such a loop tests for each element, and the equivalent method.
    pub fn outline(found: &ast::ForExpr) -> Option<(SyntaxNode, &'static str)> {
        let parts = Parts::of(found)?;
        (!goes_by_index(&parts)).then(|| (parts.asks.node(), Predicate::of(&parts).method))
    }
}

/// Whether the loop is `for i in 0..a.len()` and tests `a[i]`.
fn goes_by_index(parts: &Parts) -> bool {
    let ast::Expr::RangeExpr(_) = &parts.iterable else {
        return false;
    };
    let counter = parts.pattern.syntax().text().to_string();
    // Compares tokens, since macro input has no expressions.
    let tokens = parts.asks.node().descendants_with_tokens();
    let tokens = tokens.filter_map(NodeOrToken::into_token);
    let tokens: Vec<SyntaxToken> = tokens.filter(|it| !it.kind().is_trivia()).collect();
    tokens.windows(3).any(|three| {
        three[0].kind() == T!['[']
            && three[1].text() == counter.as_str()
            && three[2].kind() == T![']']
    })
}

/// The condition for each element, and the method to use.
struct Predicate {
    method: &'static str,
    /// Whether the whole is negated by a `!`.
    is_negated: bool,
    /// The negated condition, if the opposite is tested.
    opposite: Option<Negated>,
}

impl Predicate {
    fn ground(&self) -> Ground {
        let opposite = self.opposite.as_ref();
        opposite.map_or(Ground::Shown, |it| it.ground)
    }

    fn of(parts: &Parts) -> Self {
        let method = match &parts.gives {
            Gives::True => "any",
            Gives::False => "all",
            Gives::Index => "position",
            Gives::Element => "find",
        };
        if parts.gives != Gives::False {
            return Self {
                method,
                is_negated: false,
                opposite: None,
            };
        }
        let opposite = match &parts.asks {
            Asks::Condition(condition) => negation::negated(condition).ok(),
            Asks::Pattern(_) => None,
        };
        // `!any(a && b)` is easier to read than `all(!a || !b)`.
        let is_plain = |it: &Negated| !it.is_awkward && !it.text.contains(" || ");
        match opposite.filter(is_plain) {
            Some(opposite) => Self {
                method,
                is_negated: false,
                opposite: Some(opposite),
            },
            None => Self {
                method: "any",
                is_negated: true,
                opposite: None,
            },
        }
    }
}

/// Whether a condition tests two values for equality.
fn is_equation(condition: &ast::Expr) -> bool {
    let ast::Expr::BinExpr(it) = condition else {
        return false;
    };
    let equal = ast::BinaryOp::CmpOp(ast::CmpOp::Eq { negated: false });
    it.op_kind() == Some(equal)
}

fn check_place(parts: &Parts) -> Result<(), Refusal> {
    let called = ["all", "any", "find", "position"];
    loop_source::check_place(&parts.around, &parts.found, parts.whole, &called)?;
    let declared = FileNames::around_node(parts.found.syntax());
    if matches!(parts.gives, Gives::Index | Gives::Element)
        && (declared.has_variant("Some") || declared.imports("Some"))
    {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file defines its own `Some` or `None`.",
        ));
    }
    Ok(())
}

/// A block with a single expression keeps its braces only where the syntax requires them.
fn check_layout(parts: &Parts) -> Result<(), Refusal> {
    if parts.is_tail() && !layout::keeps_braces(&parts.around, parts.whole) {
        return Err(Refusal::because(
            Hazard::Text,
            "The braces around the loop might become redundant.",
        ));
    }
    Ok(())
}

fn check_condition(
    parts: &Parts,
    predicate: &Predicate,
    source: &Source,
    context: FileContext,
) -> Result<(), Refusal> {
    let asked = parts.asks.node();
    check_flow(&asked)?;
    let names = Names::in_node(&asked);
    let over = Names::in_node(parts.iterable.syntax());
    let hidden = [parts.variable.as_ref(), parts.index.as_ref()];
    let mut hidden = hidden.into_iter().flatten().filter_map(HasName::name);
    if hidden.any(|name| names.has(name.text()) || over.has(name.text())) {
        return Err(Refusal::because(
            Hazard::Scope,
            "The condition uses a variable that would be removed.",
        ));
    }
    let is_pure = matches!(&parts.asks, Asks::Condition(it) if purity::is_pure(it));
    // Closures of these editions capture whole variables, not just the fields that they use.
    if context.edition < Edition::Edition2021
        && !is_pure
        && mentions(&asked, source.root.as_deref())
    {
        return Err(Refusal::because(
            Hazard::Borrows,
            "A closure would borrow the whole variable that the loop iterates over.",
        ));
    }
    if parts.is_tail() && source.may_have_drop && context.edition < Edition::Edition2024 {
        return Err(Refusal::because(
            Hazard::TailTemporaries,
            "The iterator would live longer than the variables of the function.",
        ));
    }
    check_lints(parts, predicate)
}

/// Checks for control flow that a closure can't express, and for macros that may hide it.
fn check_flow(asked: &SyntaxNode) -> Result<(), Refusal> {
    let jumps = !flow::escapes(asked).is_empty();
    let declared = FileNames::around_node(asked);
    let is_opaque = |node: SyntaxNode| {
        let Some(call) = ast::MacroCall::cast(node) else {
            return false;
        };
        let name = call.path().map(|path| path.syntax().text().to_string());
        let is_known = name.as_deref() == Some("matches") && !declared.has_macro("matches");
        let input = call.token_tree().map(|tree| tree.syntax().to_string());
        let leaves = |input: String| {
            ["?", "return", "await", "break", "continue", "!"]
                .iter()
                .any(|word| input.contains(word))
        };
        !is_known || input.is_none_or(leaves)
    };
    if jumps || asked.descendants().any(is_opaque) {
        return Err(Refusal::because(
            Hazard::ControlFlow,
            "The condition may exit the function, which a closure can't.",
        ));
    }
    if asked.descendants().any(|it| has_effect(&it)) {
        return Err(Refusal::because(
            Hazard::Evaluation,
            "The condition has side effects, which are unexpected in a search.",
        ));
    }
    Ok(())
}

fn has_effect(node: &SyntaxNode) -> bool {
    if let Some(operation) = ast::BinExpr::cast(node.clone()) {
        return matches!(operation.op_kind(), Some(ast::BinaryOp::Assignment { .. }));
    }
    if let Some(call) = ast::MethodCallExpr::cast(node.clone()) {
        return call
            .name_ref()
            .is_some_and(|it| it.text().ends_with("_mut"));
    }
    ast::RefExpr::cast(node.clone()).is_some_and(|it| it.mut_token().is_some())
}

/// Rejects forms that Clippy would report.
fn check_lints(parts: &Parts, predicate: &Predicate) -> Result<(), Refusal> {
    let Asks::Condition(condition) = &parts.asks else {
        return Ok(());
    };
    if predicate.is_negated && (denies(condition) || compares_by_order(condition)) {
        return Err(Refusal::because(
            Hazard::Negation,
            "The condition would be negated twice.",
        ));
    }
    let bound = scopes_name(&parts.pattern);
    let asked = match condition {
        ast::Expr::PrefixExpr(it) if predicate.opposite.is_some() => it.expr(),
        _ => Some(condition.clone()),
    };
    let is_element = |operand: Option<ast::Expr>| {
        operand.is_some_and(|operand| scopes::as_name(&bare(operand)) == bound)
    };
    let is_redundant = match &asked {
        // The function itself could replace the closure, if the types are the same.
        Some(ast::Expr::CallExpr(call)) if bound.is_some() => {
            let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
            let mut arguments = arguments.map(|it| scopes::as_name(&it));
            let first = arguments.next().flatten();
            (first.is_some() && first == bound && arguments.next().is_none()) || is_bare_call(call)
        }
        Some(ast::Expr::BinExpr(comparison)) => {
            let last = last_method(&parts.iterable);
            let views = last.is_none_or(|last| last == "iter");
            views
                && predicate.method == "any"
                && is_equation(condition)
                && bound.is_some()
                && (is_element(comparison.lhs()) || is_element(comparison.rhs()))
        }
        Some(other) => scopes::as_name(other).is_some(),
        None => true,
    };
    let last = last_method(&parts.iterable);
    let is_counted = condition.syntax().text().to_string().contains("is_ascii()")
        && last.as_deref() == Some("chars");
    if is_redundant || is_counted || last.as_deref() == Some("cloned") {
        return Err(Refusal::because(
            Hazard::Text,
            "There is a shorter form for this condition, which depends on the element type.",
        ));
    }
    Ok(())
}

/// Whether a condition, or one of its operands, is negated.
fn denies(condition: &ast::Expr) -> bool {
    match condition {
        ast::Expr::PrefixExpr(it) => it.op_kind() == Some(ast::UnaryOp::Not),
        ast::Expr::ParenExpr(it) => it.expr().is_some_and(|it| denies(&it)),
        ast::Expr::BinExpr(it) if matches!(it.op_kind(), Some(ast::BinaryOp::LogicOp(_))) => {
            let mut operands = [it.lhs(), it.rhs()].into_iter().flatten();
            operands.any(|operand| denies(&operand))
        }
        _ => false,
    }
}

/// Whether a condition, or one of its operands, is an ordering comparison. The whole is negated, and only the user knows
/// whether the reversed comparison is the same.
fn compares_by_order(condition: &ast::Expr) -> bool {
    match condition {
        ast::Expr::ParenExpr(it) => it.expr().is_some_and(|it| compares_by_order(&it)),
        ast::Expr::BinExpr(it) => match it.op_kind() {
            Some(ast::BinaryOp::LogicOp(_)) => {
                let mut operands = [it.lhs(), it.rhs()].into_iter().flatten();
                operands.any(|operand| compares_by_order(&operand))
            }
            Some(ast::BinaryOp::CmpOp(ast::CmpOp::Ord { .. })) => true,
            _ => false,
        },
        _ => false,
    }
}

/// Whether a call has no arguments.
fn is_bare_call(call: &ast::CallExpr) -> bool {
    call.arg_list()
        .is_none_or(|list| list.args().next().is_none())
}

/// The only name that a pattern binds, ignoring references around it.
fn scopes_name(pattern: &ast::Pat) -> Option<String> {
    match pattern {
        ast::Pat::IdentPat(it) => it.name().map(|name| name.text().to_string()),
        ast::Pat::RefPat(it) => scopes_name(&it.pat()?),
        _ => None,
    }
}

/// An operand without references and dereferences around it.
fn bare(operand: ast::Expr) -> ast::Expr {
    let inner = match &operand {
        ast::Expr::RefExpr(it) => it.expr(),
        ast::Expr::PrefixExpr(it) => it.expr(),
        ast::Expr::ParenExpr(it) => it.expr(),
        _ => None,
    };
    inner.map_or(operand, bare)
}

fn last_method(iterable: &ast::Expr) -> Option<String> {
    match iterable {
        ast::Expr::MethodCallExpr(call) => call.name_ref().map(|name| name.text().to_string()),
        ast::Expr::RangeExpr(_) | ast::Expr::ParenExpr(_) => Some(String::new()),
        _ => None,
    }
}
