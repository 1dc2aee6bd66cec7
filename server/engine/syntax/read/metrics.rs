//! The size of a function: cognitive complexity, nesting, lines and parameters.
//!
//! Cognitive complexity as defined by Sonar's S3776. `?`, `let … else`, match guards as such, recursion, and everything inside
//! macro calls add nothing.

use ra_ap_syntax::{AstNode, GreenNode, NodeOrToken, SyntaxKind, SyntaxNode, T, ast};

use crate::text::{TextRange, TextSize};

type Green = <GreenNode as std::ops::Deref>::Target;

/// The metrics of a function. Nested functions are included, except in `nesting`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Cognitive complexity.
    pub cognitive: u32,
    /// Maximum nesting of the bodies of `if`, `match`, loops and closures. An `else if` is as deep as its `if`, and a condition
    /// or scrutinee is as deep as its construct.
    pub nesting: u32,
    /// Lines of code between the braces.
    pub lines: u32,
    /// Parameters without `self`.
    pub parameters: u32,
}

/// The contribution of a keyword or operator to a function's cognitive complexity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Increment {
    pub at: TextRange,
    pub amount: u32,
}

/// What was counted in a function's body.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// In source order.
    pub increments: Vec<Increment>,
    /// The keywords around the most deeply nested code, outermost first. For a closure, its parameters.
    pub deepest: Vec<TextRange>,
}

/// Follows a walk in source order, with a tally for each enclosing function.
#[derive(Debug, Default)]
pub(super) struct Meter {
    tallies: Vec<Tally>,
    open: Vec<OpenFunction>,
    raised: Vec<Raised>,
}

#[derive(Debug)]
struct OpenFunction {
    node: SyntaxNode,
    tally: usize,
    /// The number of raised constructs around the body.
    base: usize,
}

/// A construct that increases nesting by one.
#[derive(Debug)]
struct Raised {
    node: SyntaxNode,
    keyword: TextRange,
    /// The start of the nested code, after the condition.
    body: TextSize,
}

impl Meter {
    pub(super) fn enter(&mut self, node: &SyntaxNode) {
        match node.kind() {
            SyntaxKind::IF_EXPR => self.enter_if(node),
            SyntaxKind::MATCH_EXPR => self.enter_construct(node, T![match]),
            SyntaxKind::WHILE_EXPR => self.enter_construct(node, T![while]),
            SyntaxKind::LOOP_EXPR => self.enter_construct(node, T![loop]),
            SyntaxKind::FOR_EXPR => self.enter_construct(node, T![for]),
            SyntaxKind::CLOSURE_EXPR => {
                self.raise(node, closure_head(node));
                self.note_depth();
            }
            SyntaxKind::BREAK_EXPR => self.add_labelled(node, T![break]),
            SyntaxKind::CONTINUE_EXPR => self.add_labelled(node, T![continue]),
            SyntaxKind::BIN_EXPR => self.add_runs(node),
            _ => {}
        }
    }

    /// Enters a function with a body; [`Meter::finish`] returns the tallies in the order of these calls.
    pub(super) fn enter_function(&mut self, node: &SyntaxNode) {
        if !self.open.is_empty() {
            self.raise(node, keyword(node, T![fn]));
        }
        self.open.push(OpenFunction {
            node: node.clone(),
            tally: self.tallies.len(),
            base: self.raised.len(),
        });
        self.tallies.push(Tally::default());
    }

    pub(super) fn leave(&mut self, node: &SyntaxNode) {
        self.open.pop_if(|function| function.node == *node);
        self.raised.pop_if(|raised| raised.node == *node);
    }

    pub(super) fn finish(mut self) -> Vec<Tally> {
        for tally in &mut self.tallies {
            // An `else` is added when its `if` is entered.
            tally
                .increments
                .sort_by_key(|increment| increment.at.start());
        }
        self.tallies
    }

