//! Variables whose type is inferred from later code.
//!
//! The compiler infers types top to bottom. `let mut v = Vec::new()` leaves the element type open; the first `v.push(1_u8)`
//! determines it, and only after that is `v[0].count_ones()` allowed. Code that swaps places with other code may therefore need
//! a type too early.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxNode,
    ast::{self, HasArgList, HasGenericArgs, HasLoopBody, HasName},
};

use super::{
    known::{self, Fact, tells},
    types_shown::{self, Ground, bindings_of},
};
use crate::syntax::FileNames;

/// What a declaration leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// The whole type, so that any use may depend on it.
    Type,
    /// The numeric type; only method calls depend on it.
    Number,
}

/// Whether one block of an `if` may determine the type of a variable that the other depends on, so that the two can't be
/// swapped. Returns `true` if there is no enclosing function.
pub fn are_settled_by_order(
    choice: &ast::IfExpr,
    then: &ast::BlockExpr,
    other: &ast::BlockExpr,
) -> bool {
    let Some(function) = choice.syntax().ancestors().find_map(ast::Fn::cast) else {
        return true;
    };
    let needs = |name: &str, open: Open| match open {
        Open::Type => names_it(other.syntax(), name),
        Open::Number => asks_it(other, name),
    };
    let mut variables = open_variables(function.syntax(), choice.syntax());
    variables.any(|(name, open)| names_it(then.syntax(), &name) && needs(&name, open))
}

/// Whether code in a branch may determine the type of a variable there, so that it would come too late after the `if` or
/// `match`. Returns `true` if there is no enclosing function.
pub fn may_be_settled_in(choice: &SyntaxNode, code: &SyntaxNode) -> bool {
    let Some(function) = choice.ancestors().find_map(ast::Fn::cast) else {
        return true;
    };
    let mut variables = open_variables(function.syntax(), choice);
    variables.any(|(name, _)| names_it(code, &name))
}

/// How certain it is that a condition's type is known without its context, so that `!` may be put before it; `None` if only the
/// context may determine it, as for `generator.random()`.
pub fn known_before(condition: &ast::Expr) -> Option<Ground> {
    if types_shown::boolean(condition) == Some(Ground::Shown) {
        return Some(Ground::Shown);
    }
    if is_what_is_wanted(condition) {
        return None;
    }
    match condition {
        ast::Expr::ParenExpr(inner) => known_before(&inner.expr()?),
        ast::Expr::PathExpr(path) => known_variable(path),
        ast::Expr::FieldExpr(field) => {
            let name = field.name_ref()?.text().to_string();
            let is_numbered = name.starts_with(|first: char| first.is_ascii_digit());
            let is_bool = FileNames::around(field)
                .fields(&name)
                .iter()
                .all(|ty| ty == "bool");
            (!has_open_root(condition) || (is_bool && !is_numbered)).then_some(Ground::Shown)
        }
        ast::Expr::IndexExpr(_) | ast::Expr::PrefixExpr(_) => {
            (!has_open_root(condition)).then_some(Ground::Shown)
        }
        ast::Expr::MethodCallExpr(call) => known_call(call),
        ast::Expr::CallExpr(call) => {
            let callee = call.expr()?.syntax().text().to_string();
            let name = callee.rsplit("::").next().unwrap_or_default();
            let is_declared = !FileNames::around(call).functions(name).is_empty();
            Some(ground_of_name(name, is_declared || callee.ends_with('>')))
        }
        ast::Expr::BinExpr(_) => Some(Ground::Shown),
        _ => Some(Ground::Likely),
    }
}

fn known_call(call: &ast::MethodCallExpr) -> Option<Ground> {
    let name = call.name_ref()?.text().to_string();
    let is_taken_out = tells(&name, Fact::TakesOut) || tells(&name, Fact::HandsOut);
    if is_taken_out && has_open_root(&call.receiver()?) {
        return None;
    }
    let declared = FileNames::around(call);
    let is_told = declared.has_method(&name) || call.generic_arg_list().is_some();
    Some(ground_of_name(&name, is_told))
}

/// Functions with a generic result are never named like predicates.
fn ground_of_name(name: &str, is_told: bool) -> Ground {
    if is_told || known::is_question(name) {
        Ground::Shown
    } else {
        Ground::Likely
    }
}

