//! The iterator that replaces the indices, and the name for an element.

use ra_ap_syntax::{
    AstNode, SyntaxKind, T,
    ast::{self, HasAttrs, HasName},
};

use super::{
    Parts, naming,
    uses::{Effect, Use, Uses, Way},
};
use crate::syntax::{
    FileNames, Hazard, Refusal, closures,
    types_shown::{Ground, List, ListHeld, head_of},
};

pub(super) struct Form {
    pub(super) item: Item,
    pub(super) lends: Lends,
    pub(super) held: ListHeld,
    pub(super) ground: Ground,
}

/// How the iterator yields elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lends {
    Shared,
    Mutably,
}

pub(super) enum Item {
    /// The first statement of the loop names the element already.
    Declared {
        statement: ast::LetStmt,
        pattern: ast::Pat,
        given: Given,
    },
    Named {
        name: String,
        given: Given,
    },
}

/// Whether a pattern binds the element itself or a reference to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    Copied,
    Borrowed,
}

impl Form {
    pub(super) fn of(parts: &Parts, uses: &Uses, shown: &List) -> Result<Self, Refusal> {
        check_lints(parts, uses)?;
        let lends = lends(uses, shown)?;
        if let [only] = &*uses.all
            && let Some(item) = declared(parts, only)
        {
            return Ok(Self {
                item,
                lends,
                held: shown.held,
                ground: Ground::Shown,
            });
        }
        let name = naming::element(parts, shown).ok_or_else(|| {
            Refusal::because(
                Hazard::Scope,
                "The collection doesn't suggest a name for an element.",
            )
        })?;
        let is_copied = shown
            .element
            .as_deref()
            .is_some_and(closures::is_copied_type)
            && lends == Lends::Shared
            && !uses.all.iter().any(|it| matches!(it.way, Way::Borrowed(_)));
        let (given, ground) = if is_copied {
            (Given::Copied, Ground::Shown)
        } else {
            (Given::Borrowed, ground(parts, uses, shown, lends)?)
        };
        Ok(Self {
            item: Item::Named { name, given },
            lends,
            held: shown.held,
            ground,
        })
    }
}

fn lends(uses: &Uses, shown: &List) -> Result<Lends, Refusal> {
    let may_change = matches!(shown.held, ListHeld::Changing | ListHeld::LentMutably);
    let effect = |effect| uses.all.iter().any(|it| it.effect == effect);
    let is_copied = shown
        .element
        .as_deref()
        .is_some_and(closures::is_copied_type);
    match (effect(Effect::Changes), effect(Effect::MayChange)) {
        (false, may) if !may_change || !may || is_copied => Ok(Lends::Shared),
        (true, _) if may_change => Ok(Lends::Mutably),
        _ => Err(Refusal::because(
            Hazard::Borrows,
            "It can't be shown whether the loop changes the elements.",
        )),
    }
}

/// The element as declared by the first statement of the loop, if nothing else uses it.
fn declared(parts: &Parts, only: &Use) -> Option<Item> {
    let Some(ast::Stmt::LetStmt(statement)) = parts.body.statements().next() else {
        return None;
    };
    let is_plain = statement.ty().is_none()
        && statement.let_else().is_none()
        && statement.attrs().next().is_none();
    let value = statement.initializer()?;
    let given = match &only.way {
        Way::Borrowed(it) | Way::BorrowedMutably(it) if it.syntax() == value.syntax() => {
            Given::Borrowed
        }
        Way::Whole if only.place.syntax() == value.syntax() => Given::Copied,
        _ => return None,
    };
    let pattern = statement.pat()?;
    let is_name = matches!(&pattern, ast::Pat::IdentPat(_));
    let can_move = is_name || (given == Given::Borrowed && is_destructured(&pattern));
    let mut tokens = pattern
        .syntax()
        .descendants_with_tokens()
        .map(|it| it.kind());
    let asks_more =
        tokens.any(|kind| matches!(kind, T![ref] | T![mut] | T![@] | SyntaxKind::COMMENT));
    let names = pattern
        .syntax()
        .descendants()
        .filter_map(ast::IdentPat::cast);
    let mut names = names.filter_map(|it| it.name());
    let hides = names.any(|name| {
        [&parts.index, &parts.list_name]
            .iter()
            .any(|it| **it == *name.text())
    });
    (is_plain && can_move && !asks_more && !hides).then_some(Item::Declared {
        statement,
        pattern,
        given,
    })
}

fn is_destructured(pattern: &ast::Pat) -> bool {
    matches!(
        pattern,
        ast::Pat::TuplePat(_) | ast::Pat::TupleStructPat(_) | ast::Pat::RecordPat(_)
    )
}

