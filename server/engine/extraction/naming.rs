//! Names for the new function: from the comment above it, from what it does or returns, from the case or the element that it
//! handles, or else from the original function.

mod deeds;
mod phrases;
mod subjects;
mod values;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use super::{Selection, selection::tokens};
use crate::syntax::{Source, layout, plurals};
pub(super) use phrases::verb_of;

use deeds::{Deeds, expression};
use values::{made, takes_out, verb_inside, verb_of_value};

/// Minimum number of lines of a block that its first comment can't describe.
const MOST_LINES: usize = 20;

/// Returns names for the function of a selection, best first.
pub(super) fn wishes<'a>(
    source: &'a Source,
    selection: &'a Selection,
) -> impl Iterator<Item = Wish> + 'a {
    let own = selection.scope.function.name();
    let own = own.map(|it| it.text().trim_start_matches("r#").to_owned());
    let own = own.unwrap_or_default();
    let namer = Namer {
        source,
        selection,
        verb: phrases::verb_of(&own),
        own: own.clone(),
        deeds: Deeds::of(selection),
    };
    let last = Wish::new(of_function(selection, &own), Ground::Nothing);
    let told = WAYS.into_iter();
    let told = told.filter_map(move |(tell, ground)| Some(Wish::new(tell(&namer)?, ground)));
    let told = told.filter(move |it| it.name != own && phrases::reads_well(&it.name));
    told.chain([last])
}

/// Number of variables and fields outside of a part that it changes.
pub(super) fn places_changed(selection: &Selection) -> usize {
    Deeds::of(selection).places()
}

/// A name, and its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) name: String,
    pub(super) ground: Ground,
}

impl Wish {
    fn new(name: String, ground: Ground) -> Self {
        Self { name, ground }
    }
}

/// The source of a name, the most descriptive first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    Comment,
    /// What the whole part is or does.
    Code,
    /// What it is about.
    Subject,
    Nothing,
}

struct Namer<'a> {
    source: &'a Source,
    selection: &'a Selection,
    /// The verb in the enclosing function's name.
    verb: Option<&'static str>,
    /// The enclosing function's name.
    own: String,
    deeds: Deeds<'a>,
}

