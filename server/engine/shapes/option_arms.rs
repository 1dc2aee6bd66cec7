//! The two arms of a `match` or `if let` that tests whether an `Option` or a `Result` contains a value.

use ra_ap_syntax::{
    AstNode, Edition, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasName},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, RustVersion,
        attributes::has_condition_inside,
        flow,
        known::{Fact, is_known, tells},
        layout, patterns, types_shown,
    },
    text::TextRange,
};

pub(super) struct Arms {
    pub(super) keyword: TextRange,
    /// The scrutinee.
    pub(super) value: ast::Expr,
    /// The path of the variant with the contained value, as written.
    pub(super) holds: String,
    /// The pattern of the contained value.
    pub(super) pattern: ast::Pat,
    /// The result if there is a contained value.
    pub(super) given: ast::Expr,
    /// The other pattern, or `None` for an `else`.
    pub(super) rest: Option<ast::Pat>,
    pub(super) otherwise: ast::Expr,
}

impl Arms {
    pub(super) fn of(node: &SyntaxNode) -> Option<Self> {
        let (keyword, value, [(some, given), (rest, otherwise)]) = match node.kind() {
            SyntaxKind::MATCH_EXPR => of_match(&ast::MatchExpr::cast(node.clone())?)?,
            SyntaxKind::IF_EXPR => of_if(&ast::IfExpr::cast(node.clone())?)?,
            _ => return None,
        };
        let ast::Pat::TupleStructPat(some) = some? else {
            return None;
        };
        let mut fields = some.fields();
        let (Some(pattern), None) = (fields.next(), fields.next()) else {
            return None;
        };
        Some(Self {
            keyword,
            value,
            holds: some.path()?.syntax().text().to_string(),
            pattern,
            given,
            rest,
            otherwise,
        })
    }
}

/// Whether a choice is a `match`, which keeps temporaries of the scrutinee as long as a method call would.
pub(super) fn is_match(node: &SyntaxNode) -> bool {
    ast::MatchExpr::can_cast(node.kind())
}

/// The name of the variable, if the pattern is a plain one.
pub(super) fn variable(pattern: &ast::Pat) -> Option<String> {
    let ast::Pat::IdentPat(variable) = pattern else {
        return None;
    };
    let is_plain = variable.mut_token().is_none()
        && variable.ref_token().is_none()
        && variable.pat().is_none();
    let name = variable.name()?.text().to_string();
    let begins_small = name.starts_with(|first: char| first.is_lowercase() || first == '_');
    (is_plain && begins_small).then_some(name)
}

/// Checks that a method call can replace a choice. The method is one of `methods`, which are available since `version`.
pub(super) fn check_place(
    node: &SyntaxNode,
    context: FileContext,
    version: RustVersion,
    methods: &[&str],
) -> Result<(), Refusal> {
    // A package of an older edition that declares no minimum version may well be built with an old compiler.
    let is_old = version > RustVersion::FIRST
        && context.edition < Edition::Edition2021
        && context.rust_version.is_none();
    if is_old || !context.supports(version) {
        return Err(Refusal::because(
            Hazard::Edition,
            "The package's minimum Rust version doesn't have the method.",
        ));
    }
    if !flow::is_run(node) {
        return Err(Refusal::because(
            Hazard::Constants,
            "Closures can't be called in this `const` or `async` block or `const fn`.",
        ));
    }
    // A panic in a closure would report the closure's location.
    let function = node.ancestors().find_map(ast::Fn::cast);
    let is_tracked = |it: ast::Attr| it.syntax().text().to_string().contains("track_caller");
    if function.is_some_and(|it| it.attrs().any(is_tracked)) {
        return Err(Refusal::because(
            Hazard::Scope,
            "The function is `#[track_caller]`, and a closure inside it would not be.",
        ));
    }
    let declared = FileNames::around_node(node);
    if declared.has_own_some_or_ok() || methods.iter().any(|name| declared.has_method(name)) {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file defines its own `Some`, `None`, `Ok` or `Err`, or the method itself.",
        ));
    }
    if has_condition_inside(node) || layout::has_comment(node) {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment or a `#[cfg]` has no place in the new code.",
        ));
    }
    Ok(())
}

