//! # Closure to function
//!
//! ## What it does
//! Converts a closure that captures nothing and is only called by its name into a function. Requires rustc to agree;
//! rustc also supplies the result type if the closure doesn't state it.
//!
//! ## Why
//!
//! To understand a closure, you have to check what it captures. A function captures nothing, and can be read, tested and
//! called on its own.
//!
//! ## Example
//!
//! ```rust before
//! fn gross(prices: &[u64]) -> u64 {
//!     let net: u64 = prices.iter().sum();
//!     $0let with_tax = |price: u64| -> u64 {
//!         let tax = price * 19 / 100;
//!         price + tax
//!     };
//!     with_tax(net)
//! }
//! ```
//!
//! ```rust after
//! fn gross(prices: &[u64]) -> u64 {
//!     let net: u64 = prices.iter().sum();
//!     with_tax(net)
//! }
//!
//! fn with_tax(price: u64) -> u64 {
//!     let tax = price * 19 / 100;
//!     price + tax
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Closures that capture something, or mention `self`.
//! - Closures with an untyped parameter, or with a comment that would be left behind.
//! - Closures that are passed on, or whose name has another meaning in the file.
//! - Functions that declare items the closure may refer to.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T,
    ast::{self, HasAttrs, HasName},
};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{Rewrite, layout, meanings::Around, moving_out},
    text::{TextRange, TextSize, slice},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "closure-to-function",
    kind: Kind::Extract,
    at: &[SyntaxKind::LET_STMT],
    needs: Needs::Verdict,
    allows: Allows::of("fn", "let move", &[Also::AddsFunction]),
    plan,
};

/// A closure bound to a name.
struct Named {
    declared: ast::LetStmt,
    closure: ast::ClosureExpr,
    name: ast::Name,
    /// The module-level item that contains it.
    item: SyntaxNode,
}

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let named = named_at(context, target).ok_or(Refusal::NotHere)?;
    check_comments(&named)?;
    check_signature(&named.closure)?;
    check_calls(&named)?;
    check_captures(&named)?;
    let whole = named.declared.syntax().text_range();
    Plan::new(whole, move || {
        let function = function(context, &named)?;
        let gone = context.rewrite(with_space(named.declared.syntax()));
        let change = Change::new("Convert closure to function", whole, vec![gone, function])?;
        Ok(change.checked(&[
            "the closure captures nothing",
            "its name has no other meaning in the file and is only called",
        ]))
    })
}

/// The named closure whose `let`, name or parameters are at the target.
fn named_at(context: &Context<'_>, target: Target<'_>) -> Option<Named> {
    let at = find::token_at(context, target)?.text_range();
    let declared = find::around::<ast::LetStmt>(context, target).next()?;
    let Some(ast::Expr::ClosureExpr(closure)) = declared.initializer() else {
        return None;
    };
    let end = closure.param_list()?.syntax().text_range().end();
    let head = TextRange::new(declared.syntax().text_range().start(), end);
    let Some(ast::Pat::IdentPat(pattern)) = declared.pat() else {
        return None;
    };
    let is_plain = pattern.ref_token().is_none()
        && pattern.mut_token().is_none()
        && pattern.pat().is_none()
        && declared.ty().is_none()
        && declared.let_else().is_none();
    let item = declared.syntax().ancestors().find(is_of_module)?;
    let name = pattern.name()?;
    (is_plain && head.contains_range(at)).then_some(Named {
        declared,
        closure,
        name,
        item,
    })
}

/// Whether a node is a direct child of a file or inline module.
fn is_of_module(node: &SyntaxNode) -> bool {
    let list = node.parent();
    list.is_some_and(|list| match list.kind() {
        SyntaxKind::SOURCE_FILE => true,
        SyntaxKind::ITEM_LIST => list
            .parent()
            .is_some_and(|it| it.kind() == SyntaxKind::MODULE),
        _ => false,
    })
}