type Way = fn(&Namer<'_>) -> Option<String>;

/// The ways to name a part, the most descriptive first.
const WAYS: [(Way, Ground); 18] = {
    let (comment, code, subject) = (Ground::Comment, Ground::Code, Ground::Subject);
    [
        (|it| it.comment(), comment),
        (|it| it.comment_inside(), code),
        (|it| it.question(), code),
        (|it| it.deeds.check(), code),
        (|it| it.deeds.skip(), code),
        (|it| it.case(), code),
        (|it| it.deeds.find(), code),
        (|it| it.deeds.count(), code),
        (|it| it.result(), code),
        (|it| it.writing(), code),
        (|it| it.deeds.collect(), code),
        (|it| it.condition(), code),
        (|it| it.deeds.update(), code),
        (|it| it.construction(), code),
        (|it| it.call(), subject),
        (|it| it.element(), subject),
        (|it| it.collection(), subject),
        (|it| it.choice(), subject),
    ]
};

impl Namer<'_> {
    /// Names it by the comment above, if that describes all of it.
    fn comment(&self) -> Option<String> {
        let text = self.source.slice(self.selection.range);
        let mut lines = text.lines().map(str::trim);
        let comment: Vec<&str> = lines
            .by_ref()
            .map_while(|line| line.strip_prefix("//"))
            .collect();
        if !self.is_one_paragraph() {
            return None;
        }
        phrases::name(&comment.join("\n"), self.verb)
    }

    /// Names it by the first comment in the block of its only statement.
    fn comment_inside(&self) -> Option<String> {
        let only = self.only()?;
        let branch = ast::IfExpr::cast(only.clone());
        let has_other = branch.is_some_and(|it| it.else_branch().is_some());
        let block = only.children().find_map(ast::BlockExpr::cast)?;
        let is_alone = !has_other && !ast::MatchExpr::can_cast(only.kind());
        let list = block.stmt_list().filter(|_| is_alone)?;
        let inside = list.syntax().text().to_string();
        let lines = inside.lines().skip(1).map(str::trim);
        let comment = lines.map_while(|line| line.strip_prefix("//"));
        let statements: Vec<SyntaxNode> = list.syntax().children().collect();
        let is_one = self.are_one_paragraph(&statements) && inside.lines().count() < MOST_LINES;
        phrases::name(&comment.collect::<Vec<_>>().join("\n"), None).filter(|_| is_one)
    }

    /// Whether its statements are separated by neither blank lines nor comments.
    fn is_one_paragraph(&self) -> bool {
        self.are_one_paragraph(&self.selection.statements)
    }

    fn are_one_paragraph(&self, statements: &[SyntaxNode]) -> bool {
        let pairs = statements.windows(2);
        let mut gaps = pairs.map(|pair| {
            let (end, start) = (pair[0].text_range().end(), pair[1].text_range().start());
            self.source.slice(crate::text::TextRange::new(end, start))
        });
        gaps.all(|gap| gap.matches('\n').count() < 2 && !gap.contains("//"))
    }

    /// Names it by its result if that is the only one and sounds like a predicate, such as `is_last`.
    fn question(&self) -> Option<String> {
        let given = self.given()?;
        phrases::is_question(&given).then_some(given)
    }

    /// Names it by its only result, if it does nothing else.
    fn result(&self) -> Option<String> {
        let given = self.given()?;
        let value = self.value_given(&given)?;
        let is_all = self.deeds.changes_only(&given) && self.is_all_about(&given);
        if phrases::says_nothing(&given) || matches!(value, ast::Expr::ClosureExpr(_)) || !is_all {
            return None;
        }
        let told = verb_of_value(&value).or_else(|| verb_inside(&self.selection.statements));
        let own = self.verb.filter(|it| phrases::gives_something(it));
        let verb = told
            .or(own)
            .unwrap_or_else(|| self.plain_verb(&value, &given));
        Some(format!("{verb}_{given}"))
    }

    /// The verb for a value if no call suggests a better one.
    fn plain_verb(&self, value: &ast::Expr, name: &str) -> &'static str {
        if phrases::is_measure(name) {
            return "compute";
        }
        let is_grown = self.selection.outputs.first().is_some_and(|it| it.is_mut);
        match value {
            ast::Expr::MatchExpr(it) if takes_out(it) => "get",
            ast::Expr::IfExpr(_) | ast::Expr::MatchExpr(_) => "determine",
            _ if is_grown && self.selection.statements.len() > 1 => "build",
            ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_) | ast::Expr::TryExpr(_) => "get",
            _ => "compute",
        }
    }

    /// Whether every statement uses a variable, or prepares for one that does.
    fn is_all_about(&self, name: &str) -> bool {
        let mut statements = self.selection.statements.iter();
        self.selection.is_expression
            || statements.all(|it| {
                let is_let = it.kind() == SyntaxKind::LET_STMT;
                let mentions = tokens(it).any(|token| token.text() == name);
                is_let || mentions || self.deeds.prepares(it)
            })
    }

    fn given(&self) -> Option<String> {
        let given = match &*self.selection.outputs {
            [output] if self.selection.value.is_none() => output.name.clone(),
            [] if self.selection.is_expression => initialised(self.selection)?,
            _ => return None,
        };
        Some(
            given
                .trim_start_matches("r#")
                .trim_start_matches('_')
                .to_owned(),
        )
    }

    /// The initial value of the variable that is returned.
    fn value_given(&self, name: &str) -> Option<ast::Expr> {
        if self.selection.is_expression {
            return self.selection.value.clone();
        }
        let lets = self.selection.statements.iter().rev().cloned();
        let mut lets = lets.filter_map(ast::LetStmt::cast);
        let is_meant = |it: &ast::LetStmt| {
            let pattern = it.pat().map(|it| it.syntax().clone());
            let mut names = pattern.into_iter().flat_map(|it| {
                it.descendants()
                    .filter_map(ast::Name::cast)
                    .collect::<Vec<_>>()
            });
            names.any(|it| it.text().trim_start_matches('_') == name)
        };
        lets.find(is_meant)?.initializer()
    }

    /// Names it by the case whose whole block it is.
    fn case(&self) -> Option<String> {
        let around = around_block(self.selection)?;
        let verb = self.verb_of_case();
        let subject = match ast::MatchArm::cast(around.clone()) {
            Some(arm) => match subjects::case(&arm.pat()?) {
                Some(case) => case,
                None => return phrases::name(&comment_above(self.source, &arm)?, Some(verb)),
            },
            None => subjects::element(&around)?,
        };
        if self.gives_for_case(&around) {
            return Some(format!("{subject}_{}", self.own));
        }
        Some(format!("{verb}_{subject}"))
    }

    /// Whether it returns one of the values of a function that is named after its result, such as `size`.
    fn gives_for_case(&self, around: &SyntaxNode) -> bool {
        let is_noun = self.verb.is_none() && self.deeds.verb_of_writing().is_none();
        let choice = around.ancestors().find_map(ast::MatchExpr::cast);
        let tail = self
            .selection
            .scope
            .function
            .body()
            .and_then(|it| it.tail_expr());
        let is_answer = choice
            .zip(tail)
            .is_some_and(|(a, b)| a.syntax() == b.syntax());
        is_noun && is_answer && self.selection.value.is_some() && !phrases::is_vague_case(&self.own)
    }

    /// Names it by the condition of its block, or of its only branch.
    fn condition(&self) -> Option<String> {
        let around = around_block(self.selection);
        let asked = around.and_then(|it| subjects::condition(&it));
        let own = || {
            let branch = ast::IfExpr::cast(self.only()?)?;
            branch
                .condition()
                .filter(|_| branch.else_branch().is_none())
        };
        let asked = asked.or_else(own)?;
        let subject = subjects::asked(&asked)?;
        let is_lack = ["empty_", "missing_", "zero_"]
            .iter()
            .any(|it| subject.starts_with(it));
        (!is_lack || self.is_short()).then(|| format!("{}_{subject}", self.verb_of_case()))
    }

    /// Names it by what is written.
    fn writing(&self) -> Option<String> {
        let verb = self.deeds.verb_of_writing()?;
        let around = around_block(self.selection);
        let one = self.only();
        let nodes = [one, around];
        let mut subjects = nodes.iter().flatten().filter_map(subject_of);
        Some(format!("{verb}_{}", subjects.next()?))
    }

    /// Names it by the type of its last value.
    fn construction(&self) -> Option<String> {
        let last = self.selection.statements.last().map(expression)?;
        let returned = ast::ReturnExpr::cast(last).and_then(|it| it.expr());
        let made = made(&self.selection.value.clone().or(returned)?)?;
        let verb = self.verb.filter(|it| phrases::gives_something(it));
        Some(format!("{}_{made}", verb.unwrap_or("build")))
    }

    /// Names it by the only call whose function name describes an action.
    fn call(&self) -> Option<String> {
        let nodes = self.selection.statements.iter();
        let nodes = nodes.flat_map(SyntaxNode::descendants);
        let called = nodes.filter_map(|node| Some((called(&node)?, node)));
        let called: Vec<(String, SyntaxNode)> =
            called.filter(|(name, _)| phrases::is_deed(name)).collect();
        let (name, call) = called
            .first()
            .filter(|_| self.is_one_paragraph() && self.is_short())?;
        let is_one = called.iter().all(|(other, _)| other == name);
        let mut around = call.ancestors();
        let range = self.selection.range;
        let repeats = around.any(|it| {
            let is_inside = range.contains_range(it.text_range());
            is_inside
                && matches!(
                    it.kind(),
                    SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR
                )
        });
        phrases::alike(name, repeats).filter(|_| is_one)
    }

    /// Names it by the element in the enclosing loop, branch or arm.
    fn element(&self) -> Option<String> {
        let around = around_block(self.selection);
        let around = around.or_else(|| self.only().filter(is_alone))?;
        let subject = subjects::bound_in(&around)?;
        let is_all = ast::WhileExpr::can_cast(around.kind()) && self.only() == Some(around);
        let subject = if is_all {
            plurals::plural(&subject)
        } else {
            subject
        };
        phrases::is_telling(&subject).then(|| format!("{}_{subject}", self.verb_of_case()))
    }

    /// Names it by the collection that its only loop iterates.
    fn collection(&self) -> Option<String> {
        let each = ast::ForExpr::cast(self.only()?)?;
        let gone_through = subjects::of_expr(&each.iterable()?);
        let gone_through = gone_through.filter(|it| plurals::singular(it).is_some());
        let bound = || Some(plurals::plural(&subjects::bound(&each.pat()?)?));
        let subject = gone_through.or_else(bound)?;
        phrases::is_telling(&subject).then(|| format!("{}_{subject}", self.verb_of_case()))
    }

    /// Names it by the scrutinee of its only `match`.
    fn choice(&self) -> Option<String> {
        let choice = ast::MatchExpr::cast(self.only()?)?;
        let subject = subjects::of_expr(&choice.expr()?)?;
        phrases::is_telling(&subject).then(|| format!("{}_{subject}", self.verb_of_case()))
    }

    /// Whether it is short enough to be described by one of its lines.
    fn is_short(&self) -> bool {
        let text = self.source.slice(self.selection.range);
        text.lines().count() < MOST_LINES
    }

    /// Its only statement.
    fn only(&self) -> Option<SyntaxNode> {
        let [statement] = &*self.selection.statements else {
            return None;
        };
        Some(expression(statement))
    }

    fn verb_of_case(&self) -> &'static str {
        let own = self.verb.filter(|it| phrases::is_done_to_cases(it));
        own.or_else(|| self.deeds.verb_of_writing())
            .unwrap_or("handle")
    }
}

