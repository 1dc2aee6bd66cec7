//! The meaning of a selection: statements of a function or an expression in one, with its inputs and outputs.

use std::collections::HashSet;

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T,
    ast::{self, HasAttrs},
};

use super::{
    NotExtracted,
    bindings::Bindings,
    exits::{Around, Exits, Leave},
    fields::{self, Field},
    scope::{Inner, Scope},
    selected::Selected,
};
use crate::{
    syntax::{Edition, Source, holds, written_in},
    text::{TextRange, TextSize},
};

/// A part of the body of a function.
pub struct Selection {
    pub(super) scope: Scope,
    /// Whole statements, or an expression.
    pub(super) statements: Vec<SyntaxNode>,
    /// The range to move: from the first comment to the end of the last one.
    pub(super) range: TextRange,
    /// The range that the call replaces.
    pub(super) replaced: TextRange,
    /// The end of the last statement.
    pub(super) code_end: TextSize,
    /// The selection's value, which the surrounding code uses.
    pub(super) value: Option<ast::Expr>,
    /// Whether it is an expression instead of statements.
    pub(super) is_expression: bool,
    pub(super) captures: Vec<Capture>,
    pub(super) outputs: Vec<Local>,
    /// Variables of the statements that are unused afterwards or hidden by others, and are dropped at the end of a block that
    /// continues.
    pub(super) dropped: Vec<Local>,
    /// The same for a block that ends with the selection.
    pub(super) ended: Vec<Local>,
    /// Outputs that are used after other identical selections, but not after this one.
    pub(super) unused: Vec<String>,
    /// Whether the new function has to be a free function.
    pub(super) is_free: bool,
    /// The mentions of `self`.
    pub(super) receivers: Vec<SyntaxToken>,
    /// The last item in the function that the code may refer to.
    pub(super) item: Option<SyntaxNode>,
    /// The fields of variables that are only mentioned for their fields.
    pub(super) fields: Vec<Field>,
    pub(super) exits: Exits,
    /// The `cfg` conditions in it.
    pub gates: Vec<String>,
    /// Whether it calls a macro, which may hide an exit.
    pub has_macro: bool,
}

/// A variable of the function that the statements mention.
pub(super) struct Capture {
    pub(super) name: String,
    /// The type as written in the parameter list.
    pub(super) written: Option<String>,
    pub(super) mut_word: Option<SyntaxToken>,
    /// Whether it may be used after the selection.
    pub(super) is_used_after: bool,
    /// Whether an enclosing closure or block captures it.
    pub(super) is_outer: bool,
    /// The closure that it was declared as.
    pub(super) closure: Option<ast::ClosureExpr>,
    /// Whether it was declared as a string literal.
    pub(super) is_text: bool,
    pub(super) mentions: Vec<SyntaxToken>,
}

/// A variable that the statements declare.
#[derive(Clone)]
pub(super) struct Local {
    pub(super) name: String,
    /// Its index among them.
    pub(super) number: usize,
    pub(super) is_mut: bool,
    /// The end of its statement.
    pub(super) declared: TextSize,
    /// Whether a later variable has the same name.
    pub(super) is_hidden: bool,
    /// Whether it may borrow from a temporary that is dropped with it.
    pub(super) keeps_temporary: bool,
    /// The mentions in the selection.
    pub(super) mentions: Vec<SyntaxToken>,
}

impl Selection {
    /// Returns the selection at a range, which may be whole statements or an expression.
    pub fn of(source: &Source, root: &SyntaxNode, range: TextRange) -> Result<Self, NotExtracted> {
        Self::assuming(source, root, range, "Some")
    }

    /// Like `of`, with an assumed constructor for the result of a closure that doesn't show its type.
    pub fn assuming(
        source: &Source,
        root: &SyntaxNode,
        range: TextRange,
        maker: &'static str,
    ) -> Result<Self, NotExtracted> {
        Self::looked_at(source, root, range, maker, &mut LastFunction::default())
    }