/// Refuses comments next to the `let`, which would stay behind.
fn check_comments(named: &Named) -> Result<(), Refusal> {
    let statement = named.declared.syntax();
    let is_beside =
        |token: Option<SyntaxToken>, step: fn(&SyntaxToken) -> Option<SyntaxToken>, lines| {
            let token = token?;
            let is_near = token.kind() == SyntaxKind::WHITESPACE
                && token.text().matches('\n').count() <= lines;
            let token = if is_near { step(&token)? } else { token };
            (token.kind() == SyntaxKind::COMMENT).then_some(())
        };
    let before = statement.first_token().and_then(|it| it.prev_token());
    let behind = statement.last_token().and_then(|it| it.next_token());
    let above = is_beside(before, SyntaxToken::prev_token, 1);
    let inside = layout::comments_in(statement, named.head());
    if above
        .or(is_beside(behind, SyntaxToken::next_token, 0))
        .is_some()
        || !inside.is_empty()
    {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment about the closure would be left behind.",
        ));
    }
    Ok(())
}

impl Named {
    /// Everything except the closure's body.
    fn head(&self) -> TextRange {
        let start = self.declared.syntax().text_range().start();
        let body = self.closure.body();
        let end = body.map_or(start, |body| body.syntax().text_range().start());
        TextRange::new(start, end)
    }
}

/// Refuses closures that no function signature could express.
fn check_signature(closure: &ast::ClosureExpr) -> Result<(), Refusal> {
    let is_own_kind = closure.async_token().is_some()
        || closure.const_token().is_some()
        || closure.static_token().is_some()
        || closure.for_binder().is_some()
        || closure.attrs().next().is_some();
    if is_own_kind {
        return Err(Refusal::because(
            Hazard::Types,
            "The closure is `async`, `const` or `static`, or has a `for<…>` binder or an attribute.",
        ));
    }
    let parameters = closure.param_list().into_iter().flat_map(|it| it.params());
    let mut types = parameters
        .map(|it| it.ty())
        .chain(closure.ret_type().map(|it| it.ty()));
    if !types.all(|ty| ty.is_some_and(|ty| is_whole(&ty))) {
        return Err(Refusal::because(
            Hazard::Types,
            "Not every closure parameter has a type.",
        ));
    }
    Ok(())
}

fn is_whole(ty: &ast::Type) -> bool {
    let mut kinds = ty.syntax().descendants().map(|it| it.kind());
    kinds.all(|kind| kind != SyntaxKind::INFER_TYPE)
}

/// Refuses names that the file mentions elsewhere, or other than to call them.
fn check_calls(named: &Named) -> Result<(), Refusal> {
    let own = named.name.syntax().text_range();
    let root = named
        .item
        .ancestors()
        .last()
        .unwrap_or_else(|| named.item.clone());
    let tokens = root
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let name = named.name.text();
    let mut mentions = tokens
        .filter(|it| it.kind() == SyntaxKind::IDENT && it.text() == name && it.text_range() != own)
        .peekable();
    let scope = named.declared.syntax().parent().map(|it| it.text_range());
    let after = named.declared.syntax().text_range().end();
    let is_called = mentions.peek().is_some();
    let is_call = |token: SyntaxToken| {
        let at = token.text_range();
        at.start() >= after && scope.is_some_and(|scope| scope.contains_range(at)) && calls(&token)
    };
    if is_called && mentions.all(is_call) {
        return Ok(());
    }
    Err(Refusal::because(
        Hazard::References,
        "The name has another meaning in the file, or the closure is used other than by calling it.",
    ))
}

/// Whether a name is called, directly or in macro input.
fn calls(name: &SyntaxToken) -> bool {
    let Some(parent) = name.parent() else {
        return false;
    };
    if parent.kind() == SyntaxKind::TOKEN_TREE {
        let before = name.prev_token().map(|it| it.kind());
        let behind = name.next_token().map(|it| it.kind());
        return behind == Some(T!['(']) && !matches!(before, Some(T![.] | T![:] | T![fn]));
    }
    let mut around = parent.ancestors();
    let path = around.find_map(ast::PathExpr::cast);
    path.is_some_and(|path| {
        let is_name = path.syntax().text_range() == name.text_range();
        let call = path.syntax().parent().and_then(ast::CallExpr::cast);
        let callee = call.and_then(|call| call.expr());
        is_name && callee.is_some_and(|callee| callee.syntax() == path.syntax())
    })
}

