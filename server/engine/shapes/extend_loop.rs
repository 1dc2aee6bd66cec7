//! A loop that only adds to an existing list, which `extend` expresses by name.

use ra_ap_syntax::{
    AstNode, Edition, SyntaxNode,
    ast::{self, HasArgList, HasAttrs, HasLoopBody},
};

use super::{
    collect_loop,
    loop_source::{self, Source, Wraps},
};
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, conversions, flow, inference_order,
        layout::{self, width},
        scopes::{self, Names},
        tokens_of,
        types_shown::{self, Ground},
    },
    text::{TextRange, slice},
};

/// A loop that `extend` can replace.
#[derive(Debug, Clone)]
pub struct ExtendLoop {
    /// The loop.
    pub whole: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// The list that grows.
    pub list: TextRange,
    /// Whether the loop is known to go over an iterator.
    pub ground: Ground,
    /// Number of lines saved.
    pub saved: usize,
}

struct Parts {
    found: ast::ForExpr,
    keyword: TextRange,
    /// The loop's statement.
    statement: SyntaxNode,
    list: ast::Expr,
    pattern: ast::Pat,
    iterable: ast::Expr,
    added: ast::Expr,
}

impl ExtendLoop {
    /// Returns the shape at a `for` and its replacement.
    pub fn of<'a>(
        found: &ast::ForExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(found).ok_or(Refusal::NotHere)?;
        parts.check_place()?;
        parts.check_type()?;
        let source = parts.source(context)?;
        let rewrite = parts
            .rewrite(source.as_ref(), text, context)
            .ok_or_else(Refusal::of_layout)?;
        let shape = Self {
            whole: rewrite.range(),
            keyword: parts.keyword,
            list: parts.list.syntax().text_range(),
            ground: source.map_or(Ground::Shown, |source| source.ground),
            saved: rewrite.saved_lines(),
        };
        if shape.saved == 0 {
            return Err(Refusal::because(
                Hazard::Text,
                "The new code would take as many lines.",
            ));
        }
        Ok((shape, rewrite))
    }
}

impl Parts {
    fn of(found: &ast::ForExpr) -> Option<Self> {
        if found.label().is_some() || found.attrs().next().is_some() {
            return None;
        }
        let ast::Expr::MethodCallExpr(call) = only_expression(&found.loop_body()?)? else {
            return None;
        };
        let mut arguments = call.arg_list()?.args();
        let (added, None) = (arguments.next()?, arguments.next()) else {
            return None;
        };
        let list = call.receiver()?;
        let is_field = matches!(&list, ast::Expr::FieldExpr(field)
            if field.expr().is_some_and(|owner| owner.syntax().text() == "self"));
        let is_place = scopes::as_name(&list).is_some() || is_field;
        let parent = found.syntax().parent()?;
        let statement = match ast::ExprStmt::cast(parent) {
            Some(it) if it.semicolon_token().is_none() => it.syntax().clone(),
            Some(_) => return None,
            None => found.syntax().clone(),
        };
        ast::StmtList::cast(statement.parent()?)?;
        // A list created right before is filled, not extended.
        let before = statement.prev_sibling().and_then(ast::LetStmt::cast);
        let made = before.and_then(|before| before.pat());
        let is_new = made.is_some_and(|made| {
            Names::in_node(made.syntax()).has(&list.syntax().text().to_string())
        });
        if is_new {
            return None;
        }
        (call.name_ref()?.text() == "push" && is_place).then_some(Self {
            found: found.clone(),
            keyword: found.for_token()?.text_range(),
            statement,
            list,
            pattern: found.pat()?,
            iterable: found.iterable()?,
            added,
        })
    }

    fn check_place(&self) -> Result<(), Refusal> {
        let around = self.statement.parent().ok_or(Refusal::NotHere)?;
        let whole = self.statement.text_range();
        loop_source::check_place(&around, &self.found, whole, &["extend", "map", "push"])?;
        if !layout::keeps_braces(&around, whole) {
            return Err(Refusal::because(
                Hazard::Text,
                "The braces around the loop might become redundant.",
            ));
        }
        // Moving all elements of another list is what `append` is for.
        let drains = matches!(&self.iterable, ast::Expr::MethodCallExpr(it)
            if it.name_ref().is_some_and(|name| name.text() == "drain"));
        if drains && self.added.syntax().text() == self.pattern.syntax().text() {
            return Err(Refusal::because(
                Hazard::Text,
                "`append` is shorter for draining another collection.",
            ));
        }
        let code = [self.iterable.syntax(), self.added.syntax()];
        if code.into_iter().any(|code| self.may_use_list(code)) {
            return Err(Refusal::because(
                Hazard::Borrows,
                "The collection may be used while it is borrowed by `extend`.",
            ));
        }
        Ok(())
    }

    /// Whether code names the list, or a value that may contain it.
    fn may_use_list(&self, code: &SyntaxNode) -> bool {
        let ast::Expr::FieldExpr(field) = &self.list else {
            let name = scopes::as_name(&self.list);
            return name.is_none_or(|name| Names::in_node(code).has(&name));
        };
        let own = field.name_ref().map(|name| name.text().to_string());
        let is_other_field = |token: &ra_ap_syntax::SyntaxToken| {
            let path = token.parent_ancestors().find_map(ast::PathExpr::cast);
            let access = path.and_then(|path| path.syntax().parent());
            let access = access.and_then(ast::FieldExpr::cast);
            let name = access.and_then(|access| access.name_ref());
            name.is_some_and(|name| own.as_deref() != Some(name.text()))
        };
        tokens_of(code)
            .filter(|token| token.text() == "self")
            .any(|token| !is_other_field(&token))
    }

