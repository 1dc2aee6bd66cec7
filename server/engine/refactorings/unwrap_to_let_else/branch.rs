//! A branch that tests a place, with `unwrap`s inside.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasAttrs},
};

use super::{Asked, comment, is_name, mentioned, shorter};
use crate::{
    refactorings::{Context, Hazard, Refusal},
    syntax::{
        FileContext, FileNames, Rewrite,
        layout::{self, width},
        replacing::Replaced,
        scopes::Names,
        tokens_of,
    },
    text::{TextRange, slice},
};

/// `if place.is_some() { … place.unwrap() … }`
pub(super) fn branch<'a>(
    choice: &ast::IfExpr,
    asked: &Asked,
    context: &'a Context<'_>,
) -> Result<(&'static str, Vec<Rewrite<'a>>), Refusal> {
    let text: &'a str = &context.source.text;
    let block = choice.then_branch().ok_or(Refusal::NotHere)?;
    let taken = match declared_first(&block, asked) {
        Some(declared) => Taken::at_once(&declared, text)?,
        None => Taken::where_needed(&block, asked, context)?,
    };
    Asked::check(choice, context)?;
    let other = match choice.else_branch() {
        Some(ast::ElseBranch::Block(it)) => Some(it.syntax().clone()),
        Some(ast::ElseBranch::IfExpr(it)) => Some(it.syntax().clone()),
        None => None,
    };
    if other.is_some_and(|it| asked.is_mentioned_in(&it)) {
        return Err(mentioned());
    }
    if !choice.syntax().text().contains_char('\n') {
        return Err(shorter());
    }
    let condition = choice.condition().ok_or(Refusal::NotHere)?;
    let condition = condition.syntax().text_range();
    let head = Rewrite::of(text, condition)
        .text(&format!("let {}({}) = ", asked.variant, taken.pattern))
        .keep(asked.place.syntax().text_range())
        .text(taken.view);
    if !fits(&head, context.source.context, text) {
        return Err(Refusal::of_layout());
    }
    let mut rewrites = taken.rewrites;
    rewrites.push(head);
    Ok(("Replace check and `unwrap` with `if let`", rewrites))
}

/// The binding that replaces the `unwrap`s of a branch.
struct Taken<'a> {
    pattern: String,
    /// The calls on the place before the `unwrap`.
    view: &'a str,
    rewrites: Vec<Rewrite<'a>>,
}

impl<'a> Taken<'a> {
    /// Takes the value in the first statement, so that nothing happens in between.
    fn at_once(declared: &DeclaredFirst, text: &'a str) -> Result<Self, Refusal> {
        let statement = declared.statement.syntax();
        if statement.next_sibling().is_none() {
            return Err(shorter());
        }
        let goes = layout::lines_that_go(statement, text).ok_or_else(comment)?;
        Ok(Self {
            pattern: declared.pattern.syntax().text().to_string(),
            view: slice(text, declared.view).ok_or(Refusal::NotHere)?,
            rewrites: vec![Rewrite::of(text, goes)],
        })
    }

    fn where_needed(
        block: &ast::BlockExpr,
        asked: &Asked,
        context: &'a Context<'_>,
    ) -> Result<Self, Refusal> {
        let text: &'a str = &context.source.text;
        let found = unwraps(block, asked)?;
        let is_alone = block.statements().next().is_none();
        let is_all = |call: &ast::Expr| is_alone && Some(call) == block.tail_expr().as_ref();
        if found.iter().any(|(call, _)| is_all(call)) {
            return Err(shorter());
        }
        let views = found.iter().filter_map(|(_, view)| slice(text, *view));
        let views: Vec<&str> = views.collect();
        let view = *views.first().ok_or(Refusal::NotHere)?;
        if views.iter().any(|it| *it != view) {
            return Err(mentioned());
        }
        if view == ".take()" {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "`take` would be called earlier than before.",
            ));
        }
        if view.is_empty() && FileNames::around(block).has_drop() {
            return Err(Refusal::because(
                Hazard::Drops,
                "The value would be dropped at the end of the branch, which might be observable.",
            ));
        }
        let name = fresh(asked, block).ok_or_else(mentioned)?;
        let places = found.iter().map(|it| it.0.syntax().text_range());
        let places: Vec<TextRange> = places.collect();
        let replaced = Replaced {
            places: &places,
            width: width(&name),
        };
        if !replaced.keeps_layout(block.syntax(), text, context.source.context) {
            return Err(Refusal::of_layout());
        }
        let rewrites = places
            .iter()
            .map(|at| Rewrite::of(text, *at).text(&name))
            .collect();
        Ok(Self {
            pattern: name,
            view,
            rewrites,
        })
    }
}