/// Refuses closures that capture something.
fn check_captures(named: &Named) -> Result<(), Refusal> {
    let why = |hazard, why: &str| Err(Refusal::because(hazard, why));
    let around = Around::of(named.declared.syntax());
    if around.has_items {
        return why(
            Hazard::Scope,
            "The enclosing function declares imports or items that the closure may refer to.",
        );
    }
    let code = named.closure.syntax();
    if let Some(name) = around.hides(code, &[]) {
        return why(Hazard::Borrows, &format!("The closure captures `{name}`."));
    }
    let mut tokens = code.descendants_with_tokens();
    if tokens.any(|it| matches!(it.kind(), T![self] | T![Self] | SyntaxKind::LIFETIME_IDENT)) {
        return why(
            Hazard::Scope,
            "The closure mentions `self`, `Self`, a lifetime or a label.",
        );
    }
    Ok(())
}

/// Writes the function after the item that contains the closure.
fn function<'a>(context: &'a Context<'_>, named: &Named) -> Result<Rewrite<'a>, Refusal> {
    let text = &*context.source.text;
    let ending = layout::first_line_ending(text);
    let range = named.item.text_range();
    let indent = layout::indentation(text, range.start()).to_owned();
    let deeper = format!("{indent}{}", layout::indent_unit(text));
    let body = named.closure.body().ok_or(Refusal::NotHere)?;
    // After the end of the line, so that it belongs to no item.
    let place = range.end() + TextSize::of(ending);
    if slice(text, TextRange::new(range.end(), place)) != Some(ending) {
        return Err(moving_out::odd_indentation());
    }
    let rewrite = context.rewrite(TextRange::empty(place));
    let mut rewrite = rewrite
        .text(&format!("{ending}{indent}fn "))
        .keep(named.name.syntax().text_range())
        .text("(");
    let parameters = named
        .closure
        .param_list()
        .into_iter()
        .flat_map(|it| it.params());
    for (at, parameter) in parameters.enumerate() {
        rewrite = rewrite
            .text(if at == 0 { "" } else { ", " })
            .keep(parameter.syntax().text_range());
    }
    let gives = named.closure.ret_type().and_then(|it| it.ty());
    rewrite = rewrite.text(") -> ");
    rewrite = match gives {
        Some(ty) => rewrite.keep(ty.syntax().text_range()),
        // Replaced with the type that rustc reports.
        None => rewrite.text("_"),
    };
    let code = body.syntax().text_range();
    let from = layout::indentation(text, code.start());
    let moved = |to: &str| {
        let edition = context.source.context.edition;
        layout::moved(text, code, edition, from, to).ok_or_else(moving_out::odd_indentation)
    };
    let is_block = matches!(&body, ast::Expr::BlockExpr(block) if block.modifier().is_none() && block.label().is_none());
    if is_block {
        let rewrite = rewrite.text(" ").keep_as(code, &moved(&indent)?);
        return Ok(rewrite.text(ending));
    }
    let rewrite = rewrite.text(&format!(" {{{ending}{deeper}"));
    let rewrite = rewrite.keep_as(code, &moved(&deeper)?);
    Ok(rewrite.text(&format!("{ending}{indent}}}{ending}")))
}