    /// Checks that the added value has the element type already, without a coercion.
    fn check_type(&self) -> Result<(), Refusal> {
        let declared = FileNames::around(&self.found);
        let element = types_shown::element_of_list(&self.list);
        let is_plain = |ty: String| !conversions::is_target(&ty, &declared);
        if element.is_some_and(is_plain) {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Types,
            "No written type shows that this is a `Vec` of the added values.",
        ))
    }

    /// Whether each element is added unchanged.
    fn is_plain(&self) -> bool {
        let ast::Pat::IdentPat(variable) = &self.pattern else {
            return false;
        };
        let is_bare = variable.mut_token().is_none() && variable.ref_token().is_none();
        let name = variable.syntax().text().to_string();
        is_bare && scopes::as_name(&self.added) == Some(name)
    }

    /// The iterator, if the added values are computed from its elements.
    fn source(&self, context: FileContext) -> Result<Option<Source>, Refusal> {
        if self.is_plain() {
            let is_block = flow::is_block_like(&self.iterable);
            return if is_block {
                Err(Refusal::of_layout())
            } else {
                Ok(None)
            };
        }
        // Closures of older editions capture whole variables.
        if context.edition < Edition::Edition2021 {
            return Err(Refusal::because(
                Hazard::Borrows,
                "A closure would borrow more than the loop does.",
            ));
        }
        let source = Source::of(&self.iterable, context)?;
        collect_loop::check_code(self.added.syntax())?;
        let is_open = inference_order::is_what_is_wanted(&self.added);
        if is_open || flow::expr_diverges(&self.added) || conversions::is_never(&self.added) {
            return Err(Refusal::because(
                Hazard::Types,
                "The type of the added value may only be inferred from the `Vec`.",
            ));
        }
        let is_other = matches!(self.pattern, ast::Pat::WildcardPat(_))
            || !collect_loop::is_plain_pattern(&self.pattern);
        if is_other || collect_loop::has_own_form(&self.added, &self.pattern) {
            return Err(Refusal::because(
                Hazard::Text,
                "There is a shorter form for this value, which depends on the element type.",
            ));
        }
        Ok(Some(source))
    }

    fn rewrite<'a>(
        &self,
        source: Option<&Source>,
        text: &'a str,
        context: FileContext,
    ) -> Option<Rewrite<'a>> {
        const LONGEST: usize = 60;
        let whole = self.statement.text_range();
        if !layout::is_first_on_line(text, whole.start()) {
            return None;
        }
        let part = Rewrite::part(text);
        let argument = match source {
            None => part.keep(self.iterable.syntax().text_range()),
            Some(source) => {
                let kept = source.kept.syntax().text_range();
                let part = match source.wraps {
                    Wraps::Nothing => part.keep(kept),
                    Wraps::Parentheses => part.text("(").keep(kept).text(")"),
                    Wraps::Iter => part.keep(kept).text(".iter()"),
                    Wraps::IntoIter => part.keep(kept).text(".into_iter()"),
                };
                let part = part.text(".map(");
                let part = match collect_loop::constructor(&self.added, &self.pattern) {
                    Some(function) => {
                        let is_as_it_is = conversions::takes_as_it_is(&function) == Some(true);
                        is_as_it_is.then(|| part.keep(function.syntax().text_range()))?
                    }
                    None => part
                        .text("|")
                        .keep(self.pattern.syntax().text_range())
                        .text("| ")
                        .keep(self.added.syntax().text_range()),
                };
                part.text(")")
            }
        };
        let is_flat = !argument.written().contains('\n');
        if !is_flat || width(argument.written()) > context.width.share(LONGEST) {
            return None;
        }
        let list = self.list.syntax().text_range();
        let call = width(".extend(") + width(argument.written()) + width(")");
        let column = layout::column(text, whole.start());
        let chain = width(slice(text, list)?) + call;
        let is_chain = matches!(self.list, ast::Expr::FieldExpr(_));
        let max = context.width.max() - width(";");
        let head = Rewrite::of(text, whole).keep(list);
        let head = if column + chain <= max && (!is_chain || chain <= context.width.share(LONGEST))
        {
            head
        } else {
            let unit = layout::indent_unit_around(text, &self.statement);
            let indent = layout::indentation(text, whole.start());
            let fits = is_chain && width(indent) + width(&unit) + call <= max;
            let end = layout::first_line_ending(text);
            fits.then(|| head.text(&format!("{end}{indent}{unit}")))?
        };
        Some(head.text(".extend(").put(argument).text(");"))
    }
}

/// The only expression in a block.
fn only_expression(block: &ast::BlockExpr) -> Option<ast::Expr> {
    if block.modifier().is_some() || block.label().is_some() {
        return None;
    }
    let list = block.stmt_list()?;
    let mut statements = list.statements();
    let found = match (statements.next(), list.tail_expr()) {
        (None, Some(tail)) => tail,
        (Some(ast::Stmt::ExprStmt(it)), None) => it.expr()?,
        _ => return None,
    };
    let is_alone = statements.next().is_none() && list.attrs().next().is_none();
    is_alone.then_some(found)
}
