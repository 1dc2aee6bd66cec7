//! What may move into a closure that is called immediately, without changing its meaning.

use ra_ap_syntax::{
    AstNode, Edition, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasArgList},
};

use super::{
    flow,
    known::{Fact, is_known},
    scopes, temporaries,
    types_shown::{self, TypesBy},
};
use crate::syntax::FileNames;

/// The function that can replace a closure which only calls it without arguments: `a::b` for `|| a::b()`.
pub fn function_called(value: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::CallExpr(call) = value else {
        return None;
    };
    let is_plain = call.arg_list()?.args().next().is_none();
    let ast::Expr::PathExpr(path) = call.expr()? else {
        return None;
    };
    let is_function = types_shown::bindings_of(&path).is_empty();
    (is_plain && is_function).then_some(ast::Expr::PathExpr(path))
}

/// The body of a closure that captures only by reference, and mutates nothing but its parameter.
pub struct Body<'a> {
    /// The name of the closure's parameter.
    pub held: Option<&'a str>,
    pub declared: &'a FileNames,
    /// With rustc, conflicting borrows and uses after a move are compile errors.
    pub types: TypesBy,
}

impl Body<'_> {
    /// Whether an expression whose value is only read has no side effects.
    pub fn looks(&self, expr: &ast::Expr) -> bool {
        let of = |part: Option<ast::Expr>| part.is_some_and(|part| self.looks(&part));
        match expr {
            ast::Expr::Literal(_) => true,
            ast::Expr::ParenExpr(it) => of(it.expr()),
            ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_) | ast::Expr::IndexExpr(_) => {
                temporaries::is_place(expr)
            }
            ast::Expr::RefExpr(it) => it.mut_token().is_none() && of(it.expr()),
            ast::Expr::PrefixExpr(it) => of(it.expr()),
            ast::Expr::BinExpr(it) => match it.op_kind() {
                Some(ast::BinaryOp::LogicOp(_) | ast::BinaryOp::CmpOp(_)) => {
                    of(it.lhs()) && of(it.rhs())
                }
                Some(ast::BinaryOp::ArithOp(_)) => {
                    types_shown::integer(expr).is_some() && of(it.lhs()) && of(it.rhs())
                }
                _ => false,
            },
            ast::Expr::MethodCallExpr(call) => self.is_method(call),
            ast::Expr::CallExpr(call) => {
                let callee = call.expr();
                let is_function = matches!(
                    &callee,
                    Some(ast::Expr::PathExpr(path)) if types_shown::bindings_of(path).is_empty()
                );
                is_function && self.takes_all(call)
            }
            ast::Expr::MacroExpr(it) => self.is_macro(it),
            _ => false,
        }
    }

    /// Like `looks`, for an expression whose value is consumed: a variable would be moved into the closure.
    pub fn gives(&self, expr: &ast::Expr) -> bool {
        let of = |part: Option<ast::Expr>| part.is_some_and(|part| self.gives(&part));
        match expr {
            ast::Expr::PathExpr(path) => {
                let name = scopes::as_name(expr);
                let is_constant =
                    types_shown::bindings_of(path).is_empty() && name.as_deref() != Some("self");
                let is_held = name.is_some() && name.as_deref() == self.held;
                is_held || is_constant || has_copied_type(path)
            }
            ast::Expr::FieldExpr(_) | ast::Expr::IndexExpr(_) => {
                let root = scopes::root_of(expr).and_then(|root| scopes::as_name(&root.into()));
                root.is_some() && root.as_deref() == self.held
            }
            ast::Expr::TupleExpr(it) => it.fields().all(|field| self.gives(&field)),
            ast::Expr::RecordExpr(it) => it.record_expr_field_list().is_some_and(|list| {
                list.spread().is_none() && list.fields().all(|field| of(field.expr()))
            }),
            ast::Expr::ClosureExpr(_) => false,
            _ => self.looks(expr),
        }
    }

    fn is_method(&self, call: &ast::MethodCallExpr) -> bool {
        const COPIES: [&str; 3] = ["to_owned", "to_string", "to_vec"];
        let Some(receiver) = call.receiver() else {
            return false;
        };
        let root = scopes::root_of(&receiver).and_then(|root| scopes::as_name(&root.into()));
        let is_its = root.is_some() && root.as_deref() == self.held;
        let name = call.name_ref();
        let copies = name.is_some_and(|name| {
            COPIES.contains(&name.text()) && !self.declared.has_method(name.text())
        });
        let is_lent = self.types == TypesBy::Rustc && is_behind_reference(&receiver);
        (is_its || copies || is_lent || is_known(call, Fact::Looks))
            && self.looks(&receiver)
            && self.takes_all(call)
    }

    fn takes_all(&self, call: &impl HasArgList) -> bool {
        let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
        arguments.into_iter().all(|argument| self.gives(&argument))
    }

    fn is_macro(&self, call: &ast::MacroExpr) -> bool {
        let Some(call) = call.macro_call() else {
            return false;
        };
        let name = call.path().map(|path| path.syntax().text().to_string());
        let name = name.unwrap_or_default();
        let input = call.token_tree().map(|tree| tree.syntax().clone());
        let Some(input) = input.filter(|_| !self.declared.has_macro(&name)) else {
            return false;
        };
        match &*name {
            "matches" => self.matches_held(&input.to_string()),
            "format" => input
                .children_with_tokens()
                .all(|it| is_plain_word(it.kind())),
            _ => false,
        }
    }

    /// Whether the scrutinee is the parameter or a part of it.
    fn matches_held(&self, input: &str) -> bool {
        let value = input.trim_start_matches(['(', '[', '{']);
        let value = value.split(',').next().unwrap_or_default();
        let plain = value.trim_start_matches(['*', '&']);
        let is_place = plain
            .chars()
            .all(|c| c.is_alphanumeric() || "_.".contains(c));
        let is_guarded = input.contains(" if ");
        plain.split('.').next() == self.held && is_place && !is_guarded
    }
}