/// Whether a call likely returns an `Option` or a `Result` by value, judging by its name. References to a `Result` are rare,
/// and references to an `Option` are mostly fields.
pub(super) fn is_likely_value(value: &ast::Expr, is_of_result: bool) -> bool {
    const MAKE: [&str; 16] = [
        "as_", "checked_", "decode_", "find_", "from_", "into_", "lookup_", "next_", "parse_",
        "pop_", "read_", "remove_", "resolve_", "take_", "to_", "try_",
    ];
    match value {
        ast::Expr::AwaitExpr(it) => it
            .expr()
            .is_some_and(|inner| is_likely_value(&inner, is_of_result)),
        ast::Expr::CallExpr(call) => {
            let Some(ast::Expr::PathExpr(callee)) = call.expr() else {
                return false;
            };
            let name = callee.path().and_then(|path| path.segment()?.name_ref());
            let is_local = !types_shown::bindings_of(&callee).is_empty();
            name.is_some_and(|name| {
                let own = FileNames::around(call).called(name.text()).next().is_some();
                let begins_small = name.text().starts_with(|it: char| it.is_lowercase());
                !is_local && !own && begins_small && !is_open_name(name.text())
            })
        }
        ast::Expr::MethodCallExpr(call) => {
            let Some(name) = call.name_ref() else {
                return false;
            };
            let declared = FileNames::around(call);
            let is_other = is_known(call, Fact::HandsOut)
                || is_known(call, Fact::Views)
                || declared.has_method(name.text())
                || is_open_name(name.text());
            let is_made = MAKE.iter().any(|start| name.text().starts_with(start));
            let is_part = matches!(name.text(), "result" | "status" | "outcome" | "get_or_init");
            let is_adapted = matches!(
                name.text(),
                "and_then" | "or_else" | "ok" | "filter" | "xor"
            );
            !is_other && (is_made || is_adapted || (is_of_result && !is_part))
        }
        _ => false,
    }
}

/// Whether functions of this name may return whatever type is inferred.
fn is_open_name(name: &str) -> bool {
    tells(name, Fact::Wanted) || tells(name, Fact::Generic)
}

type Found = (TextRange, ast::Expr, [(Option<ast::Pat>, ast::Expr); 2]);

fn of_match(choice: &ast::MatchExpr) -> Option<Found> {
    let [first, second] = patterns::two_plain_arms(choice)?;
    let of = |arm: &ast::MatchArm| Some((arm.pat(), without_block(&arm.expr()?)?));
    let (first, second) = (of(&first)?, of(&second)?);
    let is_error = |pattern: &ast::TupleStructPat| {
        pattern
            .path()
            .is_some_and(|path| path.syntax().text() == "Err")
    };
    let is_first =
        matches!(&first.0, Some(ast::Pat::TupleStructPat(pattern)) if !is_error(pattern));
    // A leading `_` would match everything.
    if matches!(first.0, Some(ast::Pat::WildcardPat(_))) {
        return None;
    }
    let arms = if is_first {
        [first, second]
    } else {
        [second, first]
    };
    Some((choice.match_token()?.text_range(), choice.expr()?, arms))
}

fn of_if(choice: &ast::IfExpr) -> Option<Found> {
    let ast::Expr::LetExpr(condition) = choice.condition()? else {
        return None;
    };
    let [then, other] = branches(choice)?;
    Some((
        choice.if_token()?.text_range(),
        condition.expr()?,
        [(Some(condition.pat()?), then), (None, other)],
    ))
}

/// The values of the branches of an `if` with an `else`, if each is a single expression.
pub(super) fn branches(choice: &ast::IfExpr) -> Option<[ast::Expr; 2]> {
    let ast::ElseBranch::Block(other) = choice.else_branch()? else {
        return None;
    };
    if choice.attrs().next().is_some() {
        return None;
    }
    let then = without_block(&choice.then_branch()?.into())?;
    Some([then, without_block(&other.into())?])
}

/// The only expression of a block, or an expression that isn't a block.
fn without_block(expr: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::BlockExpr(block) = expr else {
        return (!flow::is_block_like(expr)).then(|| expr.clone());
    };
    let list = block.stmt_list()?;
    let is_plain = block.modifier().is_none()
        && block.label().is_none()
        && list.statements().next().is_none()
        && list.attrs().next().is_none();
    let tail = list.tail_expr().filter(|tail| !flow::is_block_like(tail))?;
    is_plain.then_some(tail)
}
