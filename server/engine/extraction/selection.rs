//! What a selection means: statements of a function, what they take from around them, and what they leave behind.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T,
    ast::{self, HasAttrs},
};

use super::{NotExtracted, bindings::Bindings};
use crate::{
    syntax::{
        Source,
        flow::{Escape, escapes, is_own_scope},
    },
    text::{TextRange, TextSize},
};

/// Whole statements of the body of a function.
pub struct Selection {
    pub(super) function: ast::Fn,
    pub(super) statements: Vec<SyntaxNode>,
    /// From the first comment to the end of the last statement.
    pub(super) range: TextRange,
    pub(super) captures: Vec<Capture>,
    pub(super) outputs: Vec<Local>,
    /// What is declared in the statements, not looked at afterwards or hidden by another, and dropped at the end of a block that goes on.
    pub(super) dropped: Vec<Local>,
    /// Where `self` is mentioned.
    pub(super) receivers: Vec<SyntaxToken>,
    pub(super) awaits: bool,
    pub(super) tries: bool,
    /// Whether a macro is called, which could leave the selection without showing it.
    pub has_macro: bool,
}

/// A variable of the function that the statements mention.
pub(super) struct Capture {
    pub(super) name: String,
    /// As it stands in the list of parameters.
    pub(super) written: Option<String>,
    pub(super) mut_word: Option<SyntaxToken>,
    pub(super) is_used_after: bool,
    pub(super) mentions: Vec<SyntaxToken>,
}

/// A variable that the statements declare.
pub(super) struct Local {
    pub(super) name: String,
    pub(super) is_mut: bool,
    /// The end of its statement.
    pub(super) declared: TextSize,
    /// Whether a later one has its name.
    pub(super) is_hidden: bool,
    /// Whether it may refer to a value that is dropped with it.
    pub(super) keeps_temporary: bool,
    /// Those in the selection.
    pub(super) mentions: Vec<SyntaxToken>,
}

impl Selection {
    /// What fills the lines of a range.
    pub fn of(source: &Source, root: &SyntaxNode, range: TextRange) -> Result<Self, NotExtracted> {
        let (list, statements) = statements(root, range)?;
        let first = statements.first().ok_or(NOTHING)?;
        let end = statements.last().ok_or(NOTHING)?;
        let start = range_start(source, first, range);
        let range = TextRange::new(start, end.text_range().end());
        let function = function(&list)?;
        check(&function, &list, &statements)?;
        let (awaits, tries) = ways_out(source, &statements)?;
        let around = function.syntax().text_range();
        let is_in_loop = list
            .ancestors()
            .take_while(|node| node.text_range() != around)
            .any(|node| {
                matches!(
                    node.kind(),
                    SyntaxKind::LOOP_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::FOR_EXPR
                )
            });
        let bindings = Bindings::of(&function);
        let captures = bindings.captures(range, is_in_loop);
        let is_last = list.children().last().as_ref() == Some(end);
        let locals = bindings.declared_in(&statements, range);
        let (outputs, rest): (Vec<_>, Vec<_>) = locals.into_iter().partition(|local| {
            let block = list.text_range();
            let after = TextRange::new(range.end(), block.end());
            !local.is_hidden && bindings.is_mentioned(&local.name, after)
        });
        let dropped = rest.into_iter().filter(|_| !is_last);
        Ok(Self {
            captures,
            outputs,
            dropped: dropped.collect(),
            receivers: tokens(function.syntax())
                .filter(|token| {
                    token.kind() == T![self] && range.contains_range(token.text_range())
                })
                .collect(),
            has_macro: statements
                .iter()
                .flat_map(SyntaxNode::descendants)
                .any(|node| node.kind() == SyntaxKind::MACRO_CALL),
            function,
            statements,
            range,
            awaits,
            tries,
        })
    }
}

const NOTHING: NotExtracted = NotExtracted::new("No whole statement is selected.");

/// The block and those of its statements that the range holds; none may be cut in two.
fn statements(
    root: &SyntaxNode,
    range: TextRange,
) -> Result<(SyntaxNode, Vec<SyntaxNode>), NotExtracted> {
    let solid = tokens(root).filter(|token| {
        !token.kind().is_trivia()
            && range
                .intersect(token.text_range())
                .is_some_and(|it| !it.is_empty())
    });
    let solid: Vec<SyntaxToken> = solid.collect();
    let (first, end) = (solid.first().ok_or(NOTHING)?, solid.last().ok_or(NOTHING)?);
    let covered = first.text_range().cover(end.text_range());
    let mut around = root.covering_element(covered).ancestors();
    let block = around.find(|node| {
        node.kind() == SyntaxKind::STMT_LIST
            && node.text_range().contains_range(covered)
            && node.text_range() != covered
    });
    let block = block.ok_or(NotExtracted::new(
        "The selection isn't inside of a function.",
    ))?;
    let touched = block.children().filter(|child| {
        child
            .text_range()
            .intersect(covered)
            .is_some_and(|it| !it.is_empty())
    });
    let touched: Vec<SyntaxNode> = touched.collect();
    let is_cut = touched
        .iter()
        .any(|child| !covered.contains_range(child.text_range()));
    if is_cut {
        return Err(NotExtracted::new(
            "The selection begins or ends inside of a statement.",
        ));
    }
    Ok((block, touched))
}

