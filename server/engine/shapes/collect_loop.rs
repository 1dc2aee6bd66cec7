//! A loop that only fills a collection that starts empty, which `collect` expresses by name.

use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList},
};

use super::loop_source::{self, Source, Wraps, mentions};
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, closures, conversions, flow,
        inference_order, layout,
        negation::{self, Negated},
        purity, scopes,
        scopes::Names,
        types_shown::{self, Ground},
        uses::{Uses, is_declared_once},
    },
    text::TextRange,
};

mod parts;
mod writing;

use parts::Parts;
pub(super) use parts::is_plain as is_plain_pattern;
pub(super) use writing::constructor;

/// A loop that `collect` can replace.
#[derive(Debug, Clone)]
pub struct CollectLoop {
    /// From the collection's declaration to the value returned after the loop.
    pub whole: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// The collection's name in its declaration.
    pub variable: TextRange,
    /// Whether the loop is known to go over an iterator, and a negated condition to be the exact opposite.
    pub ground: Ground,
    /// Number of lines saved.
    pub saved: usize,
}

impl CollectLoop {
    /// Returns the shape at a `for` and its replacement.
    pub fn of<'a>(
        found: &ast::ForExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(found).ok_or(Refusal::NotHere)?;
        check_place(&parts)?;
        let uses = uses_behind(&parts)?;
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
                "The new code would take as many lines.",
            ));
        }
        let ground = asked.as_ref().map_or(Ground::Shown, Asked::ground);
        let ground = ground.max(ground_of_constructor(&parts, &source)?);
        let ground = ground.max(ground_of_keys(&parts));
        let shape = Self {
            whole: parts.whole,
            keyword: parts.keyword,
            variable: parts.variable.syntax().text_range(),
            ground: source.ground.max(ground),
            saved,
        };
        Ok((shape, rewrite))
    }

    /// The variable of the collection in such a loop, with the expressions that are tested and added.
    pub fn outline(found: &ast::ForExpr) -> Option<(SyntaxNode, Vec<ast::Expr>)> {
        let parts = Parts::of(found)?;
        let asked = parts.condition.into_iter().chain(parts.added);
        Some((parts.variable.syntax().clone(), asked.collect()))
    }

    /// Whether the loop both filters and maps, which takes a chain of two steps.
    pub fn filters_and_maps(found: &ast::ForExpr) -> bool {
        let Some(parts) = Parts::of(found).filter(|it| it.condition.is_some()) else {
            return false;
        };
        let element = parts.pattern.syntax().text().to_string();
        let element = element.trim_start_matches('&');
        let is_element = |added: &ast::Expr| {
            let added = added.syntax().text().to_string();
            let added = added.trim_start_matches(['&', '*']);
            let copied = [".clone()", ".to_owned()", ".to_string()"];
            let copied = copied.iter().find_map(|it| added.strip_suffix(it));
            copied.unwrap_or(added) == element
        };
        !parts.added.iter().all(is_element)
    }
}

/// How the collection is used after the loop.
fn uses_behind(parts: &Parts) -> Result<Uses, Refusal> {
    if parts.is_tail {
        return Ok(Uses::Read);
    }
    let is_plain = is_declared_once(parts.found.syntax(), &parts.name);
    let found = Uses::behind(&parts.around, parts.whole.end(), &parts.name);
    found
        .filter(|uses| is_plain && *uses != Uses::Unknown)
        .ok_or_else(|| {
            Refusal::because(
                Hazard::Scope,
                "It can't be shown whether more is added to the collection later.",
            )
        })
}

/// How certain it is that the same one of several equal keys is kept: sorted collections keep the first when inserting, and the
/// last when collecting.
fn ground_of_keys(parts: &Parts) -> Ground {
    if parts.collection.starts_with("BTree") {
        Ground::Likely
    } else {
        Ground::Shown
    }
}

/// How certain it is that a struct or variant constructor takes the elements without a coercion.
fn ground_of_constructor(parts: &Parts, source: &Source) -> Result<Ground, Refusal> {
    let function = parts
        .added
        .first()
        .and_then(|added| writing::constructor(added, &parts.pattern));
    let Some(function) = function.filter(|_| parts.added.len() == 1) else {
        return Ok(Ground::Shown);
    };
    match conversions::takes_as_it_is(&function) {
        Some(true) => Ok(Ground::Shown),
        None if source.wraps == Wraps::Parentheses => Ok(Ground::Shown),
        None => Ok(Ground::Likely),
        Some(false) => Err(Refusal::because(
            Hazard::Types,
            "The elements may be coerced to the field type of the struct.",
        )),
    }
}

/// The condition for adding an element.
pub(super) enum Asked {
    Condition(ast::Expr),
    /// The negation of the condition for skipping an element.
    Opposite(ast::Expr, Negated),
}

