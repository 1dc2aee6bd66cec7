//! The value that is returned on failure, and the conversion that it needs between the value and its `?`.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind,
    ast::{self, HasArgList, HasGenericArgs},
};

use super::{
    super::option_value::{is_worth_a_closure, may_be_boxed},
    Around,
    declared_from::wraps_as_from,
    has_shared_self, is_copied_freely, is_sign,
    parts::{Parts, Wraps},
};
use crate::syntax::{
    Constant, FileContext, FileNames, Hazard, Refusal, Signature,
    closures::{self, Body},
    inference_order,
    types_shown::{TypesBy, bindings_of, head_of},
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The failure unchanged.
    Same,
    /// `From::from` of the error, which is what `?` calls.
    From,
    /// The conversion by a `From` in the file, of an error whose type is known by its name.
    Declared,
    /// `into` of the error.
    FromInto,
    /// `.ok_or(V)?`
    OkOr,
    /// `.ok_or_else(|| V)?`
    OkOrElse,
    /// `.map_err(F)?` for `F(e)`
    MapErr(ast::Expr),
    /// `.map_err(|e| V)?`
    MapErrWith,
}

impl Failure {
    pub(super) fn of(
        parts: &Parts,
        around: &Around,
        context: FileContext,
        types: TypesBy,
    ) -> Result<Self, Refusal> {
        match (parts.wraps, parts.returns) {
            (Wraps::Some, Wraps::Some) => return Ok(Self::Same),
            (Wraps::Ok, Wraps::Some) => return Err(Refusal::NotHere),
            _ => {}
        }
        let value = &parts.returned;
        if parts.wraps == Wraps::Ok
            && let Some(conversion) = conversion(parts, around)
        {
            return Ok(conversion);
        }
        let judge = Judge {
            parts,
            around,
            context,
            types,
        };
        judge.check(value)?;
        if parts.wraps == Wraps::Some {
            return of_option(value);
        }
        Ok(match function_of_error(value, parts.error.as_deref()) {
            Some(function) => Self::MapErr(function),
            None => Self::MapErrWith,
        })
    }

    /// Whether the error is a new value, so that the original one may be a reference.
    pub(super) fn makes_error(&self) -> bool {
        matches!(self, Self::OkOr | Self::OkOrElse | Self::MapErrWith)
    }
}

