//! A value that is unwrapped from an `Option` or a `Result`, or else the function returns, which `?` expresses.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName, UnaryOp},
};

use super::{Outline, option_arms};
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite,
        attributes::has_condition_inside,
        flow, inference_order, purity, temporaries,
        types_shown::{self, Ground, Owned, TypesBy, arguments_of, head_of},
    },
    text::TextRange,
};

mod declared_from;
mod failure;
pub(super) mod parts;
pub(super) mod writing;

use failure::Failure;
use parts::{Form, Parts, Wraps};

/// Code that a `?` can replace.
#[derive(Debug, Clone)]
pub struct QuestionMark {
    /// The `match`, `if` or `let` to replace.
    pub whole: TextRange,
    /// The range to highlight.
    pub keyword: TextRange,
    /// Whether the error's type is known without the return type.
    pub ground: Ground,
}

impl QuestionMark {
    /// Returns the shape at a `match`, an `if let` or a `let … else`, and its replacement.
    pub fn of<'a>(
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        Self::with(node, text, context, TypesBy::Syntax)
    }

    /// Like `of`, where `types` decides who checks the types.
    pub fn with<'a>(
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
        types: TypesBy,
    ) -> Result<(Self, Rewrite<'a>), Refusal> {
        let parts = Parts::of(node).ok_or(Refusal::NotHere)?;
        let around = Around::of(node, &parts)?;
        let failure = Failure::of(&parts, &around, context, types)?;
        parts.check()?;
        let ground = match types {
            TypesBy::Syntax => parts.check_types(&failure, &around)?,
            TypesBy::Rustc => parts.check_conversion(&failure, &around)?,
        };
        if parts.has_comment_beside() {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment has no place in the new code.",
            ));
        }
        let rewrite = writing::rewrite(&parts, &failure, text, context).ok_or_else(|| {
            Refusal::because(
                Hazard::Text,
                "The layout of these lines can't be kept in the new code.",
            )
        })?;
        // The whole file is searched only for actual candidates.
        if text.contains("try!(") {
            return Err(Refusal::because(
                Hazard::Text,
                "The file uses `try!`, and `?` would be inconsistent with it.",
            ));
        }
        let shape = Self {
            whole: node.text_range(),
            keyword: parts.keyword,
            ground,
        };
        Ok((shape, rewrite))
    }

    /// The parts of such a choice, if it has a value.
    pub fn outline(node: &SyntaxNode) -> Option<Outline> {
        let parts = Parts::of(node)?;
        Around::of(node, &parts).ok()?;
        let is_value = matches!(parts.form, Form::Value | Form::IfValue);
        is_value.then(|| Outline {
            keyword: parts.keyword,
            otherwise: parts.returned.syntax().text_range(),
            value: parts.returned,
            method: "?",
        })
    }
}

/// The function that `?` returns from.
struct Around {
    /// Its result type as written.
    result: String,
    /// The error type of its result, if the file shows it.
    error: Option<String>,
    function: ast::Fn,
}

impl Around {
    fn of(node: &SyntaxNode, parts: &Parts) -> Result<Self, Refusal> {
        let (function, gives) = returned_from(node)?;
        let declared = FileNames::around(&function);
        let error = match parts.returns {
            Wraps::Some if is_option(&gives, &declared) => None,
            Wraps::Some => return Err(unknown_result()),
            Wraps::Ok => error_of_result(&gives, &declared)?,
        };
        let result = gives;
        Ok(Self {
            result,
            error,
            function,
        })
    }

    /// Whether an error may be coerced to a trait object without `From`.
    fn may_coerce(&self) -> bool {
        self.error.as_ref().is_some_and(|error| {
            let declared = FileNames::around(&self.function);
            let aliases = declared.aliases(head_of(error));
            let mut all = aliases.iter().chain([error]);
            all.any(|ty| ty.contains("dyn ") || ty.starts_with('&') || ty.contains('*'))
        })
    }
}

/// The function that a `?` would return from, and its result type as written.
fn returned_from(node: &SyntaxNode) -> Result<(ast::Fn, String), Refusal> {
    let function = function_around(node).ok_or_else(|| {
        Refusal::because(
            Hazard::ControlFlow,
            "The enclosing closure, `async` block or constant has no written result type.",
        )
    })?;
    if function.const_token().is_some() {
        return Err(Refusal::because(
            Hazard::Constants,
            "`?` isn't allowed in a `const fn`.",
        ));
    }
    let gives = function.ret_type().and_then(|ty| ty.ty());
    let Some(ast::Type::PathType(gives)) = gives else {
        return Err(unknown_result());
    };
    let gives = gives.syntax().text().to_string();
    let gives = gives.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok((function, gives))
}