    /// Like `assuming`, for several parts of one function.
    pub(super) fn looked_at(
        source: &Source,
        root: &SyntaxNode,
        range: TextRange,
        maker: &'static str,
        last: &mut LastFunction,
    ) -> Result<Self, NotExtracted> {
        let selected = Selected::of(source, root, range)?;
        let Selected {
            statements,
            value,
            list,
            ..
        } = &selected;
        let range = selected.range;
        let (Some(first), Some(end)) = (statements.first(), statements.last()) else {
            return Err(NOTHING);
        };
        let mut scope = Scope::around(first)?;
        let around = last.of(&scope.function);
        let item = item_meant(&around.items, statements)?;
        scope.assume(maker);
        check(source, &scope, statements)?;
        let is_last = list.as_ref().is_some_and(|list| {
            let last = list.syntax().children().last();
            last.as_ref() == Some(end)
        });
        let exits = Exits::of(&Around {
            source,
            scope: &scope,
            list: list.as_ref(),
            statements,
            is_last,
            has_value: value.is_some(),
        })?;
        if let Some(value) = value {
            super::temporary::check(value, &exits)?;
        }
        let bindings = &around.bindings;
        let goes_on = !matches!(exits.leave, Leave::Whole { .. });
        let goes_round = goes_on && is_in_loop(&scope, first);
        let mut captures = bindings.captures(range, goes_round, scope.inside());
        for capture in &mut captures {
            capture.is_used_after = capture.is_outer || (goes_on && capture.is_used_after);
        }
        let locals = match list {
            Some(_) => bindings.declared_in(statements, range),
            None => Vec::new(),
        };
        let block = list.as_ref().map_or(range, |it| it.syntax().text_range());
        let after = TextRange::new(range.end(), block.end().max(range.end()));
        let (outputs, rest): (Vec<_>, Vec<_>) = locals.into_iter().partition(|local| {
            !local.is_hidden && bindings.is_looked_at(&local.name, range, after)
        });
        // They are dropped after the selection in any case.
        let (ended, dropped) = if is_last || exits.always() {
            (rest, Vec::new())
        } else {
            (Vec::new(), rest)
        };
        let receivers = bindings.receivers_in(range);
        let fields = fields::fields(&receivers, &captures, bindings);
        let is_call = |kind| kind == SyntaxKind::MACRO_CALL;
        let mut parts = statements.iter();
        Ok(Self {
            captures,
            outputs,
            dropped,
            ended,
            unused: Vec::new(),
            is_free: false,
            gates: gates(source, statements),
            item,
            receivers,
            fields,
            has_macro: parts.any(|node| is_call(node.kind()) || holds(node, is_call)),
            code_end: end.text_range().end(),
            exits,
            range,
            replaced: selected.replaced,
            is_expression: list.is_none(),
            value: selected.value,
            statements: selected.statements,
            scope,
        })
    }
}

impl Selection {
    /// Whether an `unsafe` block in it may rely on the arguments of the function.
    pub(super) fn relies_on_callers(&self) -> bool {
        let nodes = self.statements.iter().flat_map(SyntaxNode::descendants);
        let blocks = nodes.filter_map(ast::BlockExpr::cast);
        let mut blocks = blocks.filter(|it| it.unsafe_token().is_some());
        let captured = self.captures.iter().flat_map(|it| &it.mentions);
        let mentions: Vec<&SyntaxToken> = captured.chain(&self.receivers).collect();
        blocks.any(|block| {
            let range = block.syntax().text_range();
            let is_in = |it: &&SyntaxToken| range.contains_range(it.text_range());
            // Callers have to rule out that it is reached.
            let is_ruled_out = || tokens(block.syntax()).any(|it| it.text() == UNREACHABLE);
            mentions.iter().any(is_in) || (!mentions.is_empty() && is_ruled_out())
        })
    }

    /// Whether it is in an `unsafe` context.
    pub(super) fn is_vouched_for(&self, source: &Source) -> bool {
        let above = self.statements.first().map(SyntaxNode::ancestors);
        let above = above.into_iter().flatten().skip(1);
        let mut above = above.take_while(|it| it.kind() != SyntaxKind::FN);
        let is_vouched =
            |it: SyntaxNode| ast::BlockExpr::cast(it).is_some_and(|it| it.unsafe_token().is_some());
        let is_unsafe = self.scope.function.unsafe_token().is_some();
        let is_enough = source.context.edition < Edition::Edition2024;
        above.any(is_vouched) || (is_unsafe && is_enough)
    }

