//! The units of analysis: functions, and constants with code in them. What is around a unit matters to it only through its
//! [`Owner`], so a unit whose text and owner are unchanged has an unchanged report.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, WalkEvent,
    ast::{self, HasModuleItem, HasName},
};

use super::metrics::{CodeLines, Meter, Metrics, Tally};
use crate::{
    syntax::FileContext,
    text::{TextRange, TextSize},
};

/// What a unit stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    Module,
    InherentImpl,
    TraitImpl,
    Trait,
}

/// Where a unit is.
#[derive(Debug, Clone)]
pub struct Place {
    pub node: SyntaxNode,
    pub owner: Owner,
}

/// All units of a file in the order of its text. It looks at items only, never into their bodies.
pub fn places(root: &SyntaxNode) -> Vec<Place> {
    let mut places = Vec::new();
    if let Some(file) = ast::SourceFile::cast(root.clone()) {
        collect(file.items(), &mut places);
    }
    places
}

fn collect(items: impl Iterator<Item = ast::Item>, places: &mut Vec<Place>) {
    for item in items {
        match item {
            ast::Item::Module(module) => {
                if let Some(list) = module.item_list() {
                    collect(list.items(), places);
                }
            }
            ast::Item::Impl(block) => collect_associated(
                block.assoc_item_list(),
                if block.trait_().is_some() {
                    Owner::TraitImpl
                } else {
                    Owner::InherentImpl
                },
                places,
            ),
            ast::Item::Trait(block) => {
                collect_associated(block.assoc_item_list(), Owner::Trait, places);
            }
            _ => places.extend(unit(item.syntax(), Owner::Module)),
        }
    }
}

fn collect_associated(list: Option<ast::AssocItemList>, owner: Owner, places: &mut Vec<Place>) {
    let items = list.into_iter().flat_map(|list| list.assoc_items());
    places.extend(items.filter_map(|item| unit(item.syntax(), owner)));
}

fn unit(node: &SyntaxNode, owner: Owner) -> Option<Place> {
    let has_code = match node.kind() {
        SyntaxKind::FN => ast::Fn::cast(node.clone())?.body().is_some(),
        // Tables of constants can be long, and only braces can hold code.
        SyntaxKind::CONST | SyntaxKind::STATIC => node.text().contains_char('{'),
        _ => false,
    };
    has_code.then(|| Place {
        node: node.clone(),
        owner,
    })
}

/// A unit that has been walked once, with what smells look at. Nothing of it comes from macro input.
#[derive(Debug)]
pub struct Unit<'a> {
    /// The text of the whole file; ranges of nodes are ranges in it.
    pub text: &'a str,
    pub node: SyntaxNode,
    pub owner: Owner,
    pub context: FileContext,
    /// Every function with a body, outermost first, in the order of the text.
    pub functions: Vec<Function>,
    /// Whether the parser gave up on a part of it. Shapes found in such a unit are not to be trusted.
    pub is_broken: bool,
    nodes: Vec<SyntaxNode>,
    lines: CodeLines,
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
    pub fn new(text: &'a str, place: &Place, context: FileContext) -> Self {
        let mut item = Self {
            text,
            node: place.node.clone(),
            owner: place.owner,
            context,
            functions: Vec::new(),
            is_broken: false,
            nodes: Vec::new(),
            lines: CodeLines::of(&place.node),
        };
        item.walk();
        item
    }

    /// The nodes of one kind in the order of the text. Kinds that no smell looks at are not kept: see `is_kept`.
    pub fn nodes<N: AstNode>(&self) -> impl Iterator<Item = N> + '_ {
        let nodes = self.nodes.iter().filter(|node| N::can_cast(node.kind()));
        nodes.filter_map(|node| N::cast(node.clone()))
    }

    pub fn slice(&self, range: TextRange) -> &'a str {
        crate::text::slice(self.text, range).unwrap_or_default()
    }

    /// Lines with code in `range`, without comments and blank lines. The range lies inside the unit.
    pub fn code_lines(&self, range: TextRange) -> u32 {
        self.lines.count(self.text, range)
    }

    fn walk(&mut self) {
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
                SyntaxKind::TOKEN_TREE => walk.skip_subtree(),
                SyntaxKind::FN => self.keep_function(&node, &mut meter),
                kind if is_often_plain(kind) && is_plain(self.slice(node.text_range())) => {
                    walk.skip_subtree();
                }
                _ => meter.enter(&node),
            }
            if is_kept(node.kind()) {
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
    /// What is drawn for the function: its name, or `fn` where the name is missing.
    pub fn name(&self) -> TextRange {
        match self.ast.name() {
            Some(name) => name.syntax().text_range(),
            None => super::metrics::keyword(self.ast.syntax(), SyntaxKind::FN_KW),
        }
    }

    /// From the first token of the signature, without attributes and comments, to the end of the body.
    pub fn range(&self) -> TextRange {
        let node = self.ast.syntax();
        let start = first_of_signature(node).unwrap_or_else(|| node.text_range().start());
        TextRange::new(start, node.text_range().end())
    }
}

fn first_of_signature(function: &SyntaxNode) -> Option<TextSize> {
    let mut elements = function.children_with_tokens();
    let first = elements
        .find(|element| !element.kind().is_trivia() && element.kind() != SyntaxKind::ATTR)?;
    Some(match first {
        // A node may begin with comments of its own.
        NodeOrToken::Node(node) => node.first_token()?.text_range().start(),
        NodeOrToken::Token(token) => token.text_range().start(),
    })
}

/// The range between a block's braces.
pub fn inside(block: &ast::BlockExpr) -> TextRange {
    let Some(list) = block.stmt_list() else {
        return TextRange::empty(block.syntax().text_range().end());
    };
    let range = list.syntax().text_range();
    let start = list
        .l_curly_token()
        .map_or(range.start(), |brace| brace.text_range().end());
    let end = list
        .r_curly_token()
        .map_or(range.end(), |brace| brace.text_range().start());
    TextRange::new(start, end.max(start))
}

/// The owner of a function inside another one's body.
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

fn is_kept(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::IF_EXPR
            | SyntaxKind::MATCH_EXPR
            | SyntaxKind::WHILE_EXPR
            | SyntaxKind::LOOP_EXPR
            | SyntaxKind::FOR_EXPR
            | SyntaxKind::CLOSURE_EXPR
            | SyntaxKind::LET_STMT
            | SyntaxKind::MATCH_ARM
            | SyntaxKind::BLOCK_EXPR
    )
}

/// Nodes of which there are many, and most are plain. None of these kinds is measured itself.
fn is_often_plain(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::EXPR_STMT
            | SyntaxKind::LET_STMT
            | SyntaxKind::MATCH_ARM
            | SyntaxKind::ARG_LIST
            | SyntaxKind::PATH_EXPR
            | SyntaxKind::PARAM_LIST
            | SyntaxKind::RET_TYPE
            | SyntaxKind::GENERIC_PARAM_LIST
            | SyntaxKind::WHERE_CLAUSE
            | SyntaxKind::ATTR
    )
}

/// Whether a text has nothing to be measured or kept: no block, closure, logical operator, or label. Walking costs far more
/// than this look.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr3(b'{', b'|', b'\'', bytes).is_none()
        && !bytes.windows(2).any(|pair| pair == b"&&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Tree;

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
}