impl Asked {
    fn of(parts: &Parts, source: &Source) -> Result<Option<Self>, Refusal> {
        let Some(condition) = &parts.condition else {
            return Ok(None);
        };
        check_code(condition.syntax())?;
        let variables = variables_of(&parts.pattern);
        let asks = variables
            .iter()
            .any(|name| mentions(condition.syntax(), Some(name)));
        check_both_closures(parts, condition, &variables)?;
        if !asks || !source.has_copied_elements() {
            return Err(Refusal::because(
                Hazard::Types,
                "It can't be shown that the elements are `Copy`, which `filter` needs here.",
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
                "`filter_map` would be shorter.",
            ));
        }
        if !parts.skips {
            return Ok(Some(Self::Condition(condition.clone())));
        }
        let opposite = negation::negated(condition)?;
        if opposite.is_awkward {
            return Err(Refusal::because(
                Hazard::Negation,
                "The negated condition is harder to read than the loop.",
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

/// Checks that both the condition and the added value can move into closures of their own.
fn check_both_closures(
    parts: &Parts,
    condition: &ast::Expr,
    variables: &[String],
) -> Result<(), Refusal> {
    let asked = Names::in_node(condition.syntax());
    let made = |name: &str| {
        parts
            .added
            .iter()
            .any(|it| Names::in_node(it.syntax()).has(name))
    };
    if !variables.iter().all(|name| asked.has(name) && made(name)) {
        return Err(Refusal::because(
            Hazard::Text,
            "One of the closures would not use every variable of the pattern.",
        ));
    }
    let body = closures::Body {
        held: None,
        declared: &FileNames::around_node(condition.syntax()),
        types: types_shown::TypesBy::Syntax,
    };
    let is_lent = |path: ast::PathExpr| match scopes::as_name(&path.clone().into()) {
        Some(name) if variables.contains(&name) => true,
        Some(name) if made(&name) => {
            closures::has_copied_type(&path)
                || (name != "self" && types_shown::bindings_of(&path).is_empty())
        }
        _ => true,
    };
    let paths = condition.syntax().descendants();
    let only_look = body.looks(condition) && parts.added.iter().all(|it| body.looks(it));
    if !only_look && !paths.filter_map(ast::PathExpr::cast).all(is_lent) {
        return Err(Refusal::because(
            Hazard::Borrows,
            "Both closures would borrow a variable that one of them may modify.",
        ));
    }
    Ok(())
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
    if !declared.types(parts.collection).is_empty() || is_imported_from_elsewhere(parts) {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file defines its own type with the name of a collection.",
        ));
    }
    if parts.is_tail && !layout::keeps_braces(&parts.around, parts.whole) {
        return Err(Refusal::because(
            Hazard::Text,
            "The braces around the loop might become redundant.",
        ));
    }
    Ok(())
}

/// Whether the file imports a collection of that name that may not be from the standard library.
fn is_imported_from_elsewhere(parts: &Parts) -> bool {
    let root = parts.around.ancestors().last();
    let imports = root.iter().flat_map(SyntaxNode::descendants);
    let imports = imports.filter_map(ast::Use::cast).filter(|it| {
        let names = it.syntax().descendants_with_tokens();
        let mut names = names.filter_map(NodeOrToken::into_token);
        names.any(|name| name.text() == parts.collection)
    });
    imports
        .map(|it| it.syntax().text().to_string())
        .any(|text| !text.contains("collections") && !text.contains("std::vec"))
}

/// Whether equal keys may be distinguishable: a sorted collection that is built from a list keeps the last of them.
fn may_tell_keys_apart(parts: &Parts) -> bool {
    let declared = FileNames::around_node(parts.found.syntax());
    let is_sorted = parts.collection.starts_with("BTree");
    is_sorted
        && (declared.has_drop()
            || ["Eq", "Ord", "PartialEq", "PartialOrd"]
                .iter()
                .any(|name| declared.implements(name)))
}

/// Checks that the added values can move into a closure, and have the element type of the collection.
fn check_added(parts: &Parts) -> Result<(), Refusal> {
    for added in &parts.added {
        check_code(added.syntax())?;
        let never = flow::expr_diverges(added) || conversions::is_never(added);
        if never || inference_order::is_what_is_wanted(added) {
            return Err(Refusal::because(
                Hazard::Types,
                "The type of the added value may only be inferred from the collection.",
            ));
        }
    }
    if may_tell_keys_apart(parts) {
        return Err(Refusal::because(
            Hazard::Drops,
            "Equal keys may be distinguishable, and a different one would be kept.",
        ));
    }
    let Some(ty) = &parts.ty else {
        return Ok(());
    };
    let ty = ty.syntax().text().to_string();
    let declared = FileNames::around_node(parts.found.syntax());
    if !ty.starts_with(parts.collection) || conversions::holds_target(&ty, &declared) {
        return Err(Refusal::because(
            Hazard::Types,
            "The added value may be coerced to the written type.",
        ));
    }
    Ok(())
}

/// Methods that change their receiver, which is unexpected in a `map`.
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

/// Checks that code can move into a closure.
pub(super) fn check_code(code: &SyntaxNode) -> Result<(), Refusal> {
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
            "The loop body may exit the function, which a closure can't.",
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
            "The loop body does more than compute a value.",
        ));
    }
    Ok(())
}

/// Checks that a closure can replace the code, and that Clippy has no shorter form of it.
fn check_borrows(parts: &Parts, source: &Source, context: FileContext) -> Result<(), Refusal> {
    let code = || parts.added.iter().chain(&parts.condition);
    let over = Names::in_node(parts.iterable.syntax());
    let is_named = code().any(|code| Names::in_node(code.syntax()).has(&parts.name));
    if is_named || over.has(&parts.name) {
        return Err(Refusal::because(
            Hazard::Scope,
            "The loop reads the collection that it fills.",
        ));
    }
    // Closures of these editions capture whole variables, not just the fields that they use.
    let is_pure = |code: &ast::Expr| purity::is_pure(code);
    let shares =
        code().any(|code| !is_pure(code) && mentions(code.syntax(), source.root.as_deref()));
    if context.edition < Edition::Edition2021 && shares {
        return Err(Refusal::because(
            Hazard::Borrows,
            "A closure would borrow the whole variable that the loop iterates over.",
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
            "There is a shorter form for this value, which depends on the element type.",
        ));
    }
    Ok(())
}

/// Whether Clippy suggests a shorter form than a closure that returns this value.
pub(super) fn has_own_form(added: &ast::Expr, pattern: &ast::Pat) -> bool {
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