/// A statement with its trailing whitespace.
fn with_space(statement: &SyntaxNode) -> TextRange {
    let range = statement.text_range();
    let behind = statement.next_sibling_or_token();
    let blank = behind.filter(|it| it.kind() == SyntaxKind::WHITESPACE);
    blank.map_or(range, |blank| range.cover(blank.text_range()))
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{assert_becomes, assert_not_here, assert_refused},
        *,
    };

    static TO_FUNCTION: Refactoring = REFACTORING;

    fn becomes(before: &str, after: &str) {
        assert_becomes(&TO_FUNCTION, before, after);
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(
            &TO_FUNCTION,
            hazard,
            &format!("impl<T> S<T> {{ fn f(&self, a: u8) {{ {code} }} }} const LIMIT: u8 = 1;"),
        );
    }

    #[test]
    fn it_stands_behind_the_item_and_calls_stay() {
        becomes(
            "impl S {\n    fn f(&self) {\n        // Before.\n\n        let $0g = |a: &str, b: u8| a.len() > b.into();\n\n        h(g(self.a, 1), || g(\"a\", 2));\n        println!(\"{}\", g(\"b\", 3));\n    }\n}\n\nstruct S;\n",
            "impl S {\n    fn f(&self) {\n        // Before.\n\n        h(g(self.a, 1), || g(\"a\", 2));\n        println!(\"{}\", g(\"b\", 3));\n    }\n}\n\nfn g(a: &str, b: u8) -> _ {\n    a.len() > b.into()\n}\n\nstruct S;\n",
        );
        becomes(
            "mod m {\n    fn f() {\n        let $0g = move |(a, b): (u8, u8)| {\n            // Why.\n            let c = a?;\n            c + LIMIT\n        };\n        g((1, 2));\n    }\n}\n",
            "mod m {\n    fn f() {\n        g((1, 2));\n    }\n\n    fn g((a, b): (u8, u8)) -> _ {\n        // Why.\n        let c = a?;\n        c + LIMIT\n    }\n}\n",
        );
    }

    #[test]
    fn what_is_taken_from_around_is_refused() {
        for code in [
            "let $0g = |b: u8| a + b; g(1);",
            "let c = 1; let $0g = || println!(\"{c}\"); g();",
            "let $0g = |b: T| 1; g(b);",
            "let c = 1; let $0g = |b: u8| m!(b, c); g(1);",
        ] {
            refused(Hazard::Borrows, code);
        }
        for code in [
            "let $0g = || self.b; g();",
            "let $0g = || Self::b(); g();",
            "const B: u8 = 1; let $0g = || B; g();",
            "use b::*; let $0g = || c(); g();",
        ] {
            refused(Hazard::Scope, code);
        }
    }

    #[test]
    fn what_is_not_only_called_is_refused() {
        for code in [
            "let $0g = |b: u8| b; h(g);",
            "let $0g = |b: u8| b; h(&g);",
            "let $0g = |b: u8| b;",
            "g(1); let $0g = |b: u8| b; g(1);",
            "let $0g = |b: u8| b; let g = g(1); g;",
            "{ let $0g = |b: u8| b; g(1); } g(1);",
            "let $0g = |b: u8| b; g(self.g(1));",
            "let $0g = |b: u8| b; m!(self.g(1));",
        ] {
            refused(Hazard::References, code);
        }
        assert_refused(
            &TO_FUNCTION,
            Hazard::References,
            "fn f() { let $0g = |b: u8| b; g(1); } fn h() { g(1) }",
        );
    }

    #[test]
    fn comments_stay_with_what_they_are_about() {
        for code in [
            "// Why.\n let $0g = |b: u8| b; g(1);",
            "let $0g = |b: u8| b; // Why.\n g(1);",
            "let $0g = /* why */ |b: u8| b; g(1);",
        ] {
            refused(Hazard::Text, code);
        }
    }

    #[test]
    fn what_no_signature_says_is_refused() {
        for closure in [
            "|b| b",
            "|b: Vec<_>| b",
            "async |b: u8| b",
            "|b: u8| -> Vec<_> { b }",
        ] {
            refused(Hazard::Types, &format!("let $0g = {closure}; g(1);"));
        }
    }

    #[test]
    fn other_variables_are_left_alone() {
        for code in [
            "let $0g = h(|b: u8| b);",
            "let mut $0g = |b: u8| b; g(1);",
            "let g = |b: u8| { $0h(b) }; g(1);",
            "let $0g: fn(u8) = |b: u8| b; g(1);",
            "let $0(g, h) = |b: u8| b;",
        ] {
            assert_not_here(&TO_FUNCTION, &format!("fn f() {{ {code} }}"));
        }
    }
}