/// Checks that the enclosing function returns an `Option`, so that another `?` may return from it.
pub(super) fn check_returns_option(node: &SyntaxNode) -> Result<(), Refusal> {
    let (function, gives) = returned_from(node)?;
    let is_its = is_option(&gives, &FileNames::around(&function));
    is_its.then_some(()).ok_or_else(unknown_result)
}

fn unknown_result() -> Refusal {
    Refusal::because(
        Hazard::Types,
        "The return type of the function isn't written as an `Option` or a `Result`.",
    )
}

fn function_around(node: &SyntaxNode) -> Option<ast::Fn> {
    let around = node.ancestors().skip(1);
    let scope = around.take_while(|node| !is_try_block(node));
    let scope = scope.into_iter().find(flow::is_own_scope)?;
    ast::Fn::cast(scope)
}

fn is_try_block(node: &SyntaxNode) -> bool {
    let block = ast::BlockExpr::cast(node.clone()).and_then(|block| block.modifier());
    matches!(block, Some(ast::BlockModifier::Try { .. }))
}

fn is_option(gives: &str, declared: &FileNames) -> bool {
    let head = head_of(gives);
    let is_bare = head == "Option" && declared.types(head).is_empty() && !declared.imports(head);
    is_bare || matches!(head, "std::option::Option" | "core::option::Option")
}

/// The error type of a result, if the file shows it: an alias from elsewhere may hide it.
fn error_of_result(gives: &str, declared: &FileNames) -> Result<Option<String>, Refusal> {
    let head = head_of(gives);
    let last = head.rsplit("::").next().unwrap_or(head);
    if !last.ends_with("Result") {
        return Err(unknown_result());
    }
    let own = arguments_of(gives).get(1).map(|error| (*error).to_owned());
    match (declared.types(last), declared.aliases(last)) {
        ([], _) => {}
        ([_], [alias]) if head_of(alias).ends_with("Result") => {
            // A single letter is a type parameter of the alias.
            let meant = arguments_of(alias).get(1).map(|error| (*error).to_owned());
            return Ok(own.or(meant).filter(|error| error.len() > 1));
        }
        _ => return Err(unknown_result()),
    }
    Ok(match head {
        _ if own.is_some() => own,
        "io::Result" | "std::io::Result" => Some("io::Error".to_owned()),
        "fmt::Result" | "std::fmt::Result" => Some("fmt::Error".to_owned()),
        _ => None,
    })
}