/// Whether a closure after `receiver` would borrow something that the receiver may keep exclusively borrowed.
pub fn conflict(receiver: &ast::Expr, body: &ast::Expr, edition: Edition) -> bool {
    let only_looks = match receiver {
        ast::Expr::MethodCallExpr(call) => is_known(call, Fact::Looks),
        _ => temporaries::is_place(receiver),
    };
    let lent = parts_of_variables(receiver.syntax());
    let used = parts_of_variables(body.syntax());
    // Before edition 2021, closures capture whole variables.
    let overlap = |(name, field): &Part, (other, part): &Part| {
        name == other
            && (edition < Edition::Edition2021
                || field.is_none()
                || part.is_none()
                || field == part)
    };
    !only_looks
        && used
            .iter()
            .any(|used| lent.iter().any(|lent| overlap(lent, used)))
}

/// Whether a closure captures a whole variable where the original code uses only one of its fields.
pub fn borrows_more(body: &ast::Expr, held: Option<&str>, edition: Edition) -> bool {
    let mut parts = parts_of_variables(body.syntax()).into_iter();
    edition < Edition::Edition2021
        && parts.any(|(name, field)| field.is_some() && Some(&*name) != held)
}

/// A variable, or one of its fields.
type Part = (String, Option<String>);

fn parts_of_variables(code: &SyntaxNode) -> Vec<Part> {
    let tokens = code
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let mut found = Vec::new();
    for token in tokens {
        let in_macro = token
            .parent()
            .is_some_and(|it| it.kind() == SyntaxKind::TOKEN_TREE);
        match token.kind() {
            SyntaxKind::STRING if in_macro => {
                found.extend(scopes::captures(token.text()).map(|name| (name, None)));
            }
            SyntaxKind::IDENT | SyntaxKind::SELF_KW if in_macro => {
                found.push((token.text().to_owned(), None));
            }
            SyntaxKind::IDENT | SyntaxKind::SELF_KW => found.extend(part_at(&token)),
            _ => {}
        }
    }
    found
}

fn part_at(token: &SyntaxToken) -> Option<Part> {
    let path = token.parent_ancestors().find_map(ast::PathExpr::cast)?;
    let name = scopes::as_name(&path.clone().into()).filter(|name| name == token.text())?;
    let field = path.syntax().parent().and_then(ast::FieldExpr::cast);
    let field = field.and_then(|field| field.name_ref());
    Some((name, field.map(|field| field.text().to_string())))
}

