//! What a selection means: statements of a function, what they take from around them, and what they leave behind.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T,
    ast::{self, HasAttrs, HasName},
};

use super::NotExtracted;
use crate::{
    syntax::{
        Source,
        flow::{Escape, escapes, is_own_scope},
        scopes,
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
    /// What is declared in the statements, not looked at afterwards, and dropped at the end of a block that goes on.
    pub(super) dropped: Vec<String>,
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
        let locals = bindings.declared_in(&statements);
        let (outputs, rest): (Vec<_>, Vec<_>) = locals.into_iter().partition(|local| {
            let block = list.text_range();
            let after = TextRange::new(range.end(), block.end());
            bindings.is_mentioned(&local.name, after)
        });
        let dropped = rest.into_iter().filter(|_| !is_last);
        Ok(Self {
            captures,
            outputs,
            dropped: dropped.map(|local| local.name).collect(),
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

/// What a function of its own could not say.
fn check(
    function: &ast::Fn,
    list: &SyntaxNode,
    statements: &[SyntaxNode],
) -> Result<(), NotExtracted> {
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
    let takes_address = |it: &&SyntaxNode| {
        let text = it.text().to_string();
        ADDRESSES.iter().any(|sign| text.contains(sign))
    };
    if let Some(statement) = statements.iter().find(takes_address) {
        let why = "An address is taken, which a copy of a value doesn't have";
        return Err(NotExtracted::at(statement, why));
    }
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

/// The variables of a function, in the order of the text.
struct Bindings {
    found: Vec<Binding>,
    mentions: Vec<(String, SyntaxToken)>,
}

struct Binding {
    name: String,
    mut_word: Option<SyntaxToken>,
    written: Option<String>,
    pattern: SyntaxNode,
    /// Where it can be mentioned.
    scope: TextRange,
}

impl Bindings {
    fn of(function: &ast::Fn) -> Self {
        let patterns = function
            .syntax()
            .descendants()
            .filter_map(ast::IdentPat::cast);
        let found = patterns.filter_map(|pattern| binding(&pattern));
        Self {
            found: found.collect(),
            mentions: tokens(function.syntax())
                .flat_map(|token| mentions(&token))
                .collect(),
        }
    }

    /// The variable that a mention means.
    fn meant(&self, name: &str, at: TextSize) -> Option<&Binding> {
        let visible = self
            .found
            .iter()
            .filter(|it| it.name == name && it.scope.contains(at));
        visible.max_by_key(|it| it.scope.start())
    }

    fn captures(&self, range: TextRange, is_in_loop: bool) -> Vec<Capture> {
        let mut captures: Vec<Capture> = Vec::new();
        for (name, token) in &self.mentions {
            let at = token.text_range();
            if !range.contains_range(at) {
                continue;
            }
            let Some(binding) = self.meant(name, at.start()) else {
                continue;
            };
            if range.contains_range(binding.pattern.text_range()) {
                continue;
            }
            if let Some(known) = captures.iter_mut().find(|it| it.name == *name) {
                known.mentions.push(token.clone());
                continue;
            }
            let after = TextRange::new(range.end(), binding.scope.end().max(range.end()));
            captures.push(Capture {
                name: name.clone(),
                written: binding.written.clone(),
                mut_word: binding.mut_word.clone(),
                is_used_after: is_in_loop || self.is_mentioned(name, after),
                mentions: vec![token.clone()],
            });
        }
        captures
    }

    fn is_mentioned(&self, name: &str, range: TextRange) -> bool {
        let mut mentions = self.mentions.iter();
        mentions.any(|(found, token)| found == name && range.contains_range(token.text_range()))
    }

    /// What the statements themselves declare, each name once.
    fn declared_in(&self, statements: &[SyntaxNode]) -> Vec<Local> {
        let mut locals: Vec<Local> = Vec::new();
        let lets = statements
            .iter()
            .filter(|it| it.kind() == SyntaxKind::LET_STMT);
        for statement in lets {
            let own = self.found.iter().filter(|it| {
                statement
                    .text_range()
                    .contains_range(it.pattern.text_range())
                    && it.scope.start() == statement.text_range().end()
            });
            for binding in own {
                locals.retain(|local| local.name != binding.name);
                locals.push(Local {
                    name: binding.name.clone(),
                    is_mut: binding.mut_word.is_some(),
                });
            }
        }
        locals
    }
}

fn binding(pattern: &ast::IdentPat) -> Option<Binding> {
    let name = pattern.name()?.text().to_string();
    // A constant or a variant.
    if name.starts_with(char::is_uppercase) {
        return None;
    }
    let node = pattern.syntax();
    let mut around = node.ancestors().skip(1);
    let holder = around.find(|node| {
        matches!(
            node.kind(),
            SyntaxKind::LET_STMT
                | SyntaxKind::MATCH_ARM
                | SyntaxKind::CLOSURE_EXPR
                | SyntaxKind::FOR_EXPR
                | SyntaxKind::FN
                | SyntaxKind::IF_EXPR
                | SyntaxKind::WHILE_EXPR
        )
    })?;
    let stated = ast::Param::cast(node.parent()?).and_then(|param| param.ty());
    let end = match holder.kind() {
        SyntaxKind::LET_STMT => holder.parent()?.text_range().end(),
        SyntaxKind::IF_EXPR => {
            let choice = ast::IfExpr::cast(holder.clone())?;
            choice.then_branch()?.syntax().text_range().end()
        }
        _ => holder.text_range().end(),
    };
    let start = match holder.kind() {
        SyntaxKind::LET_STMT => holder.text_range().end(),
        SyntaxKind::FOR_EXPR => {
            use ast::HasLoopBody;
            let body = ast::ForExpr::cast(holder)?.loop_body()?;
            body.syntax().text_range().start()
        }
        _ => node.text_range().end(),
    };
    Some(Binding {
        name,
        mut_word: pattern.mut_token(),
        written: stated
            .filter(|_| holder_is_function(node))
            .map(|stated| stated.syntax().text().to_string()),
        pattern: node.clone(),
        scope: TextRange::new(start, end.max(start)),
    })
}

fn holder_is_function(pattern: &SyntaxNode) -> bool {
    let list = pattern.ancestors().find_map(ast::ParamList::cast);
    list.and_then(|list| list.syntax().parent())
        .is_some_and(|it| it.kind() == SyntaxKind::FN)
}

/// The variables that a token may mention: a path of one name, a word of a macro's input, or what a format string captures.
fn mentions(token: &SyntaxToken) -> Vec<(String, SyntaxToken)> {
    let is_in_macro = token
        .parent()
        .is_some_and(|it| it.kind() == SyntaxKind::TOKEN_TREE);
    let named = |name: &str| (name.to_owned(), token.clone());
    match token.kind() {
        SyntaxKind::IDENT if is_in_macro => {
            let before = token.prev_token().map(|it| it.kind());
            if before == Some(T![.]) {
                return Vec::new();
            }
            vec![named(token.text())]
        }
        SyntaxKind::STRING if is_in_macro => {
            let captured = scopes::captures(token.text());
            captured.map(|name| named(&name)).collect()
        }
        SyntaxKind::IDENT => {
            let path = token.parent_ancestors().nth(2).and_then(ast::Path::cast);
            let is_single = path.is_some_and(|path| {
                let is_expression = path
                    .syntax()
                    .parent()
                    .is_some_and(|it| it.kind() == SyntaxKind::PATH_EXPR);
                is_expression && path.qualifier().is_none() && path.segment().is_some()
            });
            if is_single {
                vec![named(token.text())]
            } else {
                Vec::new()
            }
        }
        _ => Vec::new(),
    }
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
        assert_eq!(found.dropped, ["e"]);
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
