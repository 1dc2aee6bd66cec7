//! Whether a pattern and a value read well in a `let … else`. At the cursor, the user decides; a diagnostic needs this check.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use crate::syntax::{scopes, tokens_of};

/// Whether the code is idiomatic in this form, and wouldn't be changed in another way at the same time.
pub(crate) fn reads_well(pattern: &ast::Pat, value: &ast::Expr) -> bool {
    !binds_by_reference(pattern)
        && !is_failure(pattern)
        && !is_ok(value)
        && !has_idle_parentheses(value)
        && !value.syntax().text().contains_char('\n')
}

/// Whether the fallback is so long that it is a regular case instead of an early exit.
pub(super) fn is_long(otherwise: &ast::Expr) -> bool {
    const LONGEST: usize = 15;
    otherwise.syntax().text().to_string().matches('\n').count() > LONGEST
}

/// Whether the success case would be in the `else`.
fn is_failure(pattern: &ast::Pat) -> bool {
    pattern.syntax().text().to_string().starts_with("Err(")
}

/// Whether a method of `Option` or `Result` is equivalent: `expect`, or else `ok`, `ok_or` and `map_err` with a `?`.
pub(crate) fn has_name_of_its_own(pattern: &ast::Pat, otherwise: &ast::Expr) -> bool {
    let is_ok = takes_whole_value(pattern, &["Ok"]);
    if !is_ok && !takes_whole_value(pattern, &["Some"]) {
        return false;
    }
    only_expression(otherwise).is_some_and(|way_out| {
        panics(&way_out) || fails(&way_out) || is_ok && gives_nothing(&way_out)
    })
}

/// Whether the pattern of the early exit only means that the other one doesn't match. An `else` would hide a named case, and
/// the compiler would no longer report a newly added one.
pub(super) fn goes_without_saying(pattern: &ast::Pat) -> bool {
    const USUAL: &[&str] = &[
        "Borrowed", "Cow", "Err", "None", "Ok", "Option", "Owned", "Result", "Some",
    ];
    let mut tokens = tokens_of(pattern.syntax());
    tokens.all(|token| token.kind() != SyntaxKind::IDENT || USUAL.contains(&token.text()))
}

/// Whether a `loop` starts with the statement and ends if the pattern doesn't match, which `while let` expresses.
pub(super) fn heads_loop(statement: &ast::LetStmt, otherwise: &ast::Expr) -> bool {
    let ends_loop = match only_expression(otherwise) {
        Some(ast::Expr::BreakExpr(jump)) => jump.expr().is_none() && jump.lifetime().is_none(),
        _ => false,
    };
    ends_loop && begins_loop(statement.syntax())
}

/// Whether a statement is the first of a `loop`, or of a block at the start of a `loop`.
fn begins_loop(statement: &SyntaxNode) -> bool {
    let list = statement.parent().and_then(ast::StmtList::cast);
    let Some(list) = list.filter(|list| {
        let first = list.statements().next();
        first.is_some_and(|first| first.syntax() == statement)
    }) else {
        return false;
    };
    let around = list.syntax().ancestors().nth(2);
    match around {
        Some(around) if around.kind() == SyntaxKind::LOOP_EXPR => true,
        Some(around) if around.kind() == SyntaxKind::LET_STMT => begins_loop(&around),
        _ => false,
    }
}

/// Whether the fallback consists of branches only: their common jump should come before them instead of in each.
pub(super) fn leaves_in_branches(otherwise: &ast::Expr) -> bool {
    matches!(
        only_expression(otherwise),
        Some(ast::Expr::MatchExpr(_) | ast::Expr::IfExpr(_))
    )
}

/// Whether a single test follows, and the early exit returns `true` or `false`, which methods such as `is_some_and` express
/// directly.
pub(super) fn asks_one_question(statement: &ast::LetStmt, otherwise: &ast::Expr) -> bool {
    let Some(ast::Expr::ReturnExpr(jump)) = only_expression(otherwise) else {
        return false;
    };
    let is_truth = jump.expr().is_some_and(|value| {
        let words = value.syntax().text();
        words == "true" || words == "false"
    });
    let next = statement.syntax().next_sibling().and_then(ast::Expr::cast);
    is_truth
        && next.is_some_and(|next| {
            let is_short = !next.syntax().text().contains_char('\n')
                || matches!(next, ast::Expr::MacroExpr(_));
            is_short && !leaves(next.syntax())
        })
}