    fn enter_if(&mut self, node: &SyntaxNode) {
        if !is_else_if(node) {
            self.enter_construct(node, T![if]);
        } else if let Some(chain) = self.raised.last_mut() {
            chain.body = body_start(node);
        }
        if let Some(at) = token(node, T![else]) {
            self.add_flat(at);
        }
    }

    fn enter_construct(&mut self, node: &SyntaxNode, kind: SyntaxKind) {
        let at = keyword(node, kind);
        for function in &self.open {
            let nesting = self.raised.len() - function.base;
            self.tallies[function.tally].increments.push(Increment {
                at,
                amount: 1 + count(nesting),
            });
        }
        self.raise(node, at);
        self.note_depth();
    }

    fn raise(&mut self, node: &SyntaxNode, keyword: TextRange) {
        self.raised.push(Raised {
            node: node.clone(),
            keyword,
            body: body_start(node),
        });
    }

    fn note_depth(&mut self) {
        let (Some(function), Some(here)) = (self.open.last(), self.raised.last()) else {
            return;
        };
        let around = |raised: &&Raised| raised.body <= here.keyword.start();
        let path = &self.raised[function.base..self.raised.len() - 1];
        let depth = path.iter().filter(around).count() + 1;
        let deepest = &mut self.tallies[function.tally].deepest;
        if depth > deepest.len() {
            let path = path.iter().filter(around).chain([here]);
            *deepest = path.map(|raised| raised.keyword).collect();
        }
    }

    fn add_flat(&mut self, at: TextRange) {
        for function in &self.open {
            let increments = &mut self.tallies[function.tally].increments;
            increments.push(Increment { at, amount: 1 });
        }
    }

    fn add_labelled(&mut self, node: &SyntaxNode, kind: SyntaxKind) {
        if node
            .children()
            .any(|child| child.kind() == SyntaxKind::LIFETIME)
        {
            self.add_flat(keyword(node, kind));
        }
    }

    fn add_runs(&mut self, node: &SyntaxNode) {
        if self.open.is_empty() || !is_outermost_logic(node) {
            return;
        }
        let mut before = None;
        for (at, kind) in operators(node) {
            if before != Some(kind) {
                self.add_flat(at);
            }
            before = Some(kind);
        }
    }
}

impl Tally {
    pub(super) fn cognitive(&self) -> u32 {
        let amounts = self.increments.iter().map(|increment| increment.amount);
        amounts.fold(0, u32::saturating_add)
    }

    pub(super) fn nesting(&self) -> u32 {
        count(self.deepest.len())
    }
}

/// Whether an `if` is the `else` branch of another.
pub fn is_else_if(node: &SyntaxNode) -> bool {
    if node.kind() != SyntaxKind::IF_EXPR
        || node.parent().map(|parent| parent.kind()) != Some(SyntaxKind::IF_EXPR)
    {
        return false;
    }
    let mut before = node.prev_sibling_or_token();
    while let Some(element) = before {
        if !element.kind().is_trivia() {
            return element.kind() == T![else];
        }
        before = element.prev_sibling_or_token();
    }
    false
}

/// The `&&` and `||` of a condition in source order, without those in parentheses, calls and blocks.
pub fn operators(condition: &SyntaxNode) -> Vec<(TextRange, SyntaxKind)> {
    let mut found = Vec::new();
    let mut left = vec![condition.clone()];
    while let Some(node) = left.pop() {
        let Some(operator) = logical_operator(&node) else {
            continue;
        };
        found.push(operator);
        let operands = node.children();
        left.extend(operands.filter(|operand| operand.kind() == SyntaxKind::BIN_EXPR));
    }
    found.sort_by_key(|(at, _)| at.start());
    found
}

fn logical_operator(node: &SyntaxNode) -> Option<(TextRange, SyntaxKind)> {
    if node.kind() != SyntaxKind::BIN_EXPR {
        return None;
    }
    node.children_with_tokens().find_map(|element| {
        let kind = element.kind();
        matches!(kind, T![&&] | T![||]).then(|| (element.text_range(), kind))
    })
}