/// The start of the comments that are selected above the first statement.
fn range_start(source: &Source, first: &SyntaxNode, range: TextRange) -> TextSize {
    let mut start = first.text_range().start();
    let mut before = first.first_token().and_then(|token| token.prev_token());
    while let Some(token) = before {
        let is_selected = range.start() <= token.text_range().start();
        match token.kind() {
            SyntaxKind::COMMENT if is_selected => {
                let own_line = crate::syntax::layout::is_first_on_line(
                    &source.text,
                    token.text_range().start(),
                );
                if !own_line {
                    break;
                }
                start = token.text_range().start();
            }
            SyntaxKind::WHITESPACE => {}
            _ => break,
        }
        before = token.prev_token();
    }
    start
}

fn function(list: &SyntaxNode) -> Result<ast::Fn, NotExtracted> {
    let scope = list.ancestors().find(is_own_scope);
    scope.and_then(ast::Fn::cast).ok_or(NotExtracted::new(
        "The selection is inside of a closure or of an `async` block.",
    ))
}

/// What takes the address of a value.
const ADDRESSES: [&str; 4] = ["as *const", "as *mut", "addr_of", "&raw"];
/// What tells where it stands.
const PLACES: [&str; 2] = ["line!(", "column!("];

/// What a function of its own could not say.
fn check(
    function: &ast::Fn,
    list: &SyntaxNode,
    statements: &[SyntaxNode],
) -> Result<(), NotExtracted> {
    check_parts(statements)?;
    check_tail(list, statements)?;
    check_items(function, statements)?;
    let has_attributes = function.attrs().any(|attr| {
        let text = attr.syntax().text().to_string();
        ["target_feature", "track_caller"]
            .iter()
            .any(|it| text.contains(it))
    });
    if has_attributes {
        return Err(NotExtracted::new(
            "The function has attributes that decide how it runs.",
        ));
    }
    Ok(())
}

fn check_parts(statements: &[SyntaxNode]) -> Result<(), NotExtracted> {
    for statement in statements {
        if ast::Item::can_cast(statement.kind()) && statement.kind() != SyntaxKind::MACRO_CALL {
            return Err(NotExtracted::at(
                statement,
                "An item is declared in the selection",
            ));
        }
        let gated = statement
            .descendants()
            .filter_map(ast::Attr::cast)
            .find(|attr| attr.syntax().text().to_string().contains("cfg"));
        if let Some(gated) = gated {
            return Err(NotExtracted::at(
                gated.syntax(),
                "A part of the selection isn't always compiled",
            ));
        }
    }
    let takes_address = |it: &&SyntaxNode| {
        let text = it.text().to_string();
        ADDRESSES.iter().any(|sign| text.contains(sign))
    };
    if let Some(statement) = statements.iter().find(takes_address) {
        let why = "An address is taken, which a copy of a value doesn't have";
        return Err(NotExtracted::at(statement, why));
    }
    let mut unsafe_words = statements.iter().flat_map(tokens);
    if unsafe_words.any(|it| it.kind() == T![unsafe]) {
        return Err(NotExtracted::new(
            "An `unsafe` block relies on what stands around it, which callers of a new function needn't keep to.",
        ));
    }
    let tells_place = |it: &&SyntaxNode| {
        let text = it.text().to_string();
        PLACES.iter().any(|sign| text.contains(sign))
    };
    match statements.iter().find(tells_place) {
        Some(statement) => Err(NotExtracted::at(statement, "The line of the code is told")),
        None => Ok(()),
    }
}

fn check_tail(list: &SyntaxNode, statements: &[SyntaxNode]) -> Result<(), NotExtracted> {
    let is_tail = list.last_child().as_ref() == statements.last();
    let tail = statements
        .last()
        .filter(|last| is_tail && !ast::Stmt::can_cast(last.kind()));
    if let Some(tail) = tail {
        let is_unit = match ast::Expr::cast(tail.clone()) {
            Some(ast::Expr::ForExpr(_) | ast::Expr::WhileExpr(_)) => true,
            Some(ast::Expr::IfExpr(it)) => it.else_branch().is_none(),
            _ => false,
        };
        if !is_unit {
            return Err(NotExtracted::at(
                tail,
                "The selection ends with the value of its block",
            ));
        }
    }
    Ok(())
}

fn check_items(function: &ast::Fn, statements: &[SyntaxNode]) -> Result<(), NotExtracted> {
    let body = function.body();
    let items = body.iter().flat_map(|body| body.syntax().descendants());
    let items = items
        .filter(|node| ast::Item::can_cast(node.kind()) && node.kind() != SyntaxKind::MACRO_CALL);
    let mentioned: Vec<String> = statements
        .iter()
        .flat_map(tokens)
        .filter(|token| token.kind() == SyntaxKind::IDENT)
        .map(|token| token.text().to_owned())
        .collect();
    for item in items {
        let is_seen = tokens(&item).any(|token| {
            token.kind() == T![*] && item.kind() == SyntaxKind::USE
                || token.kind() == SyntaxKind::IDENT
                    && mentioned.iter().any(|it| it == token.text())
        });
        if is_seen {
            return Err(NotExtracted::at(
                &item,
                "The function has items of its own, which the selection may mean",
            ));
        }
    }
    Ok(())
}

