//! A loop that only fills a collection which was empty before: what `collect` says by name.

use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList},
};

use super::loop_source::{self, Source, mentions};
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, flow, inference_order, layout,
        negation::{self, Negated},
        purity, scopes,
        scopes::Names,
        types_shown::Ground,
    },
    text::TextRange,
};

mod parts;
mod uses;
mod writing;

use parts::Parts;
use uses::Uses;

/// A loop that `collect` can replace.
#[derive(Debug, Clone)]
pub struct CollectLoop {
    /// From the declaration of the collection to what is given behind the loop.
    pub whole: TextRange,
    /// What is drawn.
    pub keyword: TextRange,
    /// The collection where it is declared.
    pub variable: TextRange,
    /// Whether it is shown that the loop goes over an iterator, and that the opposite of its condition is one.
    pub ground: Ground,
    /// The lines that go.
    pub saved: usize,
}

impl CollectLoop {
    /// The shape at a `for`, and what is written in its place.
    pub fn of<'a>(
        found: &ast::ForExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(found).ok_or(Refusal::NotHere)?;
        check_place(&parts)?;
        let uses = Uses::of(&parts)?;
        let source = Source::of(&parts.iterable, context)?;
        check_added(&parts)?;
        let asked = Asked::of(&parts, &source)?;
        check_borrows(&parts, &source, context)?;
        let plan = writing::Filling {
            parts: &parts,
            source: &source,
            asked: asked.as_ref(),
            stays_mutable: uses == Uses::Changed,
        };
        let rewrite = writing::rewrite(&plan, text, context).ok_or_else(Refusal::of_layout)?;
        let saved = rewrite.saved_lines();
        if saved == 0 {
            return Err(Refusal::because(
                Hazard::Text,
                "The new form would take as many lines.",
            ));
        }
        let ground = asked.as_ref().map_or(Ground::Shown, Asked::ground);
        let shape = Self {
            whole: parts.whole,
            keyword: parts.keyword,
            variable: parts.variable.syntax().text_range(),
            ground: source.ground.max(ground),
            saved,
        };
        Ok((shape, rewrite))
    }
}

/// What is asked before an element is added.
pub(super) enum Asked {
    Condition(ast::Expr),
    /// The opposite of what is asked before an element is skipped.
    Opposite(ast::Expr, Negated),
}

impl Asked {
    fn of(parts: &Parts, source: &Source) -> Result<Option<Self>, Refusal> {
        let Some(condition) = &parts.condition else {
            return Ok(None);
        };
        check_code(condition.syntax())?;
        let asks = variables_of(&parts.pattern)
            .iter()
            .any(|name| mentions(condition.syntax(), Some(name)));
        if !asks || !source.has_copied_elements() {
            return Err(Refusal::because(
                Hazard::Types,
                "It is not shown that the elements can be copied, so that they can be asked first.",
            ));
        }
        let takes_out = |node: SyntaxNode| {
            let name = ast::MethodCallExpr::cast(node).and_then(|call| call.name_ref());
            name.is_some_and(|name| matches!(name.text(), "expect" | "unwrap"))
        };
        if parts
            .added
            .iter()
            .any(|it| it.syntax().descendants().any(takes_out))
        {
            return Err(Refusal::because(
                Hazard::Text,
                "`filter_map` would be the shorter form.",
            ));
        }
        if !parts.skips {
            return Ok(Some(Self::Condition(condition.clone())));
        }
        let opposite = negation::negated(condition)?;
        if opposite.is_awkward {
            return Err(Refusal::because(
                Hazard::Negation,
                "The opposite of the condition is harder to read than the loop.",
            ));
        }
        Ok(Some(Self::Opposite(condition.clone(), opposite)))
    }

    fn ground(&self) -> Ground {
        match self {
            Self::Condition(_) => Ground::Shown,
            Self::Opposite(_, opposite) => opposite.ground,
        }
    }
}

/// The names that a pattern binds.
pub(super) fn variables_of(pattern: &ast::Pat) -> Vec<String> {
    let names = pattern.syntax().descendants().filter_map(ast::Name::cast);
    names.map(|name| name.text().to_string()).collect()
}

fn check_place(parts: &Parts) -> Result<(), Refusal> {
    let called = ["collect", "filter", "insert", "map", "push"];
    loop_source::check_place(&parts.around, &parts.found, parts.whole, &called)?;
    let declared = FileNames::around_node(parts.found.syntax());
    if !declared.types(parts.collection).is_empty() {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file has a type of its own with such a name.",
        ));
    }
    if parts.is_tail && !layout::keeps_braces(&parts.around, parts.whole) {
        return Err(Refusal::because(
            Hazard::Text,
            "The braces around the loop may have to go with it.",
        ));
    }
    Ok(())
}

/// What is added may stand in a closure, and is of the type that the collection holds.
fn check_added(parts: &Parts) -> Result<(), Refusal> {
    for added in &parts.added {
        check_code(added.syntax())?;
        if inference_order::is_what_is_wanted(added) {
            return Err(Refusal::because(
                Hazard::Types,
                "The type of what is added may be known only from the collection.",
            ));
        }
    }
    let Some(ty) = &parts.ty else {
        return Ok(());
    };
    let ty = ty.syntax().text().to_string();
    let may_convert = ["&", "*", "dyn ", "impl ", "fn(", "Box<", "Rc<", "Arc<"];
    if !ty.starts_with(parts.collection) || may_convert.iter().any(|part| ty.contains(part)) {
        return Err(Refusal::because(
            Hazard::Types,
            "What is added may be converted to the type that is written.",
        ));
    }
    Ok(())
}

