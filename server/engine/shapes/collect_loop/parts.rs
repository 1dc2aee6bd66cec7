//! The forms of a loop that fills a collection.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList, HasAttrs, HasLoopBody, HasName},
};

use crate::{
    syntax::{flow, negation, purity, scopes, types_shown::head_of},
    text::TextRange,
};

pub(super) struct Parts {
    pub(super) found: ast::ForExpr,
    pub(super) keyword: TextRange,
    /// The statement list with the loop.
    pub(super) around: SyntaxNode,
    pub(super) whole: TextRange,
    /// The variable of the collection.
    pub(super) variable: ast::IdentPat,
    pub(super) name: String,
    /// The name of the collection's type.
    pub(super) collection: &'static str,
    /// The type as written.
    pub(super) ty: Option<ast::Type>,
    pub(super) pattern: ast::Pat,
    pub(super) iterable: ast::Expr,
    pub(super) condition: Option<ast::Expr>,
    /// Whether the condition skips elements instead of selecting them.
    pub(super) skips: bool,
    /// One value, or a key and a value.
    pub(super) added: Vec<ast::Expr>,
    /// Whether the block returns the collection right after the loop.
    pub(super) is_tail: bool,
}

impl Parts {
    pub(super) fn of(found: &ast::ForExpr) -> Option<Self> {
        if found.label().is_some() || found.attrs().next().is_some() {
            return None;
        }
        let body = Body::of(&found.loop_body()?)?;
        let statement = found.syntax().parent()?;
        let statement = ast::ExprStmt::cast(statement).filter(|it| it.semicolon_token().is_none());
        let statement = statement?.syntax().clone();
        let around = statement.parent()?;
        let list = ast::StmtList::cast(around.clone())?;
        let declared = statement.prev_sibling().and_then(ast::LetStmt::cast)?;
        let ast::Pat::IdentPat(variable) = declared.pat()? else {
            return None;
        };
        let name = variable.name()?.text().to_string();
        let is_its = name == body.receiver
            && variable.mut_token().is_some()
            && variable.ref_token().is_none()
            && variable.pat().is_none();
        if !is_its || declared.let_else().is_some() || declared.attrs().next().is_some() {
            return None;
        }
        // Adding the same value repeatedly is `vec![value; n]` or `resize`.
        let is_same =
            |value: &ast::Expr| purity::is_silent(value) || value.syntax().text() == "vec![]";
        if matches!(found.pat()?, ast::Pat::WildcardPat(_)) && body.added.iter().all(is_same) {
            return None;
        }
        let collection = empty(&declared.initializer()?)?;
        let is_list = collection == "Vec";
        let takes = match &*body.method {
            "push" => is_list && body.added.len() == 1,
            "insert" => {
                !is_list && body.added.len() == 1 + usize::from(collection.ends_with("Map"))
            }
            _ => false,
        };
        let pattern = found.pat()?;
        if !takes || !is_plain(&pattern) {
            return None;
        }
        let mut whole = declared.syntax().text_range().cover(statement.text_range());
        let next = statement.next_sibling()?;
        let ends = list.tail_expr().filter(|tail| *tail.syntax() == next);
        let is_tail = ends.is_some_and(|tail| scopes::as_name(&tail).as_ref() == Some(&name));
        if is_tail {
            let is_typed = declared.ty().is_none() && gives(&list, collection);
            is_typed.then_some(())?;
            whole = whole.cover(next.text_range());
        }
        Some(Self {
            found: found.clone(),
            keyword: found.for_token()?.text_range(),
            around,
            whole,
            ty: declared.ty(),
            variable,
            name,
            collection,
            pattern,
            iterable: found.iterable()?,
            condition: body.condition,
            skips: body.skips,
            added: body.added,
            is_tail,
        })
    }
}

/// Whether the enclosing function returns such a collection from this block.
fn gives(list: &ast::StmtList, collection: &str) -> bool {
    let block = list.syntax().parent().and_then(ast::BlockExpr::cast);
    let scope = list.syntax().ancestors().find(flow::is_own_scope);
    let function = scope.and_then(ast::Fn::cast);
    let ty = function.and_then(|it| it.ret_type()?.ty());
    let ty = ty.map(|ty| ty.syntax().text().to_string());
    let is_its = ty.is_some_and(|ty| ty.contains('<') && head_of(&ty) == collection);
    is_its && block.is_some_and(|block| flow::gives_result(&block))
}