impl Parts {
    fn check(&self) -> Result<(), Refusal> {
        let declared = FileNames::around_node(&self.node);
        if declared.has_own_some_or_ok() {
            return Err(Refusal::because(
                Hazard::Scope,
                "The file defines its own `Some`, `None`, `Ok` or `Err`.",
            ));
        }
        if has_condition_inside(&self.node) {
            return Err(Refusal::because(
                Hazard::Text,
                "Part of the code is behind a `#[cfg]`.",
            ));
        }
        if !self.has_plain_place() {
            return Err(Refusal::because(
                Hazard::Text,
                "It is part of a larger expression, which would be reformatted.",
            ));
        }
        if self.form == Form::IfValue && !self.drops_alike() {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "An `if let` drops temporaries before the `else`, `?` drops them after it.",
            ));
        }
        Ok(())
    }

    /// Whether the choice is a statement, the value of a `let` or an assignment, or the tail expression of a block.
    fn has_plain_place(&self) -> bool {
        let Some(parent) = self.node.parent() else {
            return false;
        };
        match parent.kind() {
            // The copy would be unused.
            SyntaxKind::STMT_LIST | SyntaxKind::EXPR_STMT => !self.copies || self.form == Form::Let,
            SyntaxKind::LET_STMT => self.form != Form::Unit,
            SyntaxKind::BIN_EXPR => {
                let operation = ast::BinExpr::cast(parent.clone());
                let is_assigned = operation.is_some_and(|it| {
                    let is_set =
                        matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { op: None }));
                    is_set && it.rhs().is_some_and(|it| *it.syntax() == self.node)
                });
                let statement = parent.parent().map(|it| it.kind());
                is_assigned && statement == Some(SyntaxKind::EXPR_STMT) && self.form != Form::Unit
            }
            _ => false,
        }
    }

    /// Whether it makes no observable difference when the temporaries of the value are dropped.
    fn drops_alike(&self) -> bool {
        let parent = self.node.parent().map(|parent| parent.kind());
        let is_let = parent == Some(SyntaxKind::LET_STMT);
        temporaries::makes_none(&self.scrutinee) || (is_let && purity::is_silent(&self.returned))
    }

    fn check_types(&self, failure: &Failure, around: &Around) -> Result<Ground, Refusal> {
        let shown = types_shown::owned(&self.scrutinee);
        let holds_unit = shown.as_ref().is_some_and(|it| it.holds_unit);
        if self.form == Form::Unit && !holds_unit && !may_be_forgotten(&self.scrutinee) {
            return Err(Refusal::because(
                Hazard::Types,
                "The contained value may be `#[must_use]`.",
            ));
        }
        self.check_place()?;
        match failure {
            Failure::Same | Failure::From | Failure::Declared | Failure::FromInto => {}
            _ if failure.makes_error() && shown.is_none() => {
                let is_of_result = self.wraps == Wraps::Ok;
                if !option_arms::is_likely_value(&self.scrutinee, is_of_result) {
                    return Err(may_be_reference());
                }
                return Ok(Ground::Likely);
            }
            _ => {}
        }
        if self.wraps == Wraps::Some {
            return shown.map(|_| Ground::Shown).ok_or_else(may_be_reference);
        }
        if *failure == Failure::Same {
            return self.check_error(shown.as_ref(), around);
        }
        if *failure == Failure::FromInto {
            check_into(around)?;
        }
        if *failure == Failure::Declared {
            self.check_settled(shown.as_ref())?;
        }
        Ok(shown.map_or(Ground::Likely, |_| Ground::Shown))
    }

    /// Checks the conversion if rustc checks the types: only a trait object could compile and still be another error.
    fn check_conversion(&self, failure: &Failure, around: &Around) -> Result<Ground, Refusal> {
        self.check_place()?;
        let is_by_from = matches!(
            failure,
            Failure::From | Failure::Declared | Failure::FromInto
        );
        if self.wraps == Wraps::Ok && !is_by_from && around.may_coerce() {
            return Err(may_be_trait_object());
        }
        Ok(Ground::Likely)
    }

    /// `E::V(e)` determines the type of `e`, which `From` alone wouldn't.
    fn check_settled(&self, shown: Option<&Owned>) -> Result<(), Refusal> {
        if shown.map_or_else(|| is_open(&self.scrutinee), |it| it.is_open) {
            return Err(open_error());
        }
        Ok(())
    }

    /// The error itself is returned, so it isn't a reference; but `?` has to know its type without the return type.
    fn check_error(&self, shown: Option<&Owned>, around: &Around) -> Result<Ground, Refusal> {
        let is_open = shown.map_or_else(|| is_open(&self.scrutinee), |it| it.is_open);
        if is_open {
            return Err(open_error());
        }
        let written = shown.and_then(|it| it.written.as_deref());
        let is_equal = written.is_some_and(|ty| match arguments_of(ty).get(1) {
            Some(error) => around.error.as_deref() == Some(error),
            None => {
                head_of(ty) == head_of(&around.result) && arguments_of(&around.result).len() < 2
            }
        });
        if !is_equal && around.may_coerce() {
            return Err(may_be_trait_object());
        }
        Ok(match (shown, &around.error) {
            (Some(_), Some(_)) => Ground::Shown,
            _ if is_equal => Ground::Shown,
            _ => Ground::Likely,
        })
    }

    /// A `?` moves its operand.
    fn check_place(&self) -> Result<(), Refusal> {
        let is_moved_last = match &self.scrutinee {
            ast::Expr::PathExpr(path) => is_last_use(path, &self.node),
            _ => true,
        };
        if is_moved_last {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Drops,
            "The variable may be used again, and `?` moves it.",
        ))
    }
}

/// Whether the contained value may go unused: a number, or the exit status of a process.
fn may_be_forgotten(value: &ast::Expr) -> bool {
    const METHODS: [&str; 6] = [
        "output",
        "read_line",
        "read_to_end",
        "read_to_string",
        "seek",
        "status",
    ];
    match value {
        ast::Expr::MethodCallExpr(call) => {
            let name = call.name_ref();
            let is_own = |name: &str| FileNames::around(call).has_method(name);
            name.is_some_and(|name| METHODS.contains(&name.text()) && !is_own(name.text()))
        }
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|callee| callee.syntax().text().to_string());
            matches!(
                callee.as_deref(),
                Some("io::copy" | "std::io::copy" | "fs::copy" | "std::fs::copy")
            )
        }
        _ => false,
    }
}

fn open_error() -> Refusal {
    Refusal::because(
        Hazard::Types,
        "The error type may only be inferred from the return type.",
    )
}

fn may_be_trait_object() -> Refusal {
    Refusal::because(
        Hazard::Types,
        "The error may be converted to a trait object, which `?` does differently.",
    )
}