/// The arm, branch or loop whose whole block is selected.
fn around_block(selection: &Selection) -> Option<SyntaxNode> {
    let first = selection.statements.first()?;
    if selection.is_expression {
        return first
            .parent()
            .filter(|it| ast::MatchArm::can_cast(it.kind()));
    }
    let list = first.parent()?;
    let fills = ast::StmtList::can_cast(list.kind())
        && list.children().count() == selection.statements.len();
    if !fills {
        return None;
    }
    let block = list.parent()?;
    let around = block.parent()?;
    // An `else` is about everything else.
    let is_else = ast::IfExpr::cast(around.clone())
        .is_some_and(|it| it.then_branch().is_none_or(|then| *then.syntax() != block));
    (!is_else).then_some(around)
}

fn subject_of(node: &SyntaxNode) -> Option<String> {
    if let Some(each) = ast::ForExpr::cast(node.clone()) {
        return subjects::of_expr(&each.iterable()?).or_else(|| subjects::bound_in(node));
    }
    let asked = subjects::condition(node)?;
    subjects::asked(&asked).or_else(|| match asked {
        ast::Expr::LetExpr(it) => {
            subjects::of_expr(&it.expr()?).or_else(|| subjects::bound_in(node))
        }
        _ => None,
    })
}

/// Whether a loop or a branch has no `else`, which would be about everything else.
fn is_alone(node: &SyntaxNode) -> bool {
    match ast::IfExpr::cast(node.clone()) {
        Some(branch) => branch.else_branch().is_none(),
        None => ast::WhileExpr::can_cast(node.kind()),
    }
}