/// What the bindings of a variable show; a single unknown binding yields `None`.
fn known_variable(path: &ast::PathExpr) -> Option<Ground> {
    if is_open_variable(path) {
        return None;
    }
    let mut grounds = bindings_of(path).into_iter().map(|binding| {
        let parent = binding.syntax().parent()?;
        if let Some(parameter) = ast::Param::cast(parent.clone()) {
            let is_typed = parameter.ty().is_some();
            return Some(if is_typed {
                Ground::Shown
            } else {
                Ground::Likely
            });
        }
        let statement = ast::LetStmt::cast(parent);
        match statement.map(|statement| (statement.ty(), statement.initializer())) {
            Some((Some(_), _)) => Some(Ground::Shown),
            // Variables aren't followed, so that the search terminates.
            Some((None, Some(ast::Expr::PathExpr(_) | ast::Expr::ParenExpr(_)))) => {
                Some(Ground::Likely)
            }
            Some((None, Some(value))) => known_before(&value),
            _ => Some(Ground::Likely),
        }
    });
    grounds.try_fold(Ground::Shown, |all, one| Some(all.max(one?)))
}

/// Whether the root of a place or chain is a variable whose declaration leaves its type open.
fn has_open_root(expr: &ast::Expr) -> bool {
    let inner = match expr {
        ast::Expr::PathExpr(path) => {
            let mut bindings = bindings_of(path).into_iter();
            return bindings.any(|binding| {
                let mut around = binding.syntax().ancestors();
                let around = around.find(|node| !ast::Pat::can_cast(node.kind()));
                let statement = around.and_then(ast::LetStmt::cast);
                statement.is_some_and(|it| left_open(&it) == Some(Open::Type))
            });
        }
        ast::Expr::FieldExpr(it) => it.expr(),
        ast::Expr::IndexExpr(it) => it.base(),
        ast::Expr::MethodCallExpr(it) => it.receiver(),
        ast::Expr::ParenExpr(it) => it.expr(),
        ast::Expr::PrefixExpr(it) => it.expr(),
        ast::Expr::RefExpr(it) => it.expr(),
        ast::Expr::TryExpr(it) => it.expr(),
        ast::Expr::AwaitExpr(it) => it.expr(),
        _ => None,
    };
    inner.is_some_and(|inner| has_open_root(&inner))
}

/// Whether an expression takes its type from the context.
pub fn is_what_is_wanted(expr: &ast::Expr) -> bool {
    let inner = |inner: Option<ast::Expr>| inner.is_some_and(|inner| is_what_is_wanted(&inner));
    match expr {
        ast::Expr::ParenExpr(it) => inner(it.expr()),
        ast::Expr::TryExpr(it) => inner(it.expr()) || gets_by_key(it.expr()),
        ast::Expr::AwaitExpr(it) => inner(it.expr()),
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|callee| callee.syntax().text().to_string());
            let callee = callee.unwrap_or_default();
            let name = callee.rsplit("::").next().unwrap_or_default();
            let declared = FileNames::around(call);
            let mut functions = declared.called(name);
            let is_open = functions.any(|function| function.is_generic);
            !callee.ends_with('>') && (is_open || gives_what_is_wanted(Some(name)))
        }
        ast::Expr::MethodCallExpr(call) => {
            let name = call.name_ref().map(|name| name.text().to_string());
            let declared = FileNames::around(call);
            let mut methods = declared.methods(name.as_deref().unwrap_or_default()).iter();
            let is_generic = methods.any(|method| method.is_generic);
            let is_open = call.generic_arg_list().is_none()
                && (is_generic || gives_what_is_wanted(name.as_deref()));
            let is_inside = name.is_some_and(|name| tells(&name, Fact::TakesOut));
            is_open || (is_inside && (inner(call.receiver()) || gets_by_key(call.receiver())))
        }
        _ => false,
    }
}

/// Database rows and the like return any requested type; a slice would return a reference, which is no condition.
fn gets_by_key(value: Option<ast::Expr>) -> bool {
    let Some(ast::Expr::MethodCallExpr(call)) = value else {
        return false;
    };
    let is_get = call.name_ref().is_some_and(|name| name.text() == "get");
    let arguments = call.arg_list().map(|list| list.args().count());
    is_get && call.generic_arg_list().is_none() && arguments.is_some_and(|count| count > 0)
}

/// Functions with a result inferred from the context, by their conventional names.
fn gives_what_is_wanted(name: Option<&str>) -> bool {
    name.is_some_and(|name| tells(name, Fact::Wanted) || tells(name, Fact::Generic))
}