    /// The closure whose whole body is selected, if its parameters are plain names.
    pub(super) fn closure_around(&self) -> Option<(ast::ClosureExpr, Vec<String>)> {
        let Some(Inner::Closure(closure)) = &self.scope.inner else {
            return None;
        };
        let body = closure.body()?;
        let is_all = match &body {
            ast::Expr::BlockExpr(block) if !self.is_expression => {
                let list = block.stmt_list()?;
                let text = list.syntax().text().to_string();
                let start = list.syntax().text_range().start();
                let range = self.range - start;
                let (before, behind) = (
                    &text[..usize::from(range.start())],
                    &text[usize::from(range.end())..],
                );
                block.modifier().is_none() && before.trim() == "{" && behind.trim() == "}"
            }
            body => body.syntax().text_range() == self.range,
        };
        let params = closure.param_list()?.params().map(|param| {
            let Some(ast::Pat::IdentPat(name)) = param.pat() else {
                return None;
            };
            let is_plain = name.mut_token().is_none() && name.ref_token().is_none();
            is_plain.then(|| name.syntax().text().to_string())
        });
        let params = params.collect::<Option<Vec<String>>>()?;
        let is_plain = closure.async_token().is_none() && closure.ret_type().is_none();
        (is_all && is_plain).then(|| (closure.clone(), params))
    }
}

/// Facts that all parts of a function share. Those of the last function are cached.
#[derive(Default)]
pub struct LastFunction(Option<(ast::Fn, InFunction)>);

pub(super) struct InFunction {
    bindings: Bindings,
    /// The items in its body.
    items: Vec<SyntaxNode>,
}

impl LastFunction {
    fn of(&mut self, function: &ast::Fn) -> &InFunction {
        let known = self.0.take().filter(|(last, _)| last == function);
        let (_, known) = self.0.insert(known.unwrap_or_else(|| {
            let around = InFunction {
                bindings: Bindings::of(function),
                items: items(function),
            };
            (function.clone(), around)
        }));
        known
    }
}

fn items(function: &ast::Fn) -> Vec<SyntaxNode> {
    let is_item = |kind| ast::Item::can_cast(kind) && kind != SyntaxKind::MACRO_CALL;
    let body = function.body().filter(|it| holds(it.syntax(), is_item));
    let nodes = body.iter().flat_map(|body| body.syntax().descendants());
    nodes.filter(|node| is_item(node.kind())).collect()
}

/// Whether a node is in a loop of the scope.
fn is_in_loop(scope: &Scope, node: &SyntaxNode) -> bool {
    let above = node.ancestors().skip(1);
    let mut above = above.take_while(|node| node != scope.node());
    above.any(|node| {
        matches!(
            node.kind(),
            SyntaxKind::LOOP_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::FOR_EXPR
        )
    })
}

pub(super) const NOTHING: NotExtracted = NotExtracted::new("No whole statement is selected.");

/// Expressions that take an address.
const ADDRESSES: [&str; 4] = ["as *const", "as *mut", "addr_of", "&raw"];
/// The function that marks unreachable code.
const UNREACHABLE: &str = "unreachable_unchecked";
/// Macros whose value depends on their location.
const PLACES: [&str; 2] = ["line!(", "column!("];

/// Rejects code that can't move to its own function.
fn check(source: &Source, scope: &Scope, statements: &[SyntaxNode]) -> Result<(), NotExtracted> {
    check_parts(source, statements)?;
    let mut attributes = scope.function.attrs();
    let decides = |attr: ast::Attr| attr.syntax().text().to_string().contains("target_feature");
    if attributes.any(decides) {
        return Err(NotExtracted::new(
            "The function has a `target_feature` attribute.",
        ));
    }
    Ok(())
}

fn check_parts(source: &Source, statements: &[SyntaxNode]) -> Result<(), NotExtracted> {
    for statement in statements {
        if ast::Item::can_cast(statement.kind()) && statement.kind() != SyntaxKind::MACRO_CALL {
            return Err(NotExtracted::at(
                statement,
                "The selection declares an item",
            ));
        }
        let conditional = attributes(source, statement).find(|attr| {
            let text = attr.syntax().text().to_string();
            text.contains("cfg") && !text.starts_with(GATE)
        });
        if let Some(conditional) = conditional {
            let why = "Part of the selection is conditional";
            return Err(NotExtracted::at(conditional.syntax(), why));
        }
    }
    if gates(source, statements).len() > MOST_GATES {
        return Err(NotExtracted::new(
            "Too many parts of the selection are behind a `#[cfg]`.",
        ));
    }
    let takes_address = |it: &&SyntaxNode| {
        let text = source.slice(it.text_range());
        ADDRESSES.iter().any(|sign| text.contains(sign))
    };
    if let Some(statement) = statements.iter().find(takes_address) {
        let why = "The code takes an address, which would differ for a copy";
        return Err(NotExtracted::at(statement, why));
    }
    let tells_place = |it: &&SyntaxNode| {
        let text = source.slice(it.text_range());
        PLACES.iter().any(|sign| text.contains(sign))
    };
    match statements.iter().find(tells_place) {
        Some(statement) => Err(NotExtracted::at(
            statement,
            "The code uses its own line or column number",
        )),
        None => Ok(()),
    }
}

