//! A unit after a single walk: its functions with their metrics, and the nodes that smells query.

use std::cell::OnceCell;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, WalkEvent,
    ast::{self, HasName},
};

use super::{
    green::holds,
    kinds::KindSet,
    metrics::{CodeLines, Meter, Metrics, Tally},
    outline::{FilePart, Owner, Place, UnitKind, first_word},
    prints::Words,
};
use crate::{
    syntax::FileContext,
    text::{TextRange, TextSize},
};

/// A unit after a single walk, with the nodes that smells inspect. Contains nothing from macro input.
#[derive(Debug)]
pub struct Unit<'a> {
    /// The text of the whole file; node ranges refer to it.
    pub text: &'a str,
    pub node: SyntaxNode,
    pub kind: UnitKind,
    pub owner: Owner,
    pub part: FilePart,
    pub context: FileContext,
    /// All functions with a body in source order, outer ones first.
    pub functions: Vec<Function>,
    /// Whether it contains syntax errors that the parser recovered from. Shapes in such a unit aren't reliable.
    pub is_broken: bool,
    is_for_tests: bool,
    nodes: Vec<SyntaxNode>,
    sees: KindSet,
    lines: CodeLines,
    words: OnceCell<Words<'a>>,
}

/// A function with a body.
#[derive(Debug, Clone)]
pub struct Function {
    pub ast: ast::Fn,
    pub body: ast::BlockExpr,
    pub owner: Owner,
    pub metrics: Metrics,
    pub tally: Tally,
}

impl<'a> Unit<'a> {
    /// Creates a unit with its functions and their metrics.
    pub fn new(text: &'a str, place: &Place, context: FileContext) -> Self {
        Self::seeing(KindSet::default(), text, place, context)
    }

    /// Creates a unit that also records the nodes of some kinds.
    pub fn seeing(sees: KindSet, text: &'a str, place: &Place, context: FileContext) -> Self {
        let mut unit = Self {
            text,
            node: place.node.clone(),
            kind: place.kind,
            owner: place.owner,
            part: place.part,
            context,
            functions: Vec::new(),
            is_broken: false,
            is_for_tests: place.is_for_tests(context.role),
            nodes: Vec::new(),
            sees,
            lines: CodeLines::of(&place.node, text),
            words: OnceCell::new(),
        };
        if place.kind != UnitKind::Plain {
            unit.walk();
        }
        unit
    }

    /// Its tokens, with ranges relative to the start of the unit.
    pub fn words(&self) -> &Words<'a> {
        let make = || Words::in_node(&self.node, self.slice(self.node.text_range()));
        self.words.get_or_init(make)
    }

    /// The nodes of one kind in source order. They are recorded only if the unit was created with that kind.
    pub fn nodes<N: AstNode>(&self) -> impl Iterator<Item = N> + '_ {
        let nodes = self.nodes.iter().filter(|node| N::can_cast(node.kind()));
        nodes.filter_map(|node| N::cast(node.clone()))
    }

    /// Every `match`, and then every `if`.
    pub fn choices(&self) -> impl Iterator<Item = SyntaxNode> + '_ {
        let matches = self.nodes::<ast::MatchExpr>();
        let matches = matches.map(|it| it.syntax().clone());
        matches.chain(self.nodes::<ast::IfExpr>().map(|it| it.syntax().clone()))
    }

    /// Whether it is compiled only for tests, benchmarks and examples.
    pub fn is_for_tests(&self) -> bool {
        self.is_for_tests
    }

    pub fn slice(&self, range: TextRange) -> &'a str {
        crate::text::slice(self.text, range).unwrap_or_default()
    }

    /// Lines of code in `range`, without comments and blank lines. The range must be inside the unit.
    pub fn code_lines(&self, range: TextRange) -> u32 {
        self.lines.count(self.text, range)
    }

    /// Whether this part, with the given number of lines, makes up nearly all of the innermost enclosing function.
    pub fn is_most_of_function(&self, at: TextRange, lines: u32) -> bool {
        const OTHERS: u32 = 8;
        let mut around = self.functions.iter();
        let own = around.rfind(|it| it.range().contains_range(at));
        own.is_some_and(|own| own.metrics.lines <= lines + OTHERS)
    }

    /// Lines of code in the whole unit.
    pub fn lines(&self) -> u32 {
        self.lines.total()
    }

    fn walk(&mut self) {
        let wanted = self.sees.union(&MEASURED);
        let mut meter = Meter::default();
        let mut walk = self.node.preorder();
        while let Some(event) = walk.next() {
            let node = match event {
                WalkEvent::Enter(node) => node,
                WalkEvent::Leave(node) => {
                    meter.leave(&node);
                    continue;
                }
            };
            match node.kind() {
                SyntaxKind::ERROR => self.is_broken = true,
                SyntaxKind::FN => self.keep_function(&node, &mut meter),
                _ => meter.enter(&node),
            }
            // Walking costs far more than this check.
            if !holds(&node, |kind| wanted.contains(kind)) {
                walk.skip_subtree();
            }
            if self.sees.contains(node.kind()) {
                self.nodes.push(node);
            }
        }
        self.take_tallies(meter.finish());
    }

    fn keep_function(&mut self, node: &SyntaxNode, meter: &mut Meter) {
        let Some(function) = ast::Fn::cast(node.clone()) else {
            return;
        };
        let Some(body) = function.body() else {
            return;
        };
        meter.enter_function(node);
        let owner = if *node == self.node {
            self.owner
        } else {
            owner_inside(node)
        };
        let parameters = function.param_list();
        let parameters = parameters.map_or(0, |list| list.params().count());
        let metrics = Metrics {
            lines: self.code_lines(inside(&body)),
            parameters: u32::try_from(parameters).unwrap_or(u32::MAX),
            ..Metrics::default()
        };
        self.functions.push(Function {
            ast: function,
            body,
            owner,
            metrics,
            tally: Tally::default(),
        });
    }

    fn take_tallies(&mut self, tallies: Vec<Tally>) {
        for (function, tally) in self.functions.iter_mut().zip(tallies) {
            function.metrics.cognitive = tally.cognitive();
            function.metrics.nesting = tally.nesting();
            function.tally = tally;
        }
    }
}