/// Methods that change what they are called on, which nobody expects of `map`.
const ACTS: [&str; 14] = [
    "insert",
    "next",
    "next_back",
    "pop",
    "pop_back",
    "pop_front",
    "push",
    "push_back",
    "read",
    "recv",
    "remove",
    "send",
    "take",
    "write",
];

/// Code that has to stand in a closure.
fn check_code(code: &SyntaxNode) -> Result<(), Refusal> {
    let is_opaque = |node: SyntaxNode| {
        let Some(call) = ast::MacroCall::cast(node) else {
            return false;
        };
        let declared = FileNames::around_node(code);
        let name = call.path().map(|path| path.syntax().text().to_string());
        let name = name.unwrap_or_default();
        let is_known = matches!(&*name, "format" | "matches" | "vec") && !declared.has_macro(&name);
        let input = call.token_tree().map(|tree| tree.syntax().to_string());
        let leaves = |input: String| {
            ["?", "return", "await", "break", "continue", "!", "mut "]
                .iter()
                .any(|word| input.contains(word))
        };
        !is_known || input.is_none_or(leaves)
    };
    if !flow::escapes(code).is_empty() || code.descendants().any(is_opaque) {
        return Err(Refusal::because(
            Hazard::ControlFlow,
            "The loop's code may leave the function, which a closure can't do.",
        ));
    }
    let changes = code.descendants_with_tokens().any(|it| match it {
        NodeOrToken::Token(token) => token.kind() == SyntaxKind::MUT_KW,
        NodeOrToken::Node(node) => ast::BinExpr::cast(node)
            .is_some_and(|it| matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { .. }))),
    });
    let acts = |node: SyntaxNode| {
        let name = ast::MethodCallExpr::cast(node.clone()).and_then(|call| call.name_ref());
        node.kind() == SyntaxKind::STMT_LIST || name.is_some_and(|name| ACTS.contains(&name.text()))
    };
    if changes || code.descendants().any(acts) {
        return Err(Refusal::because(
            Hazard::Evaluation,
            "The loop's code does more than make a value.",
        ));
    }
    Ok(())
}

/// A closure can be called in place of the code, and clippy has no shorter form of it.
fn check_borrows(parts: &Parts, source: &Source, context: FileContext) -> Result<(), Refusal> {
    let code = || parts.added.iter().chain(&parts.condition);
    let over = Names::in_node(parts.iterable.syntax());
    let is_named = code().any(|code| Names::in_node(code.syntax()).has(&parts.name));
    if is_named || over.has(&parts.name) {
        return Err(Refusal::because(
            Hazard::Scope,
            "The loop asks for the collection that it fills.",
        ));
    }
    // A closure of these editions borrows whole variables, not the fields that it uses.
    let is_pure = |code: &ast::Expr| purity::is_pure(code);
    let shares =
        code().any(|code| !is_pure(code) && mentions(code.syntax(), source.root.as_deref()));
    if context.edition < Edition::Edition2021 && shares {
        return Err(Refusal::because(
            Hazard::Borrows,
            "A closure would borrow the whole variable that the loop goes over.",
        ));
    }
    if parts.is_tail && source.may_have_drop && context.edition < Edition::Edition2024 {
        return Err(Refusal::because(
            Hazard::TailTemporaries,
            "The iterator would live longer than the variables of the function.",
        ));
    }
    let is_short = parts
        .added
        .iter()
        .all(|added| has_own_form(added, &parts.pattern));
    if parts.added.len() == 1 && is_short {
        return Err(Refusal::because(
            Hazard::Text,
            "What is added has a shorter form of its own, which asks for the element's type.",
        ));
    }
    Ok(())
}

/// Whether clippy wants another form than a closure that gives this.
fn has_own_form(added: &ast::Expr, pattern: &ast::Pat) -> bool {
    let is_plain = matches!(pattern, ast::Pat::IdentPat(_));
    let variables = variables_of(pattern);
    let is_variable =
        |expr: &ast::Expr| scopes::as_name(expr).is_some_and(|name| variables.contains(&name));
    let calls = |node: SyntaxNode| {
        matches!(
            node.kind(),
            SyntaxKind::CALL_EXPR | SyntaxKind::METHOD_CALL_EXPR | SyntaxKind::MACRO_EXPR
        )
    };
    let is_same = variables
        .iter()
        .all(|name| !Names::in_node(added.syntax()).has(name));
    if is_same && !added.syntax().descendants().any(calls) {
        return true;
    }
    match added {
        ast::Expr::PathExpr(_) | ast::Expr::Literal(_) => !(is_plain && is_variable(added)),
        ast::Expr::PrefixExpr(it) => it.expr().is_some_and(|it| is_variable(&it)),
        ast::Expr::TupleExpr(_) => added.syntax().text() == pattern.syntax().text(),
        ast::Expr::MethodCallExpr(call) => {
            let name = call.name_ref().map(|name| name.text().to_string());
            let is_copy = matches!(name.as_deref(), Some("clone" | "cloned" | "copied"));
            is_copy && call.receiver().is_some_and(|it| is_variable(&it))
        }
        ast::Expr::CallExpr(call) => {
            let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
            let arguments: Vec<_> = arguments.collect();
            let is_whole = arguments.len() == 1 && is_variable(&arguments[0]);
            is_whole && writing::constructor(added, pattern).is_none()
        }
        _ => false,
    }
}