fn is_outermost_logic(node: &SyntaxNode) -> bool {
    let around = node.parent();
    logical_operator(node).is_some()
        && around.is_none_or(|parent| logical_operator(&parent).is_none())
}

/// The start of a construct's body. In broken code, the body starts immediately.
fn body_start(node: &SyntaxNode) -> TextSize {
    let mut children = node.children();
    let body = match node.kind() {
        SyntaxKind::MATCH_EXPR => children.find(|child| child.kind() == SyntaxKind::MATCH_ARM_LIST),
        SyntaxKind::IF_EXPR => {
            let branch = ast::IfExpr::cast(node.clone()).and_then(|branch| branch.then_branch());
            branch.map(|branch| branch.syntax().clone())
        }
        SyntaxKind::WHILE_EXPR | SyntaxKind::FOR_EXPR => children
            .filter(|child| child.kind() == SyntaxKind::BLOCK_EXPR)
            .last(),
        _ => None,
    };
    body.map_or(node.text_range().start(), |body| body.text_range().start())
}

fn closure_head(node: &SyntaxNode) -> TextRange {
    let closure = ast::ClosureExpr::cast(node.clone());
    let parameters = closure.and_then(|closure| closure.param_list());
    parameters.map_or_else(
        || TextRange::empty(node.text_range().start()),
        |list| list.syntax().text_range(),
    )
}

/// The range of a node's keyword; in broken code, an empty range at its start.
pub fn keyword(node: &SyntaxNode, kind: SyntaxKind) -> TextRange {
    token(node, kind).unwrap_or_else(|| TextRange::empty(node.text_range().start()))
}