/// Whether a node contains a jump or an `.await`.
fn leaves(node: &SyntaxNode) -> bool {
    let mut inside = node.descendants();
    inside.any(|it| {
        matches!(
            it.kind(),
            SyntaxKind::TRY_EXPR | SyntaxKind::RETURN_EXPR | SyntaxKind::AWAIT_EXPR
        )
    })
}

/// Whether another `match` in the block exits in the same way, and would stay as it is: the block's value, or that of
/// a `let mut`.
pub(super) fn has_twin(statement: &ast::LetStmt, otherwise: &ast::Expr) -> bool {
    let Some(list) = statement.syntax().parent().and_then(ast::StmtList::cast) else {
        return false;
    };
    let way_out = |expr: &ast::Expr| only_expression(expr).map(|it| it.syntax().text().to_string());
    let own = way_out(otherwise);
    if is_beside_branches(statement) {
        return true;
    }
    // A value that the preceding statement names is left alone.
    let beside = [
        statement.syntax().prev_sibling(),
        statement.syntax().next_sibling(),
    ];
    let beside = beside.into_iter().flatten();
    let named = beside.filter_map(|other| {
        let value = ast::LetStmt::cast(other.clone())?.initializer()?;
        let ast::Expr::MatchExpr(choice) = &value else {
            return None;
        };
        is_named_for_it(&other, &choice.expr()?).then_some(value)
    });
    let changed = list.statements().filter_map(|other| match other {
        ast::Stmt::LetStmt(other) => match other.pat()? {
            ast::Pat::IdentPat(name) if name.mut_token().is_some() => other.initializer(),
            _ => None,
        },
        _ => None,
    });
    let arms = changed
        .chain(named)
        .chain(list.tail_expr())
        .filter_map(|it| match it {
            ast::Expr::MatchExpr(choice) => choice.match_arm_list(),
            _ => None,
        });
    let mut others = arms
        .flat_map(|arms| arms.arms())
        .filter_map(|arm| arm.expr());
    own.is_some() && others.any(|other| way_out(&other) == own)
}

/// Whether the preceding or following `let` has a `match` that exits in branches, and would stay as it is.
fn is_beside_branches(statement: &ast::LetStmt) -> bool {
    let node = statement.syntax();
    let beside = [node.prev_sibling(), node.next_sibling()];
    let choices = beside.into_iter().flatten().filter_map(|other| {
        match ast::LetStmt::cast(other)?.initializer()? {
            ast::Expr::MatchExpr(choice) => choice.match_arm_list(),
            _ => None,
        }
    });
    let mut arms = choices.flat_map(|list| list.arms());
    arms.any(|arm| arm.expr().is_some_and(|it| leaves_in_branches(&it)))
}

/// Whether a pattern is one such as `Some(a)`, `Ok(_)` or `Ok((a, b))`.
fn takes_whole_value(pattern: &ast::Pat, variants: &[&str]) -> bool {
    let ast::Pat::TupleStructPat(variant) = pattern else {
        return false;
    };
    let is_known = variant.path().is_some_and(|path| {
        let name = path.segment().and_then(|segment| segment.name_ref());
        name.is_some_and(|name| variants.contains(&name.text()))
    });
    let is_plain = |field: ast::Pat| match field {
        ast::Pat::IdentPat(name) => name.pat().is_none(),
        ast::Pat::WildcardPat(_) => true,
        ast::Pat::TuplePat(tuple) => tuple
            .fields()
            .all(|part| matches!(part, ast::Pat::IdentPat(_) | ast::Pat::WildcardPat(_))),
        _ => false,
    };
    is_known && variant.fields().all(is_plain)
}

/// The expression of a block, if there is only one.
fn only_expression(value: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::BlockExpr(block) = value else {
        return Some(value.clone());
    };
    let mut statements = block.statements();
    match (statements.next(), statements.next(), block.tail_expr()) {
        (None, None, tail) => tail,
        (Some(ast::Stmt::ExprStmt(only)), None, None) => only.expr(),
        _ => None,
    }
}

fn panics(way_out: &ast::Expr) -> bool {
    let ast::Expr::MacroExpr(call) = way_out else {
        return false;
    };
    let path = call.macro_call().and_then(|call| call.path());
    path.is_some_and(|path| {
        let name = path.segment().and_then(|segment| segment.name_ref());
        name.is_some_and(|name| ["panic", "unreachable"].contains(&name.text()))
    })
}