/// The start of a `cfg` attribute.
const GATE: &str = "#[cfg(";
/// Maximum number of `cfg` conditions, as each is tried both ways.
const MOST_GATES: usize = 3;

fn gates(source: &Source, statements: &[SyntaxNode]) -> Vec<String> {
    let all = statements.iter().flat_map(|it| attributes(source, it));
    let texts = all.map(|it| it.syntax().text().to_string());
    let mut gates: Vec<String> = texts.filter(|it| it.starts_with(GATE)).collect();
    gates.sort();
    gates.dedup();
    gates
}

/// The attributes of a statement and its descendants. Few have any.
fn attributes(source: &Source, statement: &SyntaxNode) -> impl Iterator<Item = ast::Attr> {
    let has_sign = source.slice(statement.text_range()).contains('#');
    let has_any = has_sign && holds(statement, ast::Attr::can_cast);
    let nodes = has_any.then(|| statement.descendants());
    nodes.into_iter().flatten().filter_map(ast::Attr::cast)
}

/// The last item of a function that code in it may refer to.
fn item_meant(
    items: &[SyntaxNode],
    statements: &[SyntaxNode],
) -> Result<Option<SyntaxNode>, NotExtracted> {
    if items.is_empty() {
        return Ok(None);
    }
    let written = statements.iter().flat_map(written_in);
    let names = written.filter(|(kind, _)| *kind == SyntaxKind::IDENT);
    let mentioned: HashSet<&str> = names.map(|(_, name)| name).collect();
    let is_seen = |item: &SyntaxNode| {
        written_in(item).any(|(kind, text)| {
            kind == T![*] && item.kind() == SyntaxKind::USE
                || kind == SyntaxKind::IDENT && mentioned.contains(text)
        })
    };
    let stays = |item: &SyntaxNode| {
        let range = item.text_range();
        !statements
            .iter()
            .any(|it| it.text_range().contains_range(range))
    };
    let seen = items.iter().filter(|it| is_seen(it)).filter(|it| stays(it));
    let seen: Vec<&SyntaxNode> = seen.collect();
    let Some(&last) = seen.last() else {
        return Ok(None);
    };
    let why = "The function declares items that the selection may refer to";
    let is_one_block = seen.iter().all(|it| it.parent() == last.parent());
    let uses_self = statements
        .iter()
        .flat_map(tokens)
        .any(|it| matches!(it.kind(), T![self] | SyntaxKind::SELF_TYPE_KW));
    if !is_one_block || uses_self {
        return Err(NotExtracted::at(last, why));
    }
    Ok(Some(last.clone()))
}

pub(super) fn tokens(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::FileContext;

    /// The selection of the lines from the one with `first` to the one with `last`.
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
        assert!(found.has_macro && found.exits.layer.is_none() && !found.exits.awaits);
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
    fn conditions_and_items_that_may_be_meant_are_remembered() {
        let text = "fn f() {\n    use x::*;\n    #[cfg(unix)]\n    a();\n    b();\n}\n";
        let found = selection(text, "#[cfg", "b();").unwrap();
        assert_eq!(found.gates, ["#[cfg(unix)]"]);
        assert!(found.item.is_some_and(|it| it.text() == "use x::*;"));
        let found = selection("fn f() {\n    a();\n    b();\n}\n", "a();", "b();").unwrap();
        assert!(found.item.is_none() && found.gates.is_empty());
    }

    #[test]
    fn what_is_no_run_of_statements_is_refused() {
        for (text, first, last) in [
            (
                "fn f() {\n    if a() {\n        b();\n    }\n}\n",
                "a()",
                "b();",
            ),
            (
                "fn f() {\n    loop {\n        if a() {\n            break;\n        }\n        if b() {\n            return;\n        }\n        c();\n    }\n}\n",
                "if a()",
                "return;\n        }",
            ),
            (
                "fn f() {\n    #[cfg_attr(unix, allow(unused))]\n    a();\n    b();\n}\n",
                "#[cfg_attr",
                "b();",
            ),
            (
                "impl S {\n    fn f(&self) {\n        use x::*;\n        self.a();\n        b();\n    }\n}\n",
                "self.a();",
                "b();",
            ),
            ("struct S {\n    a: u8,\n}\n", "a", "u8"),
            ("fn f() {\n    a();\n\n}\n", "\n\n", "\n}"),
        ] {
            assert!(selection(text, first, last).is_err(), "{text}");
        }
    }
}