/// Whether a variable is bound, or later assigned, to something that leaves its type open.
fn is_open_variable(path: &ast::PathExpr) -> bool {
    let name = path.path().and_then(|whole| whole.as_single_name_ref());
    let function = path.syntax().ancestors().find_map(ast::Fn::cast);
    let (Some(name), Some(function)) = (name, function) else {
        return false;
    };
    let bindings = function.syntax().descendants();
    let mut bindings = bindings.filter_map(ast::IdentPat::cast);
    bindings.any(|binding| {
        let own = binding.name();
        own.is_some_and(|own| own.text() == name.text()) && is_left_open(&binding)
    })
}

fn is_left_open(binding: &ast::IdentPat) -> bool {
    for around in binding.syntax().ancestors().skip(1) {
        if let Some(statement) = ast::LetStmt::cast(around.clone()) {
            let value = statement.initializer();
            let is_tuple = matches!(value, Some(ast::Expr::TupleExpr(_)));
            let is_wanted = value.is_some_and(|it| is_what_is_wanted(&it));
            let is_open = is_tuple && left_open(&statement) == Some(Open::Type);
            return statement.ty().is_none() && (is_wanted || is_open);
        }
        if let Some(parameter) = ast::Param::cast(around.clone()) {
            let closure = around.ancestors().find_map(ast::ClosureExpr::cast);
            return parameter.ty().is_none_or(|ty| is_open_type(&ty))
                && closure.is_some_and(|it| learns_from_body(&it));
        }
        let matched = if let Some(matched) = ast::LetExpr::cast(around.clone()) {
            matched.expr()
        } else if ast::MatchArm::can_cast(around.kind()) {
            let choice = around.ancestors().find_map(ast::MatchExpr::cast);
            choice.and_then(|choice| choice.expr())
        } else if ast::Pat::can_cast(around.kind()) || !ast::Expr::can_cast(around.kind()) {
            continue;
        } else {
            return false;
        };
        return matched.is_some_and(|value| is_what_is_wanted(&value) || has_open_root(&value));
    }
    false
}

/// The variables declared before `choice` whose types are still open there, as far as the declarations show.
fn open_variables(
    function: &SyntaxNode,
    choice: &SyntaxNode,
) -> impl Iterator<Item = (String, Open)> {
    let start = choice.text_range().start();
    let lets = function
        .descendants()
        .filter_map(ast::LetStmt::cast)
        .filter(move |statement| statement.syntax().text_range().end() <= start)
        .filter_map(|statement| Some((statement.pat()?, left_open(&statement)?)));
    let closures = choice.ancestors().filter_map(ast::ClosureExpr::cast);
    let parameters = closures
        .filter(learns_from_body)
        .filter_map(|closure| closure.param_list())
        .flat_map(|list| list.params().collect::<Vec<_>>())
        .filter(|parameter| parameter.ty().is_none_or(|ty| is_open_type(&ty)))
        .filter_map(|parameter| Some((parameter.pat()?, Open::Type)));
    lets.chain(parameters).flat_map(|(pattern, open)| {
        let bindings = pattern
            .syntax()
            .descendants()
            .filter_map(ast::IdentPat::cast);
        let names = bindings.filter_map(|binding| Some(binding.name()?.text().to_string()));
        names.map(|name| (name, open)).collect::<Vec<_>>()
    })
}

/// Whether a closure's parameter types may be inferred from its body. They come from the context if it is passed to a method,
/// or to a function of another file that isn't a constructor.
fn learns_from_body(closure: &ast::ClosureExpr) -> bool {
    let parent = closure.syntax().parent();
    let Some(list) = parent.and_then(ast::ArgList::cast) else {
        return true;
    };
    let call = list.syntax().parent();
    if let Some(call) = call.clone().and_then(ast::MethodCallExpr::cast) {
        let name = call.name_ref().map(|name| name.text().to_string());
        return FileNames::around(&call).has_method(&name.unwrap_or_default());
    }
    let callee = call
        .and_then(ast::CallExpr::cast)
        .and_then(|call| call.expr());
    let name = callee.map(|callee| callee.syntax().text().to_string());
    let name = name.unwrap_or_default();
    let name = name.rsplit("::").next().unwrap_or_default();
    let is_constructor = name == "new" || name.starts_with(char::is_uppercase);
    is_constructor || !FileNames::around(closure).functions(name).is_empty()
}

fn is_open_type(ty: &ast::Type) -> bool {
    let mut parts = ty.syntax().descendants();
    parts.any(|part| ast::InferType::can_cast(part.kind()))
}

fn left_open(statement: &ast::LetStmt) -> Option<Open> {
    if let Some(ty) = statement.ty() {
        return is_open_type(&ty).then_some(Open::Type);
    }
    match statement.initializer() {
        Some(value) => open_in(&value),
        None => Some(Open::Type),
    }
}

