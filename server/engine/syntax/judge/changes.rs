//! Whether code may mutate something through a mutable borrow, as far as declarations and names show.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, HasArgList, HasName},
};

use super::{
    known::{self, Fact},
    scopes,
};

/// Whether a method is called through a `&mut`, unless its name shows that it only reads.
pub fn changes_lent(code: &SyntaxNode) -> bool {
    let calls = code.descendants().filter_map(ast::MethodCallExpr::cast);
    calls.filter(|call| !only_looks(call)).any(|call| {
        let receiver = call.receiver();
        receiver.is_some_and(|it| is_lent_to_change(&it))
    })
}

fn only_looks(call: &ast::MethodCallExpr) -> bool {
    const LOOKS: [Fact; 4] = [Fact::Looks, Fact::Views, Fact::Bool, Fact::Length];
    const GETTERS: [&str; 3] = ["as_", "get_", "to_"];
    let Some(name) = call.name_ref() else {
        return true;
    };
    let name = name.text();
    let takes_nothing = call.arg_list().is_none_or(|it| it.args().next().is_none());
    (takes_nothing && !known::is_deed(name))
        || known::is_question(name)
        || LOOKS.iter().any(|fact| known::tells(name, *fact))
        || GETTERS.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether a place expression is a variable declared as `&mut`, or a field of one.
fn is_lent_to_change(place: &ast::Expr) -> bool {
    match place {
        ast::Expr::PathExpr(_) => {
            scopes::as_name(place).is_some_and(|name| is_declared_so(place.syntax(), &name))
        }
        ast::Expr::FieldExpr(field) => field.expr().is_some_and(|it| is_lent_to_change(&it)),
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|it| is_lent_to_change(&it)),
        _ => false,
    }
}

/// Decided by the nearest enclosing declaration of the name.
fn is_declared_so(place: &SyntaxNode, name: &str) -> bool {
    let mut around = place.ancestors();
    around
        .find_map(|node| declares(&node, name))
        .unwrap_or_default()
}

/// Whether a node declares the name as a `&mut` for its contents; `None` if it doesn't declare the name.
fn declares(node: &SyntaxNode, name: &str) -> Option<bool> {
    if let Some(function) = ast::Fn::cast(node.clone()) {
        let list = function.param_list();
        if name == "self" {
            let own = list.and_then(|it| it.self_param());
            return Some(
                own.is_some_and(|it| it.amp_token().is_some() && it.mut_token().is_some()),
            );
        }
        return Some(
            list.and_then(|it| of_parameters(&it, name))
                .unwrap_or_default(),
        );
    }
    if let Some(closure) = ast::ClosureExpr::cast(node.clone()) {
        return of_parameters(&closure.param_list()?, name);
    }
    let (pattern, value) = if let Some(choice) = ast::IfExpr::cast(node.clone()) {
        let ast::Expr::LetExpr(asked) = choice.condition()? else {
            return None;
        };
        (asked.pat()?, asked.expr()?)
    } else {
        let arm = ast::MatchArm::cast(node.clone())?;
        let choice = arm.syntax().ancestors().find_map(ast::MatchExpr::cast)?;
        (arm.pat()?, choice.expr()?)
    };
    has_name(pattern.syntax(), name).then(|| gives_to_change(&value))
}

fn of_parameters(list: &ast::ParamList, name: &str) -> Option<bool> {
    let mut parameters = list.params();
    let own = parameters.find(|it| it.pat().is_some_and(|it| has_name(it.syntax(), name)))?;
    Some(matches!(own.ty(), Some(ast::Type::RefType(it)) if it.mut_token().is_some()))
}

fn has_name(pattern: &SyntaxNode, name: &str) -> bool {
    let mut names = pattern.descendants().filter_map(ast::IdentPat::cast);
    names.any(|it| it.name().is_some_and(|it| it.text() == name))
}

fn gives_to_change(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::RefExpr(it) => it.mut_token().is_some(),
        ast::Expr::MethodCallExpr(call) => call
            .name_ref()
            .is_some_and(|it| it.text().ends_with("_mut")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    fn changes(head: &str, code: &str) -> bool {
        let text = format!("impl A {{ {head} {{ {code} }} }}");
        let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
        assert!(!tree.has_errors(), "{text}");
        let lets = tree.root().descendants().filter_map(ast::LetStmt::cast);
        let marked = lets.last().and_then(|it| it.initializer()).unwrap();
        changes_lent(marked.syntax())
    }

    #[test]
    fn what_is_called_through_a_mutable_reference_changes_lent() {
        for (head, code) in [
            ("fn f(&mut self)", "let x = self.add(n);"),
            ("fn f(&mut self)", "let x = self.list.observe(n);"),
            ("fn f(&mut self)", "let x = self.next_id();"),
            ("fn f(state: &mut State)", "let x = state.inner.changed(n);"),
            (
                "fn f()",
                "let g = |state: &mut State| { let x = state.changed(n); };",
            ),
            (
                "fn f()",
                "if let Some(a) = &mut b.c { let x = a.observe(n); }",
            ),
            (
                "fn f()",
                "match b.as_mut() { Some(a) => { let x = a.observe(n); } None => {} }",
            ),
        ] {
            assert!(changes(head, code), "{head}: {code}");
        }
    }

    #[test]
    fn what_is_only_looked_at_doesnt_change() {
        for (head, code) in [
            ("fn f(&self)", "let x = self.add(n);"),
            ("fn f(&mut self)", "let x = self.is_ready(n);"),
            ("fn f(&mut self)", "let x = self.name();"),
            ("fn f(&mut self)", "let x = self.names.contains(n);"),
            ("fn f(state: &State)", "let x = state.inner.changed(n);"),
            ("fn f()", "if let Some(a) = &b.c { let x = a.observe(n); }"),
            (
                "fn f(a: &mut A)",
                "let g = |a: &A| { let x = a.observe(n); };",
            ),
        ] {
            assert!(!changes(head, code), "{head}: {code}");
        }
    }
}