fn may_be_reference() -> Refusal {
    Refusal::because(
        Hazard::Types,
        "The value may be a reference to an `Option` or a `Result`, on which `?` isn't allowed.",
    )
}

/// A type may implement `Into` without `From`, or a generic one may only be bound by it.
fn check_into(around: &Around) -> Result<(), Refusal> {
    let declared = FileNames::around(&around.function);
    let items = around.function.syntax().ancestors();
    let mut headers = items
        .filter_map(ast::AnyHasGenericParams::cast)
        .map(|item| {
            let body = item.syntax().children().find(|child| {
                matches!(
                    child.kind(),
                    SyntaxKind::BLOCK_EXPR | SyntaxKind::ASSOC_ITEM_LIST
                )
            });
            let text = item.syntax().text().to_string();
            let inside = body.map_or(0, |body| usize::from(body.text_range().len()));
            text[..text.len() - inside].contains("Into<")
        });
    if declared.implements("Into") || declared.has_method("into") || headers.any(|it| it) {
        return Err(Refusal::because(
            Hazard::Types,
            "The error type may implement `Into` without `From`.",
        ));
    }
    Ok(())
}

/// Whether a value from elsewhere may be of any inferred type, or have an error that is.
fn is_open(value: &ast::Expr) -> bool {
    const WORDS: [&str; 15] = [
        "Default",
        "Err",
        "From",
        "Into",
        "Ok",
        "collect",
        "custom",
        "default",
        "from",
        "into",
        "product",
        "sum",
        "try_fold",
        "try_for_each",
        "map_err",
    ];
    let tokens = value.syntax().descendants_with_tokens();
    let mut tokens = tokens.filter_map(ra_ap_syntax::NodeOrToken::into_token);
    inference_order::is_what_is_wanted(value)
        || tokens.any(|token| {
            let text = token.text();
            WORDS.contains(&text) || text.starts_with("visit_") || text == "async"
        })
}

/// Whether a variable is used neither after a node, nor in the next iteration of a loop.
fn is_last_use(path: &ast::PathExpr, node: &SyntaxNode) -> bool {
    let name = path.syntax().text().to_string();
    let bindings = types_shown::bindings_of(path);
    let ([_], Some(function)) = (bindings.as_slice(), function_around(node)) else {
        return false;
    };
    let is_loop = |node: &SyntaxNode| {
        matches!(
            node.kind(),
            SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR
        )
    };
    let mut around = node.ancestors();
    let mut around = around.by_ref().take_while(|it| it != function.syntax());
    if around.any(|it| is_loop(&it)) {
        return false;
    }
    let end = node.text_range().end();
    let tokens = function.syntax().descendants_with_tokens();
    let mut behind = tokens
        .filter_map(ra_ap_syntax::NodeOrToken::into_token)
        .filter(|token| token.text_range().start() >= end);
    !behind.any(|token| {
        let is_printed = token.kind() == SyntaxKind::STRING && token.text().contains(&name);
        token.text() == name || is_printed
    })
}

/// Whether a variable can be read from a closure and once more later: it is never mutated or moved.
fn is_copied_freely(path: &ast::PathExpr) -> bool {
    const TYPES: [&str; 16] = [
        "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16",
        "u32", "u64", "u8", "usize",
    ];
    let bindings = types_shown::bindings_of(path);
    let [binding] = bindings.as_slice() else {
        return false;
    };
    let parameter = binding.syntax().parent().and_then(ast::Param::cast);
    let is_plain = binding.mut_token().is_none() && binding.ref_token().is_none();
    let ty = parameter.and_then(|it| it.ty());
    is_plain
        && match ty {
            Some(ast::Type::RefType(ty)) => ty.mut_token().is_none(),
            Some(ty) => TYPES.contains(&&*ty.syntax().text().to_string()),
            None => false,
        }
}

/// Whether `self` is a shared reference in the enclosing function.
fn has_shared_self(node: &SyntaxNode) -> bool {
    let parameter = function_around(node)
        .and_then(|function| function.param_list())
        .and_then(|list| list.self_param());
    parameter
        .is_some_and(|it| it.amp_token().is_some() && it.mut_token().is_none() && it.ty().is_none())
}

/// Whether a value has a unary operator that arithmetic doesn't need.
fn is_sign(prefix: &ast::PrefixExpr) -> bool {
    matches!(
        prefix.op_kind(),
        Some(UnaryOp::Neg | UnaryOp::Not | UnaryOp::Deref)
    )
}

fn name_of(pattern: &ast::IdentPat) -> Option<String> {
    Some(pattern.name()?.text().to_string())
}
