//! A loop that counts only to index a list, where an iterator over the list yields the elements directly.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, HasArgList, HasAttrs, HasLoopBody, HasName, RangeItem, RangeOp},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite,
        attributes::has_condition_inside,
        flow::{self, Escape},
        scopes,
        types_shown::{Ground, List, ListHeld, is_self_lent, list},
    },
    text::TextRange,
};

mod form;
mod naming;
mod uses;
mod writing;

use form::Form;
use uses::Uses;

/// A loop over the indices of a list that could iterate over its elements.
#[derive(Debug, Clone)]
pub struct IndexLoop {
    /// From the keyword to the end of the iterated expression.
    pub head: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// From the index to the end of the iterated expression.
    pub counting: TextRange,
    pub ground: Ground,
    /// Whether the body needs the index besides the element.
    pub counts: bool,
    /// Number of lines saved.
    pub saved: usize,
}

impl IndexLoop {
    /// Returns the shape at a `for` and its replacement.
    pub fn of<'a>(
        found: &ast::ForExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Vec<Rewrite<'a>>), Refusal> {
        let parts = Parts::of(found).ok_or(Refusal::NotHere)?;
        let uses = Uses::of(&parts, context.edition)?;
        if uses.all.is_empty() {
            return Err(Refusal::NotHere);
        }
        let shown = list(&parts.list).ok_or_else(|| {
            Refusal::because(
                Hazard::Types,
                "It can't be shown that the indexed value is a slice, an array or a `Vec`.",
            )
        })?;
        check_place(&parts, &shown)?;
        let form = Form::of(&parts, &uses, &shown)?;
        let rewrites = writing::rewrites(&parts, &uses, &form, text, context)
            .ok_or_else(Refusal::of_layout)?;
        let shape = Self {
            head: parts.head,
            keyword: parts.keyword,
            counting: parts.counting,
            ground: form.ground,
            counts: uses.counts,
            saved: rewrites.iter().map(Rewrite::saved_lines).sum(),
        };
        Ok((shape, rewrites))
    }
}

/// `for index in 0..list.len() body`
struct Parts {
    head: TextRange,
    keyword: TextRange,
    /// From the pattern to the end of the iterated expression.
    counting: TextRange,
    index: String,
    list: ast::Expr,
    /// The name of the list's variable or field.
    list_name: String,
    body: ast::BlockExpr,
}

impl Parts {
    fn of(found: &ast::ForExpr) -> Option<Self> {
        let ast::Pat::IdentPat(pattern) = found.pat()? else {
            return None;
        };
        let is_plain = pattern.ref_token().is_none()
            && pattern.mut_token().is_none()
            && pattern.at_token().is_none();
        let ast::Expr::RangeExpr(range) = found.iterable()? else {
            return None;
        };
        let start = range.start()?.syntax().text().to_string();
        let is_whole =
            range.op_kind() == Some(RangeOp::Exclusive) && matches!(&*start, "0" | "0usize");
        let ast::Expr::MethodCallExpr(call) = range.end()? else {
            return None;
        };
        let is_len = call.name_ref()?.text() == "len" && call.arg_list()?.args().next().is_none();
        if !is_plain || !is_whole || !is_len || found.attrs().next().is_some() {
            return None;
        }
        let list = call.receiver()?;
        let keyword = found.for_token()?.text_range();
        let counting = pattern
            .syntax()
            .text_range()
            .cover(range.syntax().text_range());
        Some(Self {
            head: keyword.cover(counting),
            keyword,
            counting,
            index: pattern.name()?.text().to_string(),
            list_name: name_of(&list)?,
            list,
            body: found.loop_body()?,
        })
    }

    /// Whether the list is a field of `self`.
    fn is_field(&self) -> bool {
        matches!(self.list, ast::Expr::FieldExpr(_))
    }

    fn around(&self) -> Option<SyntaxNode> {
        self.body.syntax().parent()
    }
}

/// The name of a variable, or of a field of `self`.
fn name_of(list: &ast::Expr) -> Option<String> {
    let ast::Expr::FieldExpr(field) = list else {
        return scopes::as_name(list).filter(|name| name != "self");
    };
    let is_own = field.expr()?.syntax().text() == "self";
    is_own.then(|| field.name_ref().map(|it| it.text().to_string()))?
}

fn check_place(parts: &Parts, shown: &List) -> Result<(), Refusal> {
    let body = parts.body.syntax();
    let around = parts.around().ok_or(Refusal::NotHere)?;
    let root = around.ancestors().last().ok_or(Refusal::NotHere)?;
    if has_condition_inside(&around)
        || !crate::syntax::layout::comments_in(&root, parts.head).is_empty()
    {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment in the loop header or a `#[cfg]` has no place in the new code.",
        ));
    }
    let declared = FileNames::around_node(body);
    if ["iter", "iter_mut", "enumerate", "len"]
        .iter()
        .any(|name| declared.has_method(name))
    {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file defines a method with the name of a slice or iterator method.",
        ));
    }
    let is_unsafe = |node: SyntaxNode| {
        ast::BlockExpr::cast(node).is_some_and(|block| block.unsafe_token().is_some())
    };
    if body.descendants().any(is_unsafe) {
        return Err(Refusal::because(
            Hazard::Unsafety,
            "Unsafe code in the loop may rely on the collection not being borrowed.",
        ));
    }
    let escapes = flow::escapes(body);
    if escapes
        .iter()
        .any(|it| matches!(it, Escape::Await | Escape::Yield))
    {
        return Err(Refusal::because(
            Hazard::Borrows,
            "The collection would stay borrowed across an `await` or `yield`.",
        ));
    }
    let is_kept_borrowed = match shown.held {
        ListHeld::LentMutably => true,
        ListHeld::Changing => parts.is_field(),
        ListHeld::Frozen | ListHeld::Lent => false,
    };
    if is_kept_borrowed && escapes.contains(&Escape::Return) && gives_borrow(body) {
        return Err(Refusal::because(
            Hazard::Borrows,
            "The returned value may keep the collection borrowed after the loop.",
        ));
    }
    let is_own_unknown = parts.is_field()
        && parts
            .list
            .syntax()
            .ancestors()
            .any(|it| ast::ClosureExpr::can_cast(it.kind()));
    if is_own_unknown && !is_self_lent(&parts.list) {
        return Err(Refusal::because(
            Hazard::Borrows,
            "The closure around the loop would borrow the collection for longer.",
        ));
    }
    Ok(())
}

/// Whether the enclosing function may return a reference.
fn gives_borrow(inside: &SyntaxNode) -> bool {
    let function = inside.ancestors().find_map(ast::Fn::cast);
    let ty = function.and_then(|it| it.ret_type());
    let ty = ty
        .map(|it| it.syntax().text().to_string())
        .unwrap_or_default();
    ty.contains(['&', '\'']) || ty.contains("impl ")
}