fn open_in(value: &ast::Expr) -> Option<Open> {
    let inner = |inner: Option<ast::Expr>| open_in(&inner?);
    match value {
        ast::Expr::Literal(literal) => is_open_number(literal).then_some(Open::Number),
        ast::Expr::PathExpr(path) => (path.syntax().text() == "None").then_some(Open::Type),
        ast::Expr::ParenExpr(it) => inner(it.expr()),
        ast::Expr::PrefixExpr(it) => inner(it.expr()),
        ast::Expr::RefExpr(it) => inner(it.expr()),
        ast::Expr::TryExpr(it) => inner(it.expr()),
        ast::Expr::AwaitExpr(it) => inner(it.expr()),
        ast::Expr::CallExpr(call) => open_in_call(call),
        ast::Expr::MethodCallExpr(call) => open_in_method_call(call),
        ast::Expr::MacroExpr(call) => call
            .syntax()
            .text()
            .to_string()
            .starts_with("vec!")
            .then_some(Open::Type),
        ast::Expr::TupleExpr(tuple) => widest(tuple.fields().map(|field| open_in(&field))),
        ast::Expr::ArrayExpr(_) | ast::Expr::ClosureExpr(_) => Some(Open::Type),
        ast::Expr::RecordExpr(record) => {
            let fields = record.record_expr_field_list()?.fields();
            let parts = fields.map(|field| open_in(&field.expr()?));
            widest(parts.map(|open| open.filter(|open| *open == Open::Type)))
        }
        _ => None,
    }
}

/// `Vec::new()` leaves its element type open; `Some(Vec::new())` and `Cell::new(0)` leave open what their arguments do.
fn open_in_call(call: &ast::CallExpr) -> Option<Open> {
    let callee = call.expr()?.syntax().text().to_string();
    let is_generic = callee.contains("::<") && !callee.contains('_');
    if is_generic {
        return None;
    }
    let arguments: Vec<_> = call.arg_list()?.args().collect();
    if arguments.is_empty() || callee.ends_with("::with_capacity") {
        return Some(Open::Type);
    }
    let name = callee.rsplit("::").next().unwrap_or_default();
    let is_wrapper = name == "new" || name.starts_with(char::is_uppercase);
    // A number passed to another function has the type of its parameter.
    let parts = arguments.iter().map(open_in);
    widest(parts.map(|open| open.filter(|open| is_wrapper || *open == Open::Type)))
}

/// Methods with a result inferred from the context, and methods that unwrap such results.
fn open_in_method_call(call: &ast::MethodCallExpr) -> Option<Open> {
    let name = call.name_ref()?.text().to_string();
    if call.generic_arg_list().is_none() && tells(&name, Fact::Wanted) {
        return Some(Open::Type);
    }
    let receiver = call.receiver()?;
    let is_inside = tells(&name, Fact::TakesOut) || matches!(receiver, ast::Expr::ArrayExpr(_));
    if is_inside {
        return open_in(&receiver);
    }
    // A value derived from an open type is open too, unless the method has a known return type.
    let is_open = open_in(&receiver) == Some(Open::Type);
    let gives_known = tells(&name, Fact::Bool) || tells(&name, Fact::Length);
    (is_open && !gives_known).then_some(Open::Type)
}

fn widest(parts: impl Iterator<Item = Option<Open>>) -> Option<Open> {
    parts.flatten().fold(None, |widest, open| match widest {
        Some(Open::Type) => widest,
        _ => Some(open),
    })
}

fn is_open_number(literal: &ast::Literal) -> bool {
    match literal.kind() {
        ast::LiteralKind::IntNumber(number) => number.suffix().is_none(),
        ast::LiteralKind::FloatNumber(number) => number.suffix().is_none(),
        _ => false,
    }
}

fn names_it(node: &SyntaxNode, name: &str) -> bool {
    let tokens = node.descendants_with_tokens();
    let mut tokens = tokens.filter_map(NodeOrToken::into_token);
    tokens.any(|token| token.text() == name)
}