/// Whether an early exit is `return None`.
fn gives_nothing(way_out: &ast::Expr) -> bool {
    let ast::Expr::ReturnExpr(jump) = way_out else {
        return false;
    };
    jump.expr()
        .is_some_and(|value| value.syntax().text() == "None")
}

/// Whether an early exit is `return Err(…)`.
fn fails(way_out: &ast::Expr) -> bool {
    let ast::Expr::ReturnExpr(jump) = way_out else {
        return false;
    };
    let Some(ast::Expr::CallExpr(call)) = jump.expr() else {
        return false;
    };
    let callee = call.expr().map(|callee| callee.syntax().text().to_string());
    callee.is_some_and(|callee| callee == "Err")
}

/// Whether the value is a variable that the preceding statement declares, and whose name the pattern reuses: the two statements
/// should be merged.
pub(crate) fn is_named_for_it(statement: &SyntaxNode, value: &ast::Expr) -> bool {
    let Some(name) = scopes::as_name(value) else {
        return false;
    };
    let before = statement.prev_sibling().and_then(ast::LetStmt::cast);
    match before.and_then(|before| before.pat()) {
        Some(ast::Pat::IdentPat(bound)) => bound.name().is_some_and(|bound| bound.text() == name),
        _ => false,
    }
}

/// Whether the pattern binds by reference: `Some(ref mut a) = b` is now written `Some(a) = &mut b`.
fn binds_by_reference(pattern: &ast::Pat) -> bool {
    let mut bindings = pattern
        .syntax()
        .descendants()
        .filter_map(ast::IdentPat::cast);
    bindings.any(|binding| binding.ref_token().is_some())
}

/// Whether a value ends with `.ok()`: `Some(a) = b.ok()` is better written `Ok(a) = b`.
fn is_ok(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::MethodCallExpr(call) => call.name_ref().is_some_and(|name| name.text() == "ok"),
        _ => false,
    }
}