/// The type of the empty collection that a value creates.
fn empty(value: &ast::Expr) -> Option<&'static str> {
    const TYPES: [&str; 5] = ["BTreeMap", "BTreeSet", "HashMap", "HashSet", "Vec"];
    if let ast::Expr::MacroExpr(_) = value {
        return (value.syntax().text() == "vec![]").then_some("Vec");
    }
    let ast::Expr::CallExpr(call) = value else {
        return None;
    };
    let callee = call.expr()?.syntax().text().to_string();
    let (owner, name) = callee.rsplit_once("::")?;
    let found = TYPES.into_iter().find(|ty| *ty == owner)?;
    let mut arguments = call.arg_list()?.args();
    let is_empty = match name {
        "new" => arguments.next().is_none(),
        "with_capacity" => arguments.all(|it| purity::is_pure(&it)),
        _ => false,
    };
    is_empty.then_some(found)
}

struct Body {
    condition: Option<ast::Expr>,
    skips: bool,
    receiver: String,
    method: String,
    added: Vec<ast::Expr>,
}

impl Body {
    fn of(block: &ast::BlockExpr) -> Option<Self> {
        match expressions(block)?.as_slice() {
            [ast::Expr::IfExpr(choice)] => {
                let inner = expressions(&choice.then_branch()?)?;
                let [added] = inner.as_slice() else {
                    return None;
                };
                Self::added(added, Some(condition_of(choice)?), false)
            }
            [ast::Expr::IfExpr(choice), added] => {
                let inner = expressions(&choice.then_branch()?)?;
                let [ast::Expr::ContinueExpr(leave)] = inner.as_slice() else {
                    return None;
                };
                leave.lifetime().is_none().then_some(())?;
                Self::added(added, Some(condition_of(choice)?), true)
            }
            [added] => Self::added(added, None, false),
            _ => None,
        }
    }

    fn added(added: &ast::Expr, condition: Option<ast::Expr>, skips: bool) -> Option<Self> {
        let ast::Expr::MethodCallExpr(call) = added else {
            return None;
        };
        Some(Self {
            condition,
            skips,
            receiver: scopes::as_name(&call.receiver()?)?,
            method: call.name_ref()?.text().to_string(),
            added: call.arg_list()?.args().collect(),
        })
    }
}

fn condition_of(choice: &ast::IfExpr) -> Option<ast::Expr> {
    let condition = choice.condition()?;
    let is_plain = choice.else_branch().is_none()
        && choice.attrs().next().is_none()
        && !negation::contains_let(&condition)
        && !flow::is_block_like(&condition);
    is_plain.then_some(condition)
}

/// The expressions of a block, or `None` if it contains anything else.
fn expressions(block: &ast::BlockExpr) -> Option<Vec<ast::Expr>> {
    if block.modifier().is_some() || block.label().is_some() {
        return None;
    }
    let list = block.stmt_list()?;
    if list.attrs().next().is_some() {
        return None;
    }
    let mut all = Vec::new();
    for statement in list.statements() {
        match statement {
            ast::Stmt::ExprStmt(it) => all.push(it.expr()?),
            _ => return None,
        }
    }
    all.extend(list.tail_expr());
    Some(all)
}

/// Whether a pattern can be a closure parameter unchanged.
pub(in crate::shapes) fn is_plain(pattern: &ast::Pat) -> bool {
    let is_other = |node: SyntaxNode| {
        matches!(
            node.kind(),
            SyntaxKind::MACRO_PAT | SyntaxKind::OR_PAT | SyntaxKind::MUT_KW
        )
    };
    let changes = pattern
        .syntax()
        .descendants_with_tokens()
        .any(|it| it.kind() == SyntaxKind::MUT_KW);
    !changes && !pattern.syntax().descendants().any(is_other)
}