fn token(node: &SyntaxNode, kind: SyntaxKind) -> Option<TextRange> {
    let mut tokens = node.children_with_tokens();
    let token = tokens.find(|element| element.kind() == kind)?;
    Some(token.text_range())
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// The offset of the first code on each line, so that the lines of code in any part of a unit are found by binary search
/// instead of another walk.
#[derive(Debug, Default)]
pub(super) struct CodeLines {
    starts: Vec<TextSize>,
}

impl CodeLines {
    /// The code lines of a node in this text.
    pub(super) fn of(node: &SyntaxNode, text: &str) -> Self {
        Self::without(node, text, |_| false)
    }

    /// The code lines of an impl, trait, module or file outside its items. Independent of the length of the items.
    pub(super) fn of_frame(node: &SyntaxNode) -> Self {
        Self::without(node, "", ast::Item::can_cast)
    }

    /// Skips the kinds that are left out. The text only serves as a shortcut.
    fn without(node: &SyntaxNode, text: &str, is_left_out: impl Fn(SyntaxKind) -> bool) -> Self {
        let mut lines = Self::default();
        let mut offset = node.text_range().start();
        let mut line_is_new = true;
        // Walking the green tree costs a tenth as much.
        let green: &Green = node.green();
        let mut open = vec![green.children()];
        while let Some(children) = open.last_mut() {
            match children.next() {
                None => {
                    open.pop();
                }
                Some(NodeOrToken::Node(child)) if is_left_out(SyntaxKind::from(child.kind().0)) => {
                    line_is_new = false;
                    offset += child.text_len();
                }
                Some(NodeOrToken::Node(child)) if is_in_one_line(child, offset, text) => {
                    if line_is_new {
                        lines.starts.push(offset);
                    }
                    line_is_new = false;
                    offset += child.text_len();
                }
                Some(NodeOrToken::Node(child)) => open.push(child.children()),
                Some(NodeOrToken::Token(token)) => {
                    let kind = SyntaxKind::from(token.kind().0);
                    line_is_new = lines.step(kind, token.text(), offset, line_is_new);
                    offset += token.text_len();
                }
            }
        }
        lines
    }

    /// The total number of lines of code.
    pub(super) fn total(&self) -> u32 {
        count(self.starts.len())
    }

    /// Returns whether the next token may be the first on its line.
    fn step(&mut self, kind: SyntaxKind, text: &str, at: TextSize, line_is_new: bool) -> bool {
        if kind.is_trivia() {
            return line_is_new || text.contains(['\n', '\r']);
        }
        if line_is_new {
            self.starts.push(at);
        }
        if kind == SyntaxKind::STRING && text.contains('\n') {
            self.add_lines_of_literal(text, at);
        }
        false
    }

    fn add_lines_of_literal(&mut self, text: &str, at: TextSize) {
        let mut start = at;
        for (place, line) in text.split_inclusive('\n').enumerate() {
            if place > 0 && !line.trim().is_empty() {
                self.starts.push(start);
            }
            start += TextSize::of(line);
        }
    }

    /// Lines of code in `range`. The first and last lines count even if they have code outside of it.
    pub(super) fn count(&self, text: &str, range: TextRange) -> u32 {
        let first = self.starts.partition_point(|start| *start < range.start());
        let end = self.starts.partition_point(|start| *start < range.end());
        let before_first = match self.starts[first..end].first() {
            Some(start) => TextRange::new(range.start(), *start),
            None => range,
        };
        count(end - first) + u32::from(has_rest_of_line(text, before_first))
    }
}

/// Whether a node that starts with code ends on the same line.
fn is_in_one_line(node: &Green, start: TextSize, text: &str) -> bool {
    let range = TextRange::at(start, node.text_len());
    let inside = crate::text::slice(text, range).unwrap_or_default();
    let ends = memchr::memchr2(b'\n', b'\r', inside.as_bytes());
    // Comments start with a slash, and no code does.
    ends.is_none() && !inside.is_empty() && !inside.starts_with('/')
}

/// Whether a range starts on a line with code before it, and continues with code on that line.
fn has_rest_of_line(text: &str, range: TextRange) -> bool {
    let inside = crate::text::slice(text, range).unwrap_or_default();
    let mut line = inside.split(['\n', '\r']).next().unwrap_or_default();
    line = line.trim_start();
    while let Some(comment) = line.strip_prefix("/*") {
        let Some((_, rest)) = comment.split_once("*/") else {
            return false;
        };
        line = rest.trim_start();
    }
    !line.is_empty() && !line.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Edition, FileContext, Function, Source, Unit, places};

    fn functions(text: &str) -> Vec<Function> {
        let context = FileContext {
            edition: Edition::Edition2024,
            ..FileContext::default()
        };
        let source = Source::parse(text, context).unwrap();
        assert!(!source.tree.has_errors(), "{text}");
        let places = places(&source.root());
        let items = places
            .iter()
            .map(|place| Unit::new(&source.text, place, context));
        items.flat_map(|item| item.functions).collect()
    }

    fn metrics(body: &str) -> Metrics {
        functions(&format!("fn f() {{ {body} }}"))[0].metrics
    }

    #[test]
    fn complexity_is_sonars() {
        for (body, cognitive) in [
            ("if a {}", 1),
            ("if a {} else {}", 2),
            ("if a {} else if b {} else {}", 3),
            ("if let A = a {}", 1),
            ("while a {} loop {} for b in c {} match d { _ => {} }", 4),
            ("if a { if b { if c {} } }", 6),
            ("if a {} else { if b {} }", 4),
            ("if a {} else if b { if c {} }", 4),
            ("loop { break; continue; }", 1),
            ("'a: loop { break 'a; }", 2),
            ("'a: loop { loop { continue 'a; } }", 4),
            ("'a: { break 'a 1; }", 1),
            ("let x = a && b && c;", 1),
            ("let x = a && b || c && d;", 3),
            ("let x = a && (b && c);", 2),
            ("let x = a && !(b || c);", 2),
            ("let x = a && f(b && c);", 2),
            ("let x = a || b == c || d;", 1),
            ("if let A = a && let B = b && c {}", 2),
            ("g(|x| if x {});", 2),
            ("let x = || || if a {};", 3),
            ("if g(|x| { if x {} }) {}", 4),
            ("match a { b => match c { _ => {} } }", 3),
            ("match if a { b } else { c } { _ => {} }", 4),
            ("match a { b if c => {} _ => {} }", 1),
            ("let A = b else { return };", 0),
            ("a?; f(); async { unsafe { b } };", 0),
            ("m!(if a && b { loop {} });", 0),
            ("if if a { b } else { c } { d }", 4),
            ("f::<{ if a { 1 } else { 2 } }>();", 2),
            ("let x = f(a, g(b || c), '&');", 1),
            ("x.map(|_| y).any(|_| a && b);", 1),
            ("match a { b => c || d, _ => loop {} }", 4),
        ] {
            assert_eq!(metrics(body).cognitive, cognitive, "{body}");
        }
    }

    #[test]
    fn what_is_nested_counts_on_both_sides() {
        let text = "fn f() { if a { fn g() { if b {} } } }";
        let measures = functions(text);
        let cognitive = measures.iter().map(|function| function.metrics.cognitive);
        assert_eq!(cognitive.collect::<Vec<_>>(), [1 + 3, 1]);
        let nesting = measures.iter().map(|function| function.metrics.nesting);
        assert_eq!(nesting.collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn nesting_is_of_bodies() {
        for (body, nesting) in [
            ("a();", 0),
            ("if a {} else if b {} else {}", 1),
            ("if a {} else if b {} else { loop {} }", 2),
            ("if a(|x| if x {}) {}", 2),
            ("if a(|x| if x { loop {} }) {}", 3),
            ("if a {} else if b(|x| x) {}", 1),
            ("match a(|x| x) { _ => b(|x| x) }", 2),
            ("for a in b { while c { loop {} } }", 3),
            ("{ { unsafe { { if a {} } } } }", 1),
        ] {
            assert_eq!(metrics(body).nesting, nesting, "{body}");
        }
    }

    #[test]
    fn lines_are_clippys() {
        for (body, lines) in [
            ("{}", 0),
            ("{ a }", 1),
            ("{\n}", 0),
            ("{ // a\n\n/* b */\n}", 0),
            ("{ // a\n/* b\n c */ d;\n}", 1),
            ("{ a;\n\n  b; // c\n d }", 3),
            ("{ /* a */ b }", 1),
            ("{\n\"a\n\n// b\n\"; c\n}", 3),
            ("{\r\na;\r\n\r\nb;\r\n}", 2),
            ("{\n\"/*\"; \"//\";\na;\n}", 2),
        ] {
            let text = format!("/// doc\nfn f(\n a: u8,\n) {body}");
            assert_eq!(functions(&text)[0].metrics.lines, lines, "{body:?}");
        }
    }

    #[test]
    fn parameters_are_without_self() {
        let text = "impl S { fn a(&mut self, b: u8, (c, d): E) {} fn f() {} }";
        let parameters = functions(text)
            .into_iter()
            .map(|function| function.metrics.parameters);
        assert_eq!(parameters.collect::<Vec<_>>(), [2, 0]);
    }

    #[test]
    fn a_function_begins_with_its_signature() {
        let text = "/// doc\n#[inline]\n// why\npub(crate) async fn f() {}\n";
        let function = &functions(text)[0];
        let start = usize::from(function.range().start());
        assert_eq!(&text[start..], "pub(crate) async fn f() {}\n");
        assert_eq!(crate::text::slice(text, function.name()), Some("f"));
    }

    #[test]
    fn runs_are_counted_at_the_bounds_of_depth() {
        let chain = "a && ".repeat(1_900);
        assert_eq!(metrics(&format!("let x = {chain} a;")).cognitive, 1);
        let deep = "if a { ".repeat(500);
        let metrics = metrics(&format!("{deep} {}", "}".repeat(500)));
        assert_eq!((metrics.nesting, metrics.cognitive), (500, 500 * 501 / 2));
    }
}