/// Whether a value has redundant parentheses, as in `(self.table).get(1)`.
fn has_idle_parentheses(value: &ast::Expr) -> bool {
    let mut inside = value
        .syntax()
        .descendants()
        .filter_map(ast::ParenExpr::cast);
    inside.any(|paren| {
        paren.expr().is_some_and(|inner| {
            matches!(
                inner.syntax().kind(),
                SyntaxKind::PATH_EXPR
                    | SyntaxKind::FIELD_EXPR
                    | SyntaxKind::METHOD_CALL_EXPR
                    | SyntaxKind::INDEX_EXPR
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use ra_ap_syntax::{AstNode, ast};

    use super::*;
    use crate::syntax::{FileContext, Source};

    fn last_let(code: &str) -> ast::LetStmt {
        let text = format!("fn f() {{ {code} }}");
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        let root = source.root();
        root.descendants()
            .filter_map(ast::LetStmt::cast)
            .last()
            .unwrap()
    }

    #[test]
    fn what_is_said_in_another_way_today() {
        let is_well = |code: &str| {
            let found = last_let(code);
            reads_well(&found.pat().unwrap(), &found.initializer().unwrap())
        };
        assert!(is_well("let Some(a) = b.c() else { return };"));
        assert!(is_well("let Some(a) = (b as u8).c() else { return };"));
        assert!(!is_well("let Some(ref mut a) = b else { return };"));
        assert!(!is_well("let Some(a) = b.c().ok() else { return };"));
        assert!(!is_well("let Some(a) = (b.c).d() else { return };"));
        assert!(!is_well("let Some(a) = b\n.c() else { return };"));
    }

    #[test]
    fn cases_that_are_called_by_their_names_stay() {
        let goes = |pattern: &str| {
            let found = last_let(&format!("let {pattern} = b else {{ return }};"));
            goes_without_saying(&found.pat().unwrap())
        };
        for pattern in [
            "_",
            "None",
            "Err(_)",
            "Ok(None)",
            "Cow::Owned(_)",
            "Err(..)",
        ] {
            assert!(goes(pattern), "{pattern}");
        }
        for pattern in ["State::Done", "Err(A | B)", "Err(io::Error { .. })", "A(_)"] {
            assert!(!goes(pattern), "{pattern}");
        }
    }

    #[test]
    fn a_loop_that_begins_with_its_end() {
        let heads = |code: &str| {
            let (found, otherwise) = last_way_out(code);
            heads_loop(&found, &otherwise)
        };
        assert!(heads("loop { let Some(a) = b() else { break }; c(a); }"));
        assert!(heads(
            "loop { let d = { let Some(a) = b() else { break }; a.c() }; }"
        ));
        for code in [
            "loop { c(); let Some(a) = b() else { break }; }",
            "loop { let Some(a) = b() else { return }; }",
            "for d in e { let Some(a) = b() else { break }; }",
            "'f: loop { let Some(a) = b() else { break 'f }; }",
            "loop { c(); let d = { let Some(a) = b() else { break }; a }; }",
            "loop { if c() { let Some(a) = b() else { break }; } }",
        ] {
            assert!(!heads(code), "{code}");
        }
    }

    /// The last `let` and its `else`.
    fn last_way_out(code: &str) -> (ast::LetStmt, ast::Expr) {
        let found = last_let(code);
        let otherwise = found
            .let_else()
            .and_then(|otherwise| otherwise.block_expr());
        (found, otherwise.unwrap().into())
    }

    #[test]
    fn what_is_left_to_branches() {
        let leaves = |otherwise: &str| {
            let code = format!("let Some(a) = b else {{ {otherwise} }};");
            leaves_in_branches(&last_way_out(&code).1)
        };
        assert!(leaves("match c { D => return 1, _ => return 2 }"));
        assert!(leaves("if c { return 1 } else { return 2 }"));
        assert!(!leaves("return match c { D => 1, _ => 2 };"));
        assert!(!leaves("if c { d(); } return;"));
    }

    #[test]
    fn one_of_two_of_a_form() {
        let is_one = |tail: &str| {
            let code = format!("let Ok(a) = b else {{ return false; }}; {tail}");
            let (found, otherwise) = last_way_out(&code);
            has_twin(&found, &otherwise)
        };
        assert!(is_one("match a.c() { Ok(d) => d, Err(_) => return false }"));
        assert!(is_one(
            "match a.c() { Ok(d) => d, Err(_) => { return false; } }"
        ));
        assert!(!is_one("match a.c() { Ok(d) => d, Err(_) => return true }"));
        assert!(!is_one("a.c()"));
        let beside = |before: &str| {
            let code = format!(
                "{before} let d = match c {{ Ok(d) => d, Err(_) => return false }}; let Ok(a) = b else {{ return false; }}; e()"
            );
            let (found, otherwise) = last_way_out(&code);
            has_twin(&found, &otherwise)
        };
        assert!(beside("let c = g();"));
        let branches = "if h { return true; } else { return false; }";
        assert!(beside(&format!(
            "let c = match i {{ None => {{ {branches} }} Some(j) => j }};"
        )));
        assert!(!beside("let f = g();"));
    }

    #[test]
    fn what_a_method_says_in_one_word() {
        let has_name = |code: &str| {
            let (found, otherwise) = last_way_out(code);
            has_name_of_its_own(&found.pat().unwrap(), &otherwise)
        };
        for code in [
            "let Some(a) = b else { unreachable!() };",
            "let Ok(a) = b else { panic!(\"c\") };",
            "let Ok((a, _)) = b else { return Err(C); };",
            "let Ok(a) = b else { return None };",
            "let Some(a) = b else { return Err(C::new(d)) };",
        ] {
            assert!(has_name(code), "{code}");
        }
        for code in [
            "let A::Some { a } = b else { unreachable!() };",
            "let Cow::Borrowed(a) = b else { unreachable!() };",
            "let Some(A::B(a)) = b else { return Err(C) };",
            "let Some(a) = b else { log(); return Err(C) };",
            "let Some(a) = b else { return Ok(C) };",
            "let Some(a) = b else { return };",
            "let Some(a) = b else { return None };",
        ] {
            assert!(!has_name(code), "{code}");
        }
    }

    #[test]
    fn a_name_for_the_next_statement() {
        let is_named = |code: &str| {
            let found = last_let(code);
            is_named_for_it(found.syntax(), &found.initializer().unwrap())
        };
        assert!(is_named("let a = b(); let Some(a) = a else { return };"));
        assert!(!is_named(
            "let a = b(); c(); let Some(a) = a else { return };"
        ));
        assert!(!is_named(
            "let a = b(); let Some(a) = a.c() else { return };"
        ));
        assert!(!is_named(
            "let (a, b) = b(); let Some(a) = a else { return };"
        ));
    }
}
