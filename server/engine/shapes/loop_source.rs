//! The iterated expression of a loop, as an iterator.

use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SyntaxNode,
    ast::{self, HasArgList, RangeItem},
};

use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal,
        attributes::has_condition_inside,
        flow, layout, scopes, temporaries,
        types_shown::{Ground, Held, TypesBy, collection},
    },
    text::TextRange,
};

/// An iterator, and how it is written.
pub struct Source {
    /// The expression that stays unchanged.
    pub kept: ast::Expr,
    pub wraps: Wraps,
    pub ground: Ground,
    /// The variable at its root.
    pub(super) root: Option<String>,
    /// Whether dropping it may have side effects.
    pub(super) may_have_drop: bool,
}

/// What to wrap around the kept expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wraps {
    Nothing,
    /// `(0..n)`
    Parentheses,
    /// `.iter()`
    Iter,
    /// `.into_iter()`
    IntoIter,
}

impl Source {
    /// Returns an expression as an iterator that borrows the iterated value.
    pub(super) fn lending(iterable: &ast::Expr, types: TypesBy) -> Result<Self, Refusal> {
        let source = Self::of_iterable(iterable);
        let source = match types {
            TypesBy::Syntax => source,
            TypesBy::Rustc => source.or_else(|| Self::believed(iterable)),
        };
        Self::checked(source, iterable)
    }

    /// Returns an expression that is an iterator if it compiles as one.
    fn believed(iterable: &ast::Expr) -> Option<Self> {
        let (kept, wraps) = match iterable {
            ast::Expr::MethodCallExpr(_) => (iterable.clone(), Wraps::Nothing),
            ast::Expr::RefExpr(it) if it.mut_token().is_none() => (it.expr()?, Wraps::Iter),
            _ => return None,
        };
        let is_bare = matches!(
            kept,
            ast::Expr::MethodCallExpr(_) | ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_)
        );
        let root = scopes::root_of(&kept);
        is_bare.then(|| Self {
            kept,
            wraps,
            ground: Ground::Likely,
            root: root.and_then(|it| scopes::as_name(&it.into())),
            may_have_drop: true,
        })
    }

    /// Like `lending`, but also accepts a collection that is consumed.
    pub fn of(iterable: &ast::Expr, context: FileContext) -> Result<Self, Refusal> {
        let source = Self::of_iterable(iterable).or_else(|| Self::owning(iterable, context));
        Self::checked(source, iterable)
    }

    fn checked(source: Option<Self>, iterable: &ast::Expr) -> Result<Self, Refusal> {
        let source = source.ok_or_else(|| {
            Refusal::because(
                Hazard::Types,
                "It can't be shown that the loop iterates over an iterator whose drop isn't observable.",
            )
        })?;
        if !flow::escapes(iterable.syntax()).is_empty() {
            return Err(Refusal::because(
                Hazard::ControlFlow,
                "The iterated expression may exit the function.",
            ));
        }
        Ok(source)
    }

    /// In older editions, `into_iter` on an array yields references.
    fn owning(iterable: &ast::Expr, context: FileContext) -> Option<Self> {
        let name = matches!(iterable, ast::Expr::PathExpr(_)).then(|| scopes::as_name(iterable))?;
        let is_owned = collection(iterable) == Some(Held::Itself);
        (is_owned && context.edition >= Edition::Edition2021).then(|| Self {
            kept: iterable.clone(),
            wraps: Wraps::IntoIter,
            ground: Ground::Shown,
            root: name,
            may_have_drop: true,
        })
    }

    fn of_iterable(iterable: &ast::Expr) -> Option<Self> {
        let source = |kept: &ast::Expr, wraps| {
            let root = scopes::root_of(kept);
            Self {
                kept: kept.clone(),
                wraps,
                ground: Ground::Shown,
                root: root.and_then(|it| scopes::as_name(&it.into())),
                may_have_drop: false,
            }
        };
        match iterable {
            ast::Expr::ParenExpr(parens) => match parens.expr()? {
                ast::Expr::RangeExpr(range) => {
                    is_counting(&range).then(|| source(iterable, Wraps::Nothing))
                }
                _ => None,
            },
            ast::Expr::RangeExpr(range) => {
                is_counting(range).then(|| source(iterable, Wraps::Parentheses))
            }
            ast::Expr::RefExpr(reference) if reference.mut_token().is_none() => {
                let place = reference.expr()?;
                let is_bare = matches!(
                    place,
                    ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_) | ast::Expr::IndexExpr(_)
                );
                let is_shown = is_place(&place) && collection(&place).is_some();
                (is_bare && is_shown).then(|| source(&place, Wraps::Iter))
            }
            ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_) => {
                let is_lent = collection(iterable) == Some(Held::Lent);
                (is_lent && temporaries::is_place(iterable)).then(|| source(iterable, Wraps::Iter))
            }
            ast::Expr::MethodCallExpr(call) => {
                let chain = Chain::of(call)?;
                Some(Self {
                    ground: chain.ground,
                    may_have_drop: chain.may_have_drop,
                    ..source(iterable, Wraps::Nothing)
                })
            }
            _ => None,
        }
    }

    /// Whether each element is a reference, a number or a character.
    pub(super) fn has_copied_elements(&self) -> bool {
        match (&self.kept, self.wraps) {
            (_, Wraps::Iter | Wraps::Parentheses) | (ast::Expr::ParenExpr(_), _) => true,
            (ast::Expr::MethodCallExpr(call), _) => copies(call),
            _ => false,
        }
    }
}