impl Function {
    /// The highlighted range of the function: its name, or `fn` if the name is missing.
    pub fn name(&self) -> TextRange {
        match self.ast.name() {
            Some(name) => name.syntax().text_range(),
            None => super::metrics::keyword(self.ast.syntax(), SyntaxKind::FN_KW),
        }
    }

    /// From the first token of the signature, without attributes and comments, to the end of the body.
    pub fn range(&self) -> TextRange {
        let node = self.ast.syntax();
        TextRange::new(first_word(node).start(), node.text_range().end())
    }
}

/// The range between a block's braces.
pub fn inside(block: &ast::BlockExpr) -> TextRange {
    let Some(list) = block.stmt_list() else {
        return TextRange::empty(block.syntax().text_range().end());
    };
    let range = list.syntax().text_range();
    let mut parts = list.syntax().green().children().map(|it| it.kind().0);
    let opens = parts.next() == Some(SyntaxKind::L_CURLY as u16);
    let closes = parts.next_back() == Some(SyntaxKind::R_CURLY as u16);
    let length = |is_there: bool| TextSize::new(u32::from(is_there));
    let start = range.start() + length(opens);
    let end = range.end() - length(closes);
    TextRange::new(start, end.max(start))
}

/// The owner of a function nested in another one's body.
fn owner_inside(node: &SyntaxNode) -> Owner {
    let list = node.parent().and_then(ast::AssocItemList::cast);
    let Some(around) = list.and_then(|list| list.syntax().parent()) else {
        return Owner::Module;
    };
    match ast::Impl::cast(around) {
        Some(block) if block.trait_().is_some() => Owner::TraitImpl,
        Some(_) => Owner::InherentImpl,
        None => Owner::Trait,
    }
}

/// The kinds that affect the metrics of a function or make a unit broken.
const MEASURED: KindSet = KindSet::of(&[
    SyntaxKind::BIN_EXPR,
    SyntaxKind::BREAK_EXPR,
    SyntaxKind::CLOSURE_EXPR,
    SyntaxKind::CONTINUE_EXPR,
    SyntaxKind::ERROR,
    SyntaxKind::FN,
    SyntaxKind::FOR_EXPR,
    SyntaxKind::IF_EXPR,
    SyntaxKind::LOOP_EXPR,
    SyntaxKind::MATCH_EXPR,
    SyntaxKind::WHILE_EXPR,
]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Tree, places};

    fn names(text: &str) -> Vec<(String, Owner)> {
        let tree = Tree::parse(text, FileContext::default().edition).unwrap();
        let places = places(&tree.root());
        let items = places
            .iter()
            .map(|place| Unit::new(text, place, FileContext::default()));
        let functions = items.flat_map(|item| item.functions);
        functions
            .map(|function| {
                (
                    ast::HasName::name(&function.ast).unwrap().to_string(),
                    function.owner,
                )
            })
            .collect()
    }

    #[test]
    fn every_function_with_a_body_is_found_once() {
        let text = "fn a() { fn b() {} impl S { fn c() {} } impl T for S { fn d() {} } }\n\
                    mod m { trait T { fn e() {} fn none(); } }\n\
                    impl S { fn f() {} const C: u8 = { fn g() {} 1 }; }\n\
                    extern \"C\" { fn h(); }\n\
                    macro_rules! m { () => { fn i() {} } }\n\
                    const F: fn() = || { fn j() {} };";
        let expected = [
            ("a", Owner::Module),
            ("b", Owner::Module),
            ("c", Owner::InherentImpl),
            ("d", Owner::TraitImpl),
            ("e", Owner::Trait),
            ("f", Owner::InherentImpl),
            ("g", Owner::Module),
            ("j", Owner::Module),
        ];
        assert_eq!(
            names(text),
            expected.map(|(name, owner)| (name.to_owned(), owner))
        );
    }

    #[test]
    fn exactly_what_is_seen_is_kept() {
        let text = "fn f() { let a = g(1); h(2, || k(3)); if a {} }";
        let tree = Tree::parse(text, FileContext::default().edition).unwrap();
        let place = &places(&tree.root())[0];
        let kept = |kinds: &[SyntaxKind]| {
            let unit = Unit::seeing(KindSet::of(kinds), text, place, FileContext::default());
            unit.nodes.len()
        };
        assert_eq!(kept(&[]), 0);
        assert_eq!(kept(&[SyntaxKind::LET_STMT, SyntaxKind::IF_EXPR]), 2);
        // The plain text contains calls too.
        assert_eq!(kept(&[SyntaxKind::CALL_EXPR]), 3);
    }
}