/// Whether the statements wait and whether they leave with `?`; nothing else may leave them.
fn ways_out(source: &Source, statements: &[SyntaxNode]) -> Result<(bool, bool), NotExtracted> {
    let mut ways = (false, false);
    for statement in statements {
        for escape in escapes(statement) {
            match escape {
                Escape::Await => ways.0 = true,
                Escape::Try => ways.1 = true,
                Escape::Return | Escape::Break(_) | Escape::Continue(_) | Escape::Yield => {
                    let line = source.lines.line(statement.text_range().start()) + 1;
                    let why = format!(
                        "A `return`, `break` or `continue` leaves the selection in the statement at line {line}."
                    );
                    return Err(NotExtracted(why.into()));
                }
            }
        }
    }
    Ok(ways)
}

pub(super) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileContext;

    /// The lines from the one with `first` to the one with `last`.
    fn selection(text: &str, first: &str, last: &str) -> Result<Selection, NotExtracted> {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let start = text.find(first).unwrap();
        let end = text.rfind(last).unwrap() + last.len();
        let at = |at: usize| TextSize::try_from(at).unwrap();
        Selection::of(&source, &source.root(), TextRange::new(at(start), at(end)))
    }

    fn captured(selection: &Selection) -> Vec<&str> {
        selection
            .captures
            .iter()
            .map(|it| it.name.as_str())
            .collect()
    }

    fn outputs(selection: &Selection) -> Vec<&str> {
        selection
            .outputs
            .iter()
            .map(|it| it.name.as_str())
            .collect()
    }

    #[test]
    fn what_is_mentioned_from_around_is_captured_and_what_is_used_later_comes_out() {
        let found = selection(
            "fn f(a: u8, b: u8, c: &str) {\n    let d = 1;\n    let a = a + 1;\n    let e = |b: u8| b;\n    println!(\"{c}\", e(2));\n    g(a);\n}\n",
            "let a",
            "e(2));",
        );
        let found = found.unwrap();
        assert_eq!(captured(&found), ["a", "c"]);
        assert_eq!(outputs(&found), ["a"]);
        assert_eq!(found.dropped[0].name, "e");
        assert!(found.has_macro && !found.tries && !found.awaits);
    }

    #[test]
    fn names_of_other_scopes_and_of_fields_are_no_captures() {
        let text = "fn f(x: S) {\n    if let Some(a) = g() {\n        h(a);\n    }\n    let a = x.a;\n    i(x.b, S { b: 1 }, a);\n}\n";
        let found = selection(text, "let a", "a);").unwrap();
        assert_eq!(captured(&found), ["x"]);
        let found = selection(text, "h(a", "h(a);").unwrap();
        assert_eq!(captured(&found), ["a"]);
    }

    #[test]
    fn what_goes_round_a_loop_is_used_again() {
        let text = "fn f(mut a: u8) {\n    loop {\n        a += 1;\n        g();\n    }\n}\n";
        let found = selection(text, "a += 1;", "g();").unwrap();
        assert!(found.captures[0].is_used_after);
        let found = selection(&text.replace("loop ", ""), "a += 1;", "g();").unwrap();
        assert!(!found.captures[0].is_used_after);
    }

    #[test]
    fn comments_above_belong_to_it() {
        let text = "fn f() {\n    // Why.\n    g();\n    h();\n}\n";
        let found = selection(text, "// Why", "h();").unwrap();
        assert_eq!(usize::from(found.range.start()), text.find("//").unwrap());
        let found = selection(text, "g();", "h();").unwrap();
        assert_eq!(usize::from(found.range.start()), text.find("g();").unwrap());
    }

    #[test]
    fn what_is_no_run_of_statements_is_refused() {
        for (text, first, last) in [
            (
                "fn f() {\n    if a() {\n        b();\n    }\n}\n",
                "a()",
                "b();",
            ),
            ("fn f() -> u8 {\n    a();\n    b()\n}\n", "a();", "b()"),
            (
                "fn f() {\n    a(|| {\n        b();\n        c();\n    });\n}\n",
                "b();",
                "c();",
            ),
            ("fn f() {\n    a();\n    return;\n}\n", "a();", "return;"),
            (
                "fn f() {\n    loop {\n        a();\n        break;\n    }\n}\n",
                "a();",
                "break;",
            ),
            (
                "fn f() {\n    #[cfg(unix)]\n    a();\n    b();\n}\n",
                "#[cfg",
                "b();",
            ),
            (
                "fn f() {\n    use x::*;\n    a();\n    b();\n}\n",
                "a();",
                "b();",
            ),
            ("struct S {\n    a: u8,\n}\n", "a", "u8"),
            ("fn f() {\n    a();\n\n}\n", "\n\n", "\n}"),
        ] {
            assert!(selection(text, first, last).is_err(), "{text}");
        }
    }
}