/// How certain it is that a reference to an element can replace the element.
fn ground(parts: &Parts, uses: &Uses, shown: &List, lends: Lends) -> Result<Ground, Refusal> {
    let is_alone = uses.all.len() == 1;
    let mut ground = Ground::Shown;
    for one in &uses.all {
        let fits = match &one.way {
            // The argument may be moved.
            Way::BorrowedMutably(it) => is_alone && !is_repeated(it, parts),
            // Mutable and shared references are different types.
            Way::Borrowed(it) => lends == Lends::Shared && !is_wrapped(it),
            Way::Called(method) => {
                let is_doubtful = lends == Lends::Shared && is_of_references_too(method);
                if is_doubtful && !is_no_reference(parts, shown) {
                    ground = Ground::Likely;
                }
                let is_reference = shown.element.as_ref().is_some_and(|it| it.starts_with('&'));
                !(takes_itself(method) || is_doubtful && is_reference)
            }
            Way::Part | Way::Whole => true,
            Way::Other => false,
        };
        if !fits {
            return Err(Refusal::because(
                Hazard::Types,
                "A reference to the element might not work as a replacement for it.",
            ));
        }
    }
    Ok(ground)
}

fn is_wrapped(borrow: &ast::RefExpr) -> bool {
    let parent = borrow.syntax().parent().map(|it| it.kind());
    matches!(parent, Some(SyntaxKind::PAREN_EXPR | SyntaxKind::REF_EXPR))
}

/// Whether code runs more than once per element, or at another time.
fn is_repeated(borrow: &ast::RefExpr, parts: &Parts) -> bool {
    let mut around = borrow
        .syntax()
        .ancestors()
        .take_while(|it| it != parts.body.syntax());
    around.any(|it| {
        matches!(
            it.kind(),
            SyntaxKind::CLOSURE_EXPR
                | SyntaxKind::FOR_EXPR
                | SyntaxKind::WHILE_EXPR
                | SyntaxKind::LOOP_EXPR
        )
    })
}

/// Trait methods that take `self` by value and that references implement too.
fn takes_itself(method: &str) -> bool {
    const METHODS: [&str; 22] = [
        "add",
        "bitand",
        "bitor",
        "bitxor",
        "by_ref",
        "bytes",
        "chain",
        "clamp",
        "div",
        "into",
        "into_iter",
        "max",
        "min",
        "mul",
        "neg",
        "not",
        "rem",
        "shl",
        "shr",
        "sub",
        "take",
        "try_into",
    ];
    METHODS.contains(&method)
}

/// Methods that return another type when called on a reference to a reference.
fn is_of_references_too(method: &str) -> bool {
    matches!(
        method,
        "as_ref" | "borrow" | "clone" | "to_owned" | "to_string" | "type_id"
    )
}

/// Whether the element type is known, and isn't an alias of a reference.
fn is_no_reference(parts: &Parts, shown: &List) -> bool {
    const TYPES: [&str; 14] = [
        "Arc", "BTreeMap", "BTreeSet", "Box", "HashMap", "HashSet", "Option", "OsString",
        "PathBuf", "Rc", "Result", "String", "Vec", "VecDeque",
    ];
    let Some(element) = shown.element.as_deref() else {
        return false;
    };
    let head = head_of(element);
    let declared = FileNames::around(&parts.body);
    let is_declared = !declared.types(head).is_empty() && declared.aliases(head).is_empty();
    let is_parameter = head.len() == 1 && head.starts_with(char::is_uppercase);
    element.starts_with(['(', '[']) || TYPES.contains(&head) || is_declared || is_parameter
}

/// Rejects forms that Clippy would report.
fn check_lints(parts: &Parts, uses: &Uses) -> Result<(), Refusal> {
    let mut statements = parts.body.statements();
    let tail = parts.body.tail_expr();
    let only = match (statements.next(), statements.next(), tail) {
        (None, None, tail) => tail,
        (Some(ast::Stmt::ExprStmt(only)), None, None) => only.expr(),
        _ => None,
    };
    if uses.counts {
        return Ok(());
    }
    match only {
        Some(ast::Expr::BinExpr(operation)) => {
            let sets = matches!(
                operation.op_kind(),
                Some(ast::BinaryOp::Assignment { op: None })
            );
            if sets && uses.all.len() == 1 && matches!(uses.all[0].way, Way::Whole) {
                return Err(Refusal::because(
                    Hazard::Text,
                    "The loop sets every element to the same value; `fill` is shorter.",
                ));
            }
        }
        Some(ast::Expr::IfExpr(choice)) if choice.else_branch().is_none() => {
            let asks_pattern = matches!(choice.condition(), Some(ast::Expr::LetExpr(_)));
            let then = choice
                .then_branch()
                .map(|it| it.syntax().text().to_string());
            let finds = then.is_some_and(|it| {
                it.trim_start_matches(['{', ' ', '\n', '\r', '\t'])
                    .starts_with("return Some(")
            });
            if asks_pattern || finds {
                return Err(Refusal::because(
                    Hazard::Text,
                    "The loop only searches for elements; an iterator method is shorter.",
                ));
            }
        }
        _ => {}
    }
    Ok(())
}