fn copies(call: &ast::MethodCallExpr) -> bool {
    let name = call.name_ref().map(|name| name.text().to_string());
    let receiver = call.receiver();
    match name.as_deref() {
        Some("iter") => receiver.is_some_and(|receiver| collection(&receiver).is_some()),
        Some("bytes" | "char_indices" | "chars") => true,
        Some("copied" | "rev" | "skip" | "step_by" | "take") => {
            matches!(receiver, Some(ast::Expr::MethodCallExpr(inner)) if copies(&inner))
        }
        _ => false,
    }
}

/// How certain it is that an expression is an iterator, regardless of borrows and drops.
pub fn iterates(expr: &ast::Expr) -> Option<Ground> {
    let call = match expr {
        ast::Expr::ParenExpr(parens) => {
            let is_range =
                matches!(parens.expr()?, ast::Expr::RangeExpr(range) if range.end().is_some());
            return is_range.then_some(Ground::Shown);
        }
        ast::Expr::MethodCallExpr(call) => call,
        _ => return None,
    };
    let name = call.name_ref()?.text().to_string();
    let own = FileNames::around(call);
    let own = own.methods(&name);
    if !own.is_empty() {
        let is_iterator = own.iter().all(|it| it.gives.starts_with("impl Iterator<"));
        return is_iterator.then_some(Ground::Shown);
    }
    if Chain::ADAPTORS.contains(&&*name) || name == "take" {
        return iterates(&call.receiver()?);
    }
    let is_start = Chain::STARTS.contains(&&*name) || matches!(&*name, "into_iter" | "iter_mut");
    let is_likely = Chain::LIKELY.contains(&&*name)
        || matches!(&*name, "drain" | "into_keys" | "into_values" | "values_mut");
    match (is_start, is_likely) {
        (true, _) => Some(Ground::Shown),
        (false, true) if collection(&call.receiver()?).is_some() => Some(Ground::Shown),
        (false, true) => Some(Ground::Likely),
        (false, false) => None,
    }
}

/// The loop head that replaces an equivalent call such as `.iter()`.
pub fn in_head(source: &ast::Expr, edition: Edition) -> (&'static str, ast::Expr) {
    let whole = ("", source.clone());
    let call = match source {
        // Parentheses are redundant around the whole expression.
        ast::Expr::ParenExpr(inner) => return inner.expr().map_or(whole, |it| ("", it)),
        ast::Expr::MethodCallExpr(call) => call,
        _ => return whole,
    };
    let has_arguments = call.arg_list().is_none_or(|it| it.args().next().is_some());
    let list = call.receiver().filter(|it| {
        let is_place = matches!(it, ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_));
        is_place && !has_arguments
    });
    let Some(list) = list else {
        return whole;
    };
    let is_name = matches!(list, ast::Expr::PathExpr(_));
    let name = call.name_ref().map(|it| it.text().to_string());
    match (name.as_deref(), collection(&list)) {
        (Some("iter"), Some(Held::Itself)) => ("&", list),
        (Some("iter"), Some(Held::Lent)) => ("", list),
        (Some("iter_mut"), Some(Held::Itself)) => ("&mut ", list),
        (Some("into_iter"), Some(Held::Itself)) if is_name && edition >= Edition::Edition2021 => {
            ("", list)
        }
        _ => whole,
    }
}

/// Whether a range has two ends.
fn is_counting(range: &ast::RangeExpr) -> bool {
    let ends = [range.start(), range.end()];
    ends.iter()
        .all(|end| end.as_ref().is_some_and(temporaries::makes_none))
}

/// Whether an expression is a place, or a slice of one by a range.
fn is_place(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::IndexExpr(part) => match part.index() {
            Some(ast::Expr::RangeExpr(range)) => {
                let mut ends = [range.start(), range.end()].into_iter().flatten();
                part.base().is_some_and(|base| temporaries::is_place(&base))
                    && ends.all(|end| temporaries::makes_none(&end))
            }
            _ => temporaries::is_place(expr),
        },
        _ => temporaries::is_place(expr),
    }
}