/// Whether the block calls a method on something rooted in the variable, or iterates over it in a loop, whose variable then has
/// the same type.
fn asks_it(block: &ast::BlockExpr, name: &str) -> bool {
    block.syntax().descendants().any(|node| {
        if let Some(call) = ast::MethodCallExpr::cast(node.clone()) {
            return call
                .receiver()
                .is_some_and(|receiver| names_it(receiver.syntax(), name));
        }
        let iterated = ast::ForExpr::cast(node).filter(|it| it.loop_body().is_some());
        let iterated = iterated.and_then(|it| it.iterable());
        iterated.is_some_and(|iterated| names_it(iterated.syntax(), name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    fn is_settled(before: &str, then: &str, other: &str) -> bool {
        settles(&format!("{before} if a {{ {then} }} else {{ {other} }}"))
    }

    /// Like `settles`, for an `if` with code around it.
    fn is_settled_in(before: &str, behind: &str) -> bool {
        settles(&format!(
            "{before} if a {{ b(s) }} else {{ s.c() }} {behind}"
        ))
    }

    fn settles(code: &str) -> bool {
        let text = format!("fn f(a: bool) {{ {code} }}");
        let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
        assert!(!tree.has_errors(), "{text}");
        let mut choices = tree.root().descendants().filter_map(ast::IfExpr::cast);
        let choice = choices.next().unwrap();
        let Some(ast::ElseBranch::Block(block)) = choice.else_branch() else {
            panic!("two blocks");
        };
        are_settled_by_order(&choice, &choice.then_branch().unwrap(), &block)
    }

    #[test]
    fn what_is_in_a_value_may_be_open() {
        for value in [
            "Vec::new()",
            "None",
            "vec![]",
            "&mut Vec::with_capacity(1)",
            "RefCell::new(None)",
            "Some(Vec::new())",
            "b.parse().unwrap()",
            "b.iter().sum()",
            "b.c().await?.into()",
            "(1, Default::default())",
        ] {
            let before = format!("let v = {value};");
            assert!(is_settled(&before, "b(v)", "c(v)"), "{value}");
            assert!(!is_settled(&before, "b(v)", "c(d)"), "{value}");
        }
        for value in [
            "b(c)",
            "Vec::<u8>::new()",
            "b.parse::<u8>().unwrap()",
            "b",
            "\"b\"",
            "b as u8",
            "b.c(None)",
            "1u8",
            "true",
        ] {
            let before = format!("let v = {value};");
            assert!(!is_settled(&before, "b(v)", "v.c()"), "{value}");
        }
        assert!(is_settled("let v: Vec<_> = b;", "b(v)", "c(v)"));
        assert!(!is_settled("let v: Vec<u8> = Vec::new();", "b(v)", "c(v)"));
    }

    #[test]
    fn only_methods_ask_which_number_it_is() {
        for value in ["0", "-1", "0.5", "(0, 1)", "Cell::new(0)"] {
            let before = format!("let mut n = {value};");
            assert!(is_settled(&before, "n += b;", "n = n.pow(2);"), "{value}");
            assert!(
                is_settled(&before, "n += b;", "for i in 0..n { i.pow(2); }"),
                "{value}"
            );
            assert!(!is_settled(&before, "n += b;", "n += 1;"), "{value}");
        }
        assert!(!is_settled("let n = f(0);", "b(n)", "n.pow(2);"));
        assert!(!is_settled("let n = 0_u8;", "b(n)", "n.pow(2);"));
    }

    #[test]
    fn a_closure_may_learn_its_parameters_from_its_body() {
        assert!(is_settled_in("let g = |s| {", "};"));
        assert!(!is_settled_in("let g = |s: &str| {", "};"));
        assert!(!is_settled_in("b.map(|s| {", "});"));
    }

    #[test]
    fn a_condition_may_be_a_bool_because_it_is_one() {
        let is_settled = |code: &str| {
            let text = format!("fn f(p: bool) {{ {code} {{}} }}");
            let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
            let choices = tree.root().descendants().filter_map(ast::IfExpr::cast);
            known_before(&choices.last().unwrap().condition().unwrap()).is_none()
        };
        for code in [
            "if rng.gen()",
            "if rand::random()",
            "if a.parse()?",
            "if (a.b().await?.into())",
            "if a.parse().map_err(b).unwrap_or_default()",
            "if row.get(\"a\")?",
            "let a = b.parse().unwrap(); if a",
            "let g = |a| { if a {} }; if g(1) || true {} let g = |a| if a",
            "match b.parse() { Ok(a) => if a {} }; if let Ok(a) = b.parse() {} if a",
        ] {
            assert!(is_settled(code), "{code}");
        }
        for code in [
            "if p",
            "if a",
            "if a.b()",
            "if rng.gen::<bool>()",
            "if random::<bool>()",
            "if *a.get(1).unwrap()",
            "if a.get()",
            "if a.parse().unwrap_or(false)",
            "if a.parse::<bool>()?",
            "let a = b(); if a",
            "let g = |a: bool| if a",
            "b.map(|a| if a",
            "for a in b {} if a",
        ] {
            assert!(!is_settled(code), "{code}");
        }
    }
}