fn fits(head: &Rewrite<'_>, context: FileContext, text: &str) -> bool {
    let column = layout::column(text, head.range().start());
    !head.written().contains('\n')
        && column + width(head.written()) + width(" {") <= context.width.max()
}

/// The `unwrap`s of a block, each with the calls before it, if the block has no other mentions of the place.
fn unwraps(block: &ast::BlockExpr, asked: &Asked) -> Result<Vec<(ast::Expr, TextRange)>, Refusal> {
    let calls = block.syntax().descendants().filter_map(ast::Expr::cast);
    let found: Vec<_> = calls
        .filter_map(|call| asked.unwrapped(&call).map(|view| (call, view)))
        .collect();
    if found.is_empty() {
        return Err(Refusal::NotHere);
    }
    let is_own = |at: TextRange| {
        found
            .iter()
            .any(|(call, _)| call.syntax().text_range().contains_range(at))
    };
    let is_else = tokens_of(block.syntax())
        .filter(|token| is_name(token.text(), &asked.root))
        .any(|token| !is_own(token.text_range()));
    if is_else { Err(mentioned()) } else { Ok(found) }
}

/// `let y = place.unwrap();` as the first statement of a block.
struct DeclaredFirst {
    statement: ast::LetStmt,
    pattern: ast::IdentPat,
    view: TextRange,
}

fn declared_first(block: &ast::BlockExpr, asked: &Asked) -> Option<DeclaredFirst> {
    let ast::Stmt::LetStmt(statement) = block.statements().next()? else {
        return None;
    };
    let ast::Pat::IdentPat(pattern) = statement.pat()? else {
        return None;
    };
    let is_plain = pattern.ref_token().is_none()
        && pattern.pat().is_none()
        && statement.ty().is_none()
        && statement.let_else().is_none()
        && statement.attrs().next().is_none()
        && !layout::has_comment(statement.syntax());
    let view = asked.unwrapped(&statement.initializer()?)?;
    is_plain.then_some(DeclaredFirst {
        statement,
        pattern,
        view,
    })
}

/// A name for the contained value: the variable's or field's, unless the branch already uses it for something else.
fn fresh(asked: &Asked, block: &ast::BlockExpr) -> Option<String> {
    let name = match &asked.place {
        ast::Expr::FieldExpr(field) => field.name_ref()?.text().to_string(),
        _ => return Some(asked.text.clone()),
    };
    let is_name = name.starts_with(|first: char| first.is_lowercase());
    let inside = block.syntax().descendants().filter_map(ast::NameRef::cast);
    let own = inside.filter(|it| it.text() == name.as_str());
    let is_field = |it: &ast::NameRef| {
        let parent = it.syntax().parent().map(|it| it.kind());
        parent == Some(SyntaxKind::FIELD_EXPR)
    };
    let declares = block.syntax().descendants().filter_map(ast::Name::cast);
    let is_free = own.into_iter().all(|it| is_field(&it))
        && !declares.into_iter().any(|it| it.text() == name.as_str())
        && !in_macros(block, &name);
    (is_name && is_free).then_some(name)
}

/// Whether macro input mentions a name.
fn in_macros(block: &ast::BlockExpr, name: &str) -> bool {
    let inputs = block
        .syntax()
        .descendants()
        .filter_map(ast::TokenTree::cast);
    inputs
        .into_iter()
        .any(|it| Names::in_node(it.syntax()).has(name))
}