/// Method calls, the last of which returns an iterator.
struct Chain {
    ground: Ground,
    may_have_drop: bool,
}

impl Chain {
    const STARTS: [&str; 5] = ["bytes", "char_indices", "chars", "iter", "split_whitespace"];
    /// Methods that may return a list on other types.
    const LIKELY: [&str; 9] = [
        "ancestors",
        "chunks",
        "chunks_exact",
        "components",
        "keys",
        "lines",
        "split",
        "values",
        "windows",
    ];
    /// Methods that only iterators have, and that return another iterator.
    const ADAPTORS: [&str; 17] = [
        "chain",
        "cloned",
        "copied",
        "enumerate",
        "filter",
        "filter_map",
        "flat_map",
        "flatten",
        "inspect",
        "map",
        "map_while",
        "rev",
        "skip",
        "skip_while",
        "step_by",
        "take_while",
        "zip",
    ];

    fn of(call: &ast::MethodCallExpr) -> Option<Self> {
        let name = call.name_ref()?.text().to_string();
        let whole: ast::Expr = call.clone().into();
        let declared = FileNames::around(call);
        let own = declared.methods(&name);
        if !own.is_empty() {
            let is_iterator = own.iter().all(|it| it.gives.starts_with("impl Iterator<"));
            let is_free = temporaries::makes_none(&whole);
            return (is_iterator && is_free).then_some(Self {
                ground: Ground::Shown,
                may_have_drop: true,
            });
        }
        if Self::STARTS.contains(&&*name) || Self::LIKELY.contains(&&*name) {
            let is_shown = Self::STARTS.contains(&&*name)
                || call.receiver().is_some_and(|it| collection(&it).is_some());
            let ground = if is_shown {
                Ground::Shown
            } else {
                Ground::Likely
            };
            return temporaries::makes_none(&whole).then_some(Self {
                ground,
                may_have_drop: false,
            });
        }
        if !Self::ADAPTORS.contains(&&*name) && name != "take" {
            return None;
        }
        let arguments = call.arg_list()?;
        let are_free = arguments.args().all(|it| temporaries::makes_none(&it));
        let inner = match call.receiver()? {
            ast::Expr::MethodCallExpr(inner) => Self::of(&inner)?,
            ast::Expr::ParenExpr(_) => Self::of_range(&call.receiver()?)?,
            _ => return None,
        };
        // A `move` closure may own its captures.
        let owns = arguments
            .args()
            .any(|it| matches!(&it, ast::Expr::ClosureExpr(it) if it.move_token().is_some()));
        are_free.then_some(Self {
            ground: Ground::Shown,
            may_have_drop: inner.may_have_drop || owns,
        })
    }

    fn of_range(receiver: &ast::Expr) -> Option<Self> {
        let ast::Expr::ParenExpr(parens) = receiver else {
            return None;
        };
        let ast::Expr::RangeExpr(range) = parens.expr()? else {
            return None;
        };
        is_counting(&range).then_some(Self {
            ground: Ground::Shown,
            may_have_drop: false,
        })
    }
}

/// Whether code mentions a variable, or `self`.
pub(super) fn mentions(code: &SyntaxNode, variable: Option<&str>) -> bool {
    let mut tokens = code
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    variable.is_some_and(|variable| tokens.any(|token| token.text() == variable))
}

/// Checks that a chain of iterators can replace `whole` in the loop's context. The chain calls the methods in `called`.
pub(super) fn check_place(
    around: &SyntaxNode,
    found: &ast::ForExpr,
    whole: TextRange,
    called: &[&str],
) -> Result<(), Refusal> {
    let node = found.syntax();
    if !flow::is_run(node) {
        return Err(Refusal::because(
            Hazard::Constants,
            "Iterators can't be used in this `const` or `async` block or `const fn`.",
        ));
    }
    if has_condition_inside(around) {
        return Err(Refusal::because(
            Hazard::Text,
            "Part of the code is behind a `#[cfg]`.",
        ));
    }
    let root = node.ancestors().last();
    let comments = root.map(|root| layout::comments_in(&root, whole));
    if comments.is_none_or(|comments| !comments.is_empty()) {
        return Err(Refusal::because(
            Hazard::Text,
            "A comment has no place in the new code.",
        ));
    }
    let declared = FileNames::around_node(node);
    if called.iter().any(|name| declared.has_method(name)) {
        return Err(Refusal::because(
            Hazard::Scope,
            "The file defines a method with the name of an iterator method.",
        ));
    }
    Ok(())
}