/// The error unchanged, or converted by `From`.
fn conversion(parts: &Parts, around: &Around) -> Option<Failure> {
    let name = parts.error.as_deref()?;
    let is_error = |expr: Option<ast::Expr>| expr.is_some_and(|it| it.syntax().text() == name);
    match &parts.returned {
        value @ ast::Expr::PathExpr(_) => is_error(Some(value.clone())).then_some(Failure::Same),
        ast::Expr::MethodCallExpr(call) => {
            let is_into = call.name_ref()?.text() == "into" && call.generic_arg_list().is_none();
            (is_into && is_error(call.receiver())).then_some(Failure::FromInto)
        }
        value if wraps_as_from(value, name) => Some(Failure::Declared),
        ast::Expr::CallExpr(call) => {
            let mut arguments = call.arg_list()?.args();
            let (only, None) = (arguments.next(), arguments.next()) else {
                return None;
            };
            if !is_error(only) {
                return None;
            }
            let callee = call.expr()?.syntax().text().to_string();
            let own = around.error.as_ref().map(|error| format!("{error}::from"));
            match &*callee {
                "Into::into" => Some(Failure::FromInto),
                "From::from" | "std::convert::From::from" | "core::convert::From::from" => {
                    Some(Failure::From)
                }
                other if own.as_deref() == Some(other) => Some(Failure::From),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The `F` in `F(e)`, if it names a struct or a variant.
fn function_of_error(value: &ast::Expr, error: Option<&str>) -> Option<ast::Expr> {
    let ast::Expr::CallExpr(call) = value else {
        return None;
    };
    let mut arguments = call.arg_list()?.args();
    let (only, None) = (arguments.next()?, arguments.next()) else {
        return None;
    };
    (only.syntax().text() == error?).then(|| call.expr())?
}

/// Decides whether a value can move into a closure, or be computed before it is needed.
struct Judge<'a> {
    parts: &'a Parts,
    around: &'a Around,
    context: FileContext,
    types: TypesBy,
}

impl Judge<'_> {
    fn check(&self, value: &ast::Expr) -> Result<(), Refusal> {
        let is_typed = match self.types {
            TypesBy::Syntax => self.is_typed(value),
            // `?` may convert it to another trait object, or the box around it.
            TypesBy::Rustc => {
                !self.around.may_coerce()
                    && !may_be_boxed(value)
                    && !inference_order::is_what_is_wanted(value)
            }
        };
        if !is_typed {
            return Err(Refusal::because(
                Hazard::Types,
                "The error type may only be inferred from the return type.",
            ));
        }
        if !self.is_free(value) && !self.is_lent(value) {
            return Err(Refusal::because(
                Hazard::Borrows,
                "The error uses variables that a closure can't borrow, or more than calls.",
            ));
        }
        Ok(())
    }

    /// Whether a closure that captures the operands of the value can follow the scrutinee.
    fn is_lent(&self, value: &ast::Expr) -> bool {
        let held = self.parts.error.as_deref();
        let edition = self.context.edition;
        let body = Body {
            held,
            declared: &FileNames::around(value),
            types: self.types,
        };
        let is_free = || {
            !closures::borrows_more(value, held, edition)
                && !closures::conflict(&self.parts.scrutinee, value, edition)
        };
        body.gives(value) && (self.types == TypesBy::Rustc || is_free())
    }

    /// Whether the value has the function's error type without coercion.
    fn is_typed(&self, value: &ast::Expr) -> bool {
        let own = self.around.error.as_deref();
        if self.is_declared(value) {
            return true;
        }
        match value {
            ast::Expr::Literal(literal) => {
                matches!(
                    literal.token().kind(),
                    SyntaxKind::STRING
                        | SyntaxKind::CHAR
                        | SyntaxKind::TRUE_KW
                        | SyntaxKind::FALSE_KW
                ) && own.is_some_and(|own| own.starts_with('&') || own == "char" || own == "bool")
            }
            ast::Expr::TupleExpr(unit) => unit.fields().next().is_none() && own == Some("()"),
            ast::Expr::PathExpr(path) => path.path().is_some_and(|it| self.is_of_error(&it)),
            ast::Expr::RecordExpr(record) => record.path().is_some_and(|it| self.is_of_error(&it)),
            ast::Expr::CallExpr(call) => match call.expr() {
                Some(ast::Expr::PathExpr(callee)) => {
                    callee.path().is_some_and(|it| self.is_of_error(&it))
                }
                _ => false,
            },
            ast::Expr::MethodCallExpr(call) => {
                let name = call.name_ref().map(|name| name.text().to_string());
                own == Some("String") && matches!(name.as_deref(), Some("to_string" | "to_owned"))
            }
            ast::Expr::MacroExpr(call) => match &*macro_name(call) {
                "format" => own == Some("String"),
                "anyhow" | "eyre" | "format_err" => own.is_none_or(|own| own.ends_with("Error")),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether the file shows the type of the called or named item: a constant, a function without type parameters, or a
    /// variant of the error itself.
    fn is_declared(&self, value: &ast::Expr) -> bool {
        let declared = FileNames::around(value);
        let Some(own) = self.around.error.as_deref() else {
            return false;
        };
        if own.contains(['<', ' ', '&']) || !declared.aliases(own).is_empty() {
            return false;
        }
        let is_its = |it: &Signature| !it.is_generic && (it.gives == "Self" || it.gives == own);
        let gives = |name: &str| {
            let mut found = declared.called(name).peekable();
            found.peek().is_some() && found.all(is_its)
        };
        match value {
            ast::Expr::PathExpr(path) => {
                let name = path.path().and_then(|path| path.segment()?.name_ref());
                name.is_some_and(|name| {
                    let constants = declared.constants(name.text());
                    let is_own = |it: &Constant| {
                        matches!(it, Constant::Const(ty) | Constant::Static(ty) if ty == own)
                    };
                    let is_constant = !constants.is_empty() && constants.iter().all(is_own);
                    is_constant || declared.is_variant_of(own, name.text())
                })
            }
            ast::Expr::CallExpr(call) => match call.expr() {
                Some(ast::Expr::PathExpr(callee)) => {
                    let name = callee.path().and_then(|path| path.segment()?.name_ref());
                    name.is_some_and(|name| {
                        gives(name.text()) || declared.is_variant_of(own, name.text())
                    })
                }
                _ => false,
            },
            ast::Expr::MethodCallExpr(call) => {
                let is_self = call
                    .receiver()
                    .is_some_and(|it| it.syntax().text() == "self");
                is_self && call.name_ref().is_some_and(|name| gives(name.text()))
            }
            _ => false,
        }
    }

    /// Whether a path unambiguously refers to the function's error: `Error::Io`, `Error::new`, `Eof`.
    fn is_of_error(&self, path: &ast::Path) -> bool {
        let Some(last) = path.segment().and_then(|it| it.name_ref()) else {
            return false;
        };
        let is_named = last.text().starts_with(char::is_uppercase);
        let owner = path.qualifier().map(|it| it.syntax().text().to_string());
        let name = |ty: &str| ty.rsplit("::").next().unwrap_or_default().to_owned();
        match &self.around.error {
            Some(error) if error.contains('<') || error.contains(' ') => false,
            Some(error) => {
                let is_local = error.contains("::") && error.starts_with(char::is_uppercase);
                match owner {
                    Some(owner) if is_local => owner == *error,
                    Some(owner) => {
                        name(&owner) == name(error) || (is_named && *last.text() == *name(error))
                    }
                    None => is_named && *last.text() == *name(error) && !is_local,
                }
            }
            // The type is only known as an alias from elsewhere. Errors with such names have no parameters.
            None => is_named && owner.is_some_and(|owner| name(&owner).ends_with("Error")),
        }
    }

    /// Whether a closure can capture the operands of the value, which contains no jumps.
    fn is_free(&self, value: &ast::Expr) -> bool {
        let one = |part: Option<ast::Expr>| part.is_some_and(|part| self.is_free(&part));
        match value {
            ast::Expr::Literal(_) => true,
            ast::Expr::PathExpr(path) => self.is_free_path(path),
            ast::Expr::ParenExpr(it) => one(it.expr()),
            ast::Expr::CastExpr(it) => one(it.expr()),
            ast::Expr::FieldExpr(it) => one(it.expr()),
            ast::Expr::RefExpr(it) => it.mut_token().is_none() && one(it.expr()),
            ast::Expr::PrefixExpr(it) => is_sign(it) && one(it.expr()),
            ast::Expr::TupleExpr(it) => it.fields().all(|it| self.is_free(&it)),
            ast::Expr::CallExpr(it) => {
                let is_path = matches!(it.expr(), Some(ast::Expr::PathExpr(callee)) if bindings_of(&callee).is_empty());
                is_path && self.has_free_arguments(it)
            }
            ast::Expr::MethodCallExpr(it) => one(it.receiver()) && self.has_free_arguments(it),
            ast::Expr::RecordExpr(it) => it.record_expr_field_list().is_some_and(|list| {
                list.spread().is_none() && list.fields().all(|field| one(field.expr()))
            }),
            ast::Expr::MacroExpr(it) => self.is_free_macro(it),
            _ => false,
        }
    }

    fn has_free_arguments(&self, call: &impl HasArgList) -> bool {
        call.arg_list()
            .is_some_and(|list| list.args().all(|it| self.is_free(&it)))
    }

    fn is_free_path(&self, path: &ast::PathExpr) -> bool {
        let text = path.syntax().text().to_string();
        if self.parts.error.as_deref() == Some(&*text) {
            return true;
        }
        if text == "self" {
            return has_shared_self(path.syntax());
        }
        let is_name = path
            .path()
            .is_some_and(|it| it.as_single_name_ref().is_some());
        let is_item = text.starts_with(char::is_uppercase) && bindings_of(path).is_empty();
        !is_name || is_item || is_copied_freely(path)
    }

    /// Whether it is a macro that formats strings, and captures no variable but the error.
    fn is_free_macro(&self, call: &ast::MacroExpr) -> bool {
        let is_known = matches!(
            &*macro_name(call),
            "anyhow" | "eyre" | "format" | "format_err"
        );
        let input = call.macro_call().and_then(|it| it.token_tree());
        let Some(input) = input.filter(|_| is_known) else {
            return false;
        };
        let tokens = input.syntax().descendants_with_tokens();
        let mut tokens = tokens.filter_map(NodeOrToken::into_token);
        tokens.all(|token| match token.kind() {
            SyntaxKind::IDENT => {
                self.parts.error.as_deref() == Some(token.text())
                    || token.text().starts_with(char::is_uppercase)
            }
            SyntaxKind::STRING => {
                let captured = token.text().replace("{{", "");
                let mut captured = captured.split('{').skip(1);
                captured.all(|it| {
                    let name = it.split([':', '}']).next().unwrap_or_default();
                    name.is_empty()
                        || name.starts_with(|c: char| c.is_ascii_digit())
                        || self.parts.error.as_deref() == Some(name)
                })
            }
            kind => {
                !kind.is_keyword(ra_ap_syntax::Edition::LATEST)
                    && !matches!(kind, ra_ap_syntax::T![?] | ra_ap_syntax::T![|])
            }
        })
    }
}

fn macro_name(call: &ast::MacroExpr) -> String {
    let path = call.macro_call().and_then(|it| it.path());
    let name = path.and_then(|it| it.segment()?.name_ref());
    let name = name.map(|it| it.text().to_string()).unwrap_or_default();
    if FileNames::around(call).defines_macro(&name) {
        return String::new();
    }
    name
}

fn of_option(value: &ast::Expr) -> Result<Failure, Refusal> {
    let has_drop = FileNames::around(value).has_drop();
    if is_cheap(value) {
        let is_dropped = has_drop && !matches!(value, ast::Expr::Literal(_));
        return if is_dropped {
            Err(Refusal::because(
                Hazard::Drops,
                "An eagerly created error might be dropped unused, which would be observable.",
            ))
        } else {
            Ok(Failure::OkOr)
        };
    }
    if is_worth_a_closure(value) {
        return Ok(Failure::OkOrElse);
    }
    Err(Refusal::NotHere)
}

/// Whether computing the value before it is needed is free.
fn is_cheap(value: &ast::Expr) -> bool {
    let one = |part: Option<ast::Expr>| part.is_some_and(|part| is_cheap(&part));
    match value {
        ast::Expr::Literal(_) | ast::Expr::PathExpr(_) => true,
        ast::Expr::ParenExpr(it) => one(it.expr()),
        ast::Expr::FieldExpr(it) => one(it.expr()),
        ast::Expr::RefExpr(it) => one(it.expr()),
        ast::Expr::TupleExpr(it) => it.fields().all(|it| is_cheap(&it)),
        ast::Expr::RecordExpr(it) => it
            .record_expr_field_list()
            .is_some_and(|list| list.fields().all(|field| one(field.expr()))),
        ast::Expr::CallExpr(it) => {
            let callee = it.expr().map(|it| it.syntax().text().to_string());
            let name = callee.unwrap_or_default();
            let is_constructor = head_of(&name)
                .rsplit("::")
                .next()
                .is_some_and(|it| it.starts_with(char::is_uppercase));
            is_constructor
                && it
                    .arg_list()
                    .is_some_and(|list| list.args().all(|it| is_cheap(&it)))
        }
        _ => false,
    }
}