/// The name of the callee.
fn called(node: &SyntaxNode) -> Option<String> {
    if let Some(call) = ast::CallExpr::cast(node.clone()) {
        return subjects::callee(&call);
    }
    let call = ast::MethodCallExpr::cast(node.clone())?;
    Some(call.name_ref()?.text().to_string())
}

/// The comment on the lines above an arm.
fn comment_above(source: &Source, arm: &ast::MatchArm) -> Option<String> {
    let mut lines = Vec::new();
    let mut before = arm.syntax().first_token()?.prev_token();
    while let Some(token) = before {
        match token.kind() {
            // A comment after the previous arm belongs to that one.
            SyntaxKind::COMMENT
                if layout::is_first_on_line(&source.text, token.text_range().start()) =>
            {
                lines.push(token.text().trim_start_matches('/').to_owned());
            }
            SyntaxKind::WHITESPACE if token.text().matches('\n').count() < 2 => {}
            _ => break,
        }
        before = token.prev_token();
    }
    lines.reverse();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// The variable that is initialized with the selected expression.
fn initialised(selection: &Selection) -> Option<String> {
    let around = selection.statements.first()?.parent()?;
    let Some(ast::Pat::IdentPat(name)) = ast::LetStmt::cast(around)?.pat() else {
        return None;
    };
    Some(name.name()?.text().to_string())
}

/// The fallback if nothing suggests a name.
fn of_function(selection: &Selection, own: &str) -> String {
    let own = if own == "main" { "run" } else { own };
    let body = selection
        .scope
        .function
        .body()
        .and_then(|it| it.stmt_list());
    let first = body.as_ref().and_then(|it| it.syntax().children().next());
    let last = body.as_ref().and_then(|it| it.syntax().children().last());
    if first.is_some() && first == selection.statements.first().cloned() {
        return format!("begin_{own}");
    }
    if last.is_some() && last == selection.statements.last().cloned() {
        return format!("finish_{own}");
    }
    format!("{own}_part")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        syntax::FileContext,
        text::{TextRange, TextSize},
    };

    /// The best name for the code between two marks.
    fn name(text: &str) -> String {
        let (before, rest) = text.split_once('«').unwrap();
        let (selected, after) = rest.split_once('»').unwrap();
        let plain = [before, selected, after].concat();
        let (start, end) = (before.len(), before.len() + selected.len());
        let source = Source::parse(plain, FileContext::default()).unwrap();
        let size = |at: usize| TextSize::try_from(at).unwrap();
        let range = TextRange::new(size(start), size(end));
        let selection = Selection::of(&source, &source.root(), range).unwrap();
        wishes(&source, &selection).next().unwrap().name
    }

    #[test]
    fn a_comment_names_what_stands_below_it() {
        let below = |comment: &str| {
            name(&format!(
                "fn parse_mail(a: A) {{\n    x();\n    «// {comment}\n    g(a);\n    h(a);»\n    y();\n}}\n"
            ))
        };
        assert_eq!(below("Parse the header."), "parse_header");
        assert_eq!(
            below("Now checks that nothing is left"),
            "check_nothing_left"
        );
        assert_eq!(below("Header"), "parse_header");
        assert_eq!(
            below("1. Collecting all of the addresses: to and cc"),
            "collect_addresses"
        );
        assert_eq!(below("XXX why?"), "parse_mail_part");
    }

    #[test]
    fn a_case_of_what_a_function_gives_is_named_after_both() {
        let arm = |own: &str| {
            name(&format!(
                "fn {own}(s: &S) -> usize {{\n    match s {{\n        S::Circle(c) => {{\n            «g(c);\n            c.a * c.b»\n        }}\n        _ => 0,\n    }}\n}}\n"
            ))
        };
        assert_eq!(arm("size"), "circle_size");
        assert_eq!(arm("consensus_decode"), "decode_circle");
        assert_eq!(arm("eval_shape"), "eval_circle");
    }

    #[test]
    fn the_value_names_what_gives_it() {
        assert_eq!(
            name("fn f() {\n    «let a = 1;\n    let total = a + 1;»\n    g(total);\n}\n"),
            "compute_total"
        );
        assert_eq!(
            name("fn read_mail() {\n    «let a = 1;\n    let header = g(a);»\n    g(header);\n}\n"),
            "read_header"
        );
        assert_eq!(
            name("fn f() {\n    «let a = 1;\n    let is_last = g(a);»\n    g(is_last);\n}\n"),
            "is_last"
        );
    }

    #[test]
    fn the_case_and_the_element_name_their_blocks() {
        assert_eq!(
            name(
                "fn f(e: E) {\n    match e {\n        E::KeyPress(k) => {\n            «g(k);\n            h(k);»\n        }\n        _ => {}\n    }\n}\n"
            ),
            "handle_key_press"
        );
        assert_eq!(
            name(
                "fn write_all(e: E) {\n    for (i, entry) in e {\n        «g(i, entry);\n        h(entry);»\n    }\n    x();\n}\n"
            ),
            "write_entry"
        );
        assert_eq!(
            name(
                "fn f(e: E) {\n    for order in e {\n        «if let Some(customer) = &order.customer {\n            g(customer);\n            h(e);\n        }»\n    }\n    x();\n}\n"
            ),
            "handle_order"
        );
        assert_eq!(
            name(
                "fn f(e: E) {\n    x();\n    «for header in &e.headers {\n        h(header);\n    }»\n    x();\n}\n"
            ),
            "handle_headers"
        );
    }

    /// The best name for a part of a function's body.
    fn of_part(part: &str) -> String {
        name(&format!(
            "fn f(a: &mut A) -> Result<R, E> {{\n    x();\n    «{part}»\n    y()\n}}\n"
        ))
    }

    #[test]
    fn what_a_part_does_names_it() {
        for (part, expected) in [
            (
                "if a.name.is_empty() {\n        return Err(E);\n    }",
                "check_name",
            ),
            (
                "if a.name.len() > 9 {\n        return Err(E);\n    }",
                "check_name_length",
            ),
            (
                "for (k, pair) in a.pairs() {\n        if k == b {\n            return Some(pair);\n        }\n    }",
                "find_pair",
            ),
            (
                "while c.is_whitespace() {\n        a.pos += 1;\n    }",
                "skip_whitespace",
            ),
            (
                "for it in a.b() {\n        if g(it) {\n            a.word_count += 1;\n        }\n    }",
                "count_words",
            ),
            (
                "for it in a.b() {\n        if g(it) {\n            a.names.push(it);\n        }\n    }",
                "collect_names",
            ),
            (
                "if g() {\n        a.b.level = 1;\n    } else {\n        a.b.level = 2;\n    }",
                "update_level",
            ),
            (
                "if let Some(title) = g() {\n        write!(a, \"{title}\")?;\n    }",
                "write_title",
            ),
            (
                "for it in g() {\n        while it.h() {\n            skip_event(it);\n        }\n    }",
                "skip_events",
            ),
        ] {
            assert_eq!(of_part(part), expected, "{part}");
        }
    }

    #[test]
    fn what_is_asked_before_it_names_a_block() {
        let block = |asked: &str| {
            name(&format!(
                "fn f(a: A) {{\n    if {asked} {{\n        «g(a);\n        h(a);»\n    }}\n    y();\n}}\n"
            ))
        };
        for (asked, expected) in [
            ("a.c == '\\\\'", "handle_backslash"),
            ("a == Kind::LineBreak", "handle_line_break"),
            (
                "matches!(a, Kind::LineBreak | Kind::End)",
                "handle_line_break",
            ),
            ("a.is_quoted()", "handle_quoted"),
            ("a.entries.is_empty()", "handle_empty_entries"),
            ("let Some(entry) = a.next()", "handle_entry"),
        ] {
            assert_eq!(block(asked), expected, "{asked}");
        }
        // The condition of the other branch doesn't describe this one.
        for asked in ["!a.is_quoted()", "a != b", "a.len() > 3"] {
            assert_eq!(block(asked), "f_part", "{asked}");
        }
    }

    #[test]
    fn the_code_of_a_value_tells_how_it_comes_about() {
        let value = |value: &str| {
            name(&format!(
                "fn f(a: A) {{\n    x();\n    «let mut length = 0;\n    let found = {value};»\n    g(found);\n}}\n"
            ))
        };
        for (code, expected) in [
            ("read_entry(length)", "read_found"),
            ("if a.b() { C } else { D }", "determine_found"),
            ("a.iter().find(|it| it.b())", "find_found"),
            ("Found { length }", "build_found"),
            ("a + length", "compute_found"),
        ] {
            assert_eq!(value(code), expected, "{code}");
        }
    }

    #[test]
    fn a_comment_names_the_arm_below_it() {
        let arm = |above: &str| {
            name(&format!(
                "fn write(a: A) {{
    match a {{
        0 => b(),{above}
        _ => {{
            «c(a);
            d(a);»
        }}
    }}
}}
"
            ))
        };
        assert_eq!(arm("\n        // Plain literals"), "write_plain_literals");
        assert_eq!(arm(" // Plain literals"), "write_part");
    }

    #[test]
    fn what_is_used_up_is_no_other_deed() {
        let text = "fn f(a: &[u8]) -> f64 {
    let mut total = 0;
    «for one in a {
        total += one;
    }
    let average = total / a.len();»
    g(average)
}
";
        assert_eq!(name(text), "compute_average");
    }

    #[test]
    fn what_only_a_part_of_the_part_tells_is_no_name() {
        for part in [
            // The comment is about the first paragraph.
            "// Read the header.\n    g(a);\n\n    // Read the trailer.\n    h(a);",
            // More than the counter changes.
            "for it in a.b() {\n        a.word_count += 1;\n        h(it);\n        a.c.clear();\n    }\n    i(a);",
            // The checks have no word in common.
            "if a.name.is_empty() {\n        return Err(E);\n    }\n    if a.size.is_none() {\n        return Err(E);\n    }",
            "let next = |it| it + 1;\n    g(next);",
        ] {
            assert_eq!(of_part(part), "f_part", "{part}");
        }
    }

    #[test]
    fn without_more_the_place_names_it() {
        let text = "fn f(a: A) {\n    «g(a);\n    h(a);»\n    x();\n}\n";
        assert_eq!(name(text), "begin_f");
        let text = "fn f(a: A) {\n    x();\n    «g(a);\n    h(a);»\n}\n";
        assert_eq!(name(text), "finish_f");
    }
}