/// A token in a formatting macro that only names variables and their fields, and calls nothing.
fn is_plain_word(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::L_PAREN
            | SyntaxKind::R_PAREN
            | SyntaxKind::IDENT
            | SyntaxKind::STRING
            | SyntaxKind::INT_NUMBER
            | SyntaxKind::COMMA
            | SyntaxKind::DOT
            | SyntaxKind::SELF_KW
            | SyntaxKind::WHITESPACE
    )
}

/// Whether a type, as written, is a shared reference or a number.
pub fn is_copied_type(ty: &str) -> bool {
    const NUMBERS: [&str; 16] = [
        "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16",
        "u32", "u64", "u8", "usize",
    ];
    NUMBERS.contains(&ty) || (ty.starts_with('&') && !ty.contains("mut "))
}

/// Whether every variable with this name is a parameter of such a type.
pub fn has_copied_type(path: &ast::PathExpr) -> bool {
    let bindings = types_shown::bindings_of(path);
    let is_copied = |binding: &ast::IdentPat| {
        let parameter = binding.syntax().parent().and_then(ast::Param::cast);
        let ty = parameter.and_then(|it| it.ty());
        ty.is_some_and(|ty| is_copied_type(&ty.syntax().text().to_string()))
    };
    !bindings.is_empty() && bindings.iter().all(is_copied)
}

/// Whether a place expression is reached through a parameter that is a reference, so that nothing can be moved out of it.
fn is_behind_reference(place: &ast::Expr) -> bool {
    let Some(root) = scopes::root_of(place) else {
        return false;
    };
    if root.syntax().text() == "self" {
        return has_lent_self(root.syntax());
    }
    let bindings = types_shown::bindings_of(&root);
    let is_lent = |binding: &ast::IdentPat| {
        let parameter = binding.syntax().parent().and_then(ast::Param::cast);
        matches!(
            parameter.and_then(|it| it.ty()),
            Some(ast::Type::RefType(_))
        )
    };
    !bindings.is_empty() && bindings.iter().all(is_lent)
}

/// Whether `self` is a reference in the enclosing function.
pub fn has_lent_self(node: &SyntaxNode) -> bool {
    let scope = node.ancestors().find(flow::is_own_scope);
    let own = scope
        .and_then(ast::Fn::cast)
        .and_then(|function| function.param_list()?.self_param());
    own.is_some_and(|it| it.amp_token().is_some() && it.ty().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::fixture;

    #[test]
    fn a_closure_that_only_looks_borrows() {
        let gives = |code: &str| {
            let value = fixture::tail("p: u8, s: &str, own: String, held: S", code);
            let declared = FileNames::around(&value);
            Body {
                held: Some("held"),
                declared: &declared,
                types: TypesBy::Syntax,
            }
            .gives(&value)
        };
        for code in [
            "p",
            "s",
            "held",
            "held.a",
            "held.run(p)",
            "S::new(s, 1)",
            "own.to_string()",
            "own.len()",
            "S { a: p, b: held }",
            "format!(\"{own}\", own.a)",
            "A::B(&own)",
        ] {
            assert!(gives(code), "{code}");
        }
        for code in [
            "own",
            "own.a",
            "S::new(own)",
            "own.run()",
            "S { a: own }",
            "&mut own",
            "format!(\"{}\", own.run())",
            "m!(p)",
            "own += 1",
        ] {
            assert!(!gives(code), "{code}");
        }
    }

    #[test]
    fn rustc_sees_what_a_method_behind_a_reference_does() {
        let gives = |code: &str| {
            let value = fixture::tail("p: u8, s: &mut S, own: String", code);
            let declared = FileNames::around(&value);
            Body {
                held: None,
                declared: &declared,
                types: TypesBy::Rustc,
            }
            .gives(&value)
        };
        for code in ["s.run(p)", "s.a.run(B::C)", "A::B(s.run())"] {
            assert!(gives(code), "{code}");
        }
        for code in ["own.run()", "self.run()", "s.run(own)", "s.a", "*s = a"] {
            assert!(!gives(code), "{code}");
        }
    }
}
