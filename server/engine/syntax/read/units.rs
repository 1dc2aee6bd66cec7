//! The units of analysis. Every item that is not inside another one's body is a unit: functions, constants, types, and what
//! is left. An impl, trait or module is no unit itself: its items are. What is around a unit matters to it only through its
//! [`Owner`], so a unit whose text and owner are unchanged has an unchanged report.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, WalkEvent,
    ast::{self, HasModuleItem, HasName},
};

use super::{
    attributes::{self, is_only_for_tests},
    kinds::KindSet,
    metrics::{CodeLines, Meter, Metrics, Tally},
};
use crate::{
    syntax::{FileContext, Role, Source},
    text::TextRange,
};

/// What a unit stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    Module,
    InherentImpl,
    TraitImpl,
    Trait,
}

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// A function with a body, a trait's required method, or a constant with code in it.
    Code,
    /// A struct, an enum or a union.
    Type,
    /// An import, a macro, a declaration. Only its lines are counted.
    Plain,
}

/// Where a unit is.
#[derive(Debug, Clone)]
pub struct Place {
    pub node: SyntaxNode,
    pub kind: UnitKind,
    pub owner: Owner,
    pub part: FilePart,
    pub presence: Presence,
}

/// Whether code is compiled whatever the features and the target are. Conditions on tests are no matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Presence {
    #[default]
    Always,
    Conditional,
}

/// Which part of a file something is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilePart {
    Product,
    /// In a module that is compiled for tests alone.
    Tests,
}

/// The units of a file, and what is around them.
#[derive(Debug, Default)]
pub struct Outline {
    /// In the order of the text, none inside another.
    pub places: Vec<Place>,
    /// Lines with code of the product that are in no unit: heads and last braces of impls, traits and modules, attributes of
    /// the file.
    pub frame_lines: u32,
    /// The units of each `impl` block, by their places.
    pub impls: Vec<std::ops::Range<usize>>,
    /// What is drawn for the whole file: the name of its first item, or that item's first word.
    pub head: Option<TextRange>,
}

/// A file as the sum of its units. What a smell of files looks at is counted unit by unit, so that a keystroke counts only
/// the unit that it touched.
#[derive(Debug, Clone, Copy)]
pub struct FileUnit {
    /// What is drawn for the file.
    pub at: TextRange,
    pub context: FileContext,
    /// Whether the parser gave up on a part of it.
    pub is_broken: bool,
    /// Lines with code, without modules that are compiled for tests alone. A constant that is a table counts as one.
    pub lines: u32,
    /// How many of them stand in the functions of its longest `impl` block.
    pub longest_impl: u32,
}

/// The functions, constants and types of a file in the order of its text.
pub fn places(root: &SyntaxNode) -> Vec<Place> {
    let mut places = outline(root).places;
    places.retain(|place| place.kind != UnitKind::Plain);
    places
}

/// The function, constant or type that holds a stretch of the text. Looks at nothing beside it.
pub fn place_around(root: &SyntaxNode, range: TextRange) -> Option<Place> {
    if !root.text_range().contains_range(range) {
        return None;
    }
    let around = match root.covering_element(range) {
        NodeOrToken::Node(node) => Some(node),
        NodeOrToken::Token(token) => token.parent(),
    };
    let mut around: Vec<_> = around.into_iter().flat_map(|it| it.ancestors()).collect();
    let mut owner = Owner::Module;
    let mut inside = Inside::default();
    while let Some(node) = around.pop() {
        inside = inside.in_node(&node);
        match node.kind() {
            SyntaxKind::IMPL => owner = owner_of(&ast::Impl::cast(node)?),
            SyntaxKind::TRAIT => owner = Owner::Trait,
            SyntaxKind::SOURCE_FILE
            | SyntaxKind::MODULE
            | SyntaxKind::ITEM_LIST
            | SyntaxKind::ASSOC_ITEM_LIST => {}
            _ => {
                let kind = kind_of(&node, owner);
                return (kind != UnitKind::Plain).then_some(Place {
                    node,
                    kind,
                    owner,
                    part: inside.part,
                    presence: inside.presence,
                });
            }
        }
    }
    None
}

/// All units of a file. It looks at items only, never into their bodies.
pub fn outline(root: &SyntaxNode) -> Outline {
    let mut outline = Outline::default();
    if let Some(file) = ast::SourceFile::cast(root.clone()) {
        let inside = Inside::default().in_node(file.syntax());
        outline.head = file.items().next().map(|item| head_of(item.syntax()));
        outline.add_frame(root, inside);
        outline.add_items(file.items(), inside);
    }
    outline
}

impl Outline {
    /// The whole file. `lines` are those of the places, in their order.
    pub fn file(&self, source: &Source, lines: impl IntoIterator<Item = u32>) -> FileUnit {
        let counted = self.places.iter().zip(lines);
        let lines: Vec<u32> = counted
            .map(|(place, lines)| match place.part {
                FilePart::Tests => 0,
                FilePart::Product if is_table(&place.node) => 1,
                FilePart::Product => lines,
            })
            .collect();
        let impls = self
            .impls
            .iter()
            .filter_map(|places| lines.get(places.clone()));
        let longest_impl = impls.map(|lines| lines.iter().sum()).max();
        FileUnit {
            at: self.head.unwrap_or_default(),
            context: source.context,
            is_broken: source.tree.has_errors(),
            lines: lines
                .iter()
                .copied()
                .fold(self.frame_lines, u32::saturating_add),
            longest_impl: longest_impl.unwrap_or_default(),
        }
    }

    fn add_items(&mut self, items: impl Iterator<Item = ast::Item>, around: Inside) {
        for item in items {
            let inside = around.in_node(item.syntax());
            match item {
                ast::Item::Module(module) => match module.item_list() {
                    Some(list) => {
                        self.add_frame(module.syntax(), inside);
                        self.add_items(list.items(), inside);
                    }
                    None => self.add(module.syntax(), Owner::Module, inside),
                },
                ast::Item::Impl(block) => {
                    let owner = owner_of(&block);
                    let first = self.places.len();
                    self.add_associated(block.syntax(), block.assoc_item_list(), owner, inside);
                    self.impls.push(first..self.places.len());
                }
                ast::Item::Trait(block) => {
                    let list = block.assoc_item_list();
                    self.add_associated(block.syntax(), list, Owner::Trait, inside);
                }
                _ => self.add(item.syntax(), Owner::Module, inside),
            }
        }
    }

    fn add_associated(
        &mut self,
        block: &SyntaxNode,
        list: Option<ast::AssocItemList>,
        owner: Owner,
        inside: Inside,
    ) {
        self.add_frame(block, inside);
        for item in list.into_iter().flat_map(|list| list.assoc_items()) {
            let presence = inside.in_node(item.syntax()).presence;
            self.add(item.syntax(), owner, Inside { presence, ..inside });
        }
    }

    fn add(&mut self, node: &SyntaxNode, owner: Owner, inside: Inside) {
        self.places.push(Place {
            node: node.clone(),
            kind: kind_of(node, owner),
            owner,
            part: inside.part,
            presence: inside.presence,
        });
    }

    fn add_frame(&mut self, node: &SyntaxNode, inside: Inside) {
        if inside.part == FilePart::Product {
            self.frame_lines += CodeLines::of_frame(node).total();
        }
    }
}

/// What the nodes around an item, and it itself, say of it.
#[derive(Debug, Clone, Copy)]
struct Inside {
    part: FilePart,
    presence: Presence,
}

impl Default for Inside {
    fn default() -> Self {
        Self {
            part: FilePart::Product,
            presence: Presence::Always,
        }
    }
}

impl Inside {
    fn in_node(self, node: &SyntaxNode) -> Self {
        let mut inside = self;
        for attribute in node.children().filter_map(ast::Attr::cast) {
            if is_for_tests(&attribute) {
                inside.part = FilePart::Tests;
            } else if attributes::name(&attributes::bare(&attribute)) == "cfg" {
                inside.presence = Presence::Conditional;
            }
        }
        inside
    }
}

/// Whether a function is a test by its own attributes: `#[test]`, `#[tokio::test]`, `#[rstest]`, `#[cfg(test)]`.
fn has_test_attribute(node: &SyntaxNode) -> bool {
    let mut found = node.children().filter_map(ast::Attr::cast);
    found.any(|attribute| is_for_tests(&attribute))
}

fn is_for_tests(attribute: &ast::Attr) -> bool {
    const TESTS: &[&str] = &[
        "bench",
        "quickcheck",
        "rstest",
        "test",
        "test_case",
        "wasm_bindgen_test",
    ];
    let bare = attributes::bare(attribute);
    let name = attributes::name(&bare);
    let last = name.rsplit("::").next().unwrap_or(name);
    TESTS.contains(&last) || is_only_for_tests(attribute)
}

fn owner_of(block: &ast::Impl) -> Owner {
    match block.trait_() {
        Some(_) => Owner::TraitImpl,
        None => Owner::InherentImpl,
    }
}

fn kind_of(node: &SyntaxNode, owner: Owner) -> UnitKind {
    let has_body = || ast::Fn::cast(node.clone()).is_some_and(|function| function.body().is_some());
    match node.kind() {
        SyntaxKind::FN if owner == Owner::Trait || has_body() => UnitKind::Code,
        // Tables of constants can be long, and only braces can hold code.
        SyntaxKind::CONST | SyntaxKind::STATIC if node.text().contains_char('{') => UnitKind::Code,
        SyntaxKind::STRUCT | SyntaxKind::ENUM | SyntaxKind::UNION => UnitKind::Type,
        _ => UnitKind::Plain,
    }
}

/// A unit that has been walked once, with what smells look at. Nothing of it comes from macro input.
#[derive(Debug)]
pub struct Unit<'a> {
    /// The text of the whole file; ranges of nodes are ranges in it.
    pub text: &'a str,
    pub node: SyntaxNode,
    pub kind: UnitKind,
    pub owner: Owner,
    pub part: FilePart,
    pub context: FileContext,
    /// Every function with a body, outermost first, in the order of the text.
    pub functions: Vec<Function>,
    /// Whether the parser gave up on a part of it. Shapes found in such a unit are not to be trusted.
    pub is_broken: bool,
    nodes: Vec<SyntaxNode>,
    sees: KindSet,
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
    /// A unit with its functions and their measures.
    pub fn new(text: &'a str, place: &Place, context: FileContext) -> Self {
        Self::seeing(KindSet::default(), text, place, context)
    }

    /// A unit that also keeps the nodes of some kinds.
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
            nodes: Vec::new(),
            sees,
            lines: CodeLines::of(&place.node),
        };
        if place.kind != UnitKind::Plain {
            unit.walk();
        }
        unit
    }

    /// The nodes of one kind in the order of the text. They are kept only if the unit was made to see them.
    pub fn nodes<N: AstNode>(&self) -> impl Iterator<Item = N> + '_ {
        let nodes = self.nodes.iter().filter(|node| N::can_cast(node.kind()));
        nodes.filter_map(|node| N::cast(node.clone()))
    }

    /// Whether it is compiled for tests, benchmarks and examples alone.
    pub fn is_for_tests(&self) -> bool {
        let role = self.context.role;
        self.part == FilePart::Tests
            || matches!(role, Role::Test | Role::Bench | Role::Example)
            || has_test_attribute(&self.node)
    }

    pub fn slice(&self, range: TextRange) -> &'a str {
        crate::text::slice(self.text, range).unwrap_or_default()
    }

    /// Lines with code in `range`, without comments and blank lines. The range lies inside the unit.
    pub fn code_lines(&self, range: TextRange) -> u32 {
        self.lines.count(self.text, range)
    }

    /// Lines with code in the whole unit.
    pub fn lines(&self) -> u32 {
        self.lines.total()
    }

    fn walk(&mut self) {
        let may_skip = self.sees.is_subset_of(&NEVER_IN_PLAIN);
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
                kind if may_skip
                    && is_often_plain(kind)
                    && is_plain(self.slice(node.text_range())) =>
                {
                    walk.skip_subtree();
                }
                _ => meter.enter(&node),
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
        TextRange::new(first_word(node).start(), node.text_range().end())
    }
}

/// Whether a unit is a constant that is data: anything but a block.
fn is_table(node: &SyntaxNode) -> bool {
    let body = match node.kind() {
        SyntaxKind::CONST => ast::Const::cast(node.clone()).and_then(|it| it.body()),
        SyntaxKind::STATIC => ast::Static::cast(node.clone()).and_then(|it| it.body()),
        _ => None,
    };
    body.is_some_and(|body| !matches!(body, ast::Expr::BlockExpr(_) | ast::Expr::ClosureExpr(_)))
}

fn head_of(item: &SyntaxNode) -> TextRange {
    let name = item.children().find_map(ast::Name::cast);
    name.map_or_else(|| first_word(item), |name| name.syntax().text_range())
}

/// The first token of an item without attributes and comments.
fn first_word(item: &SyntaxNode) -> TextRange {
    let mut elements = item.children_with_tokens();
    let first =
        elements.find(|element| !element.kind().is_trivia() && element.kind() != SyntaxKind::ATTR);
    let token = first.and_then(|first| match first {
        // A node may begin with comments of its own.
        NodeOrToken::Node(node) => node.first_token(),
        NodeOrToken::Token(token) => Some(token),
    });
    let empty = || TextRange::empty(item.text_range().start());
    token.map_or_else(empty, |token| token.text_range())
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

/// Kinds of nodes that need a brace or a bar, so that none of them is inside of a [plain](is_plain) text.
const NEVER_IN_PLAIN: KindSet = KindSet::of(&[
    SyntaxKind::BLOCK_EXPR,
    SyntaxKind::CLOSURE_EXPR,
    SyntaxKind::FOR_EXPR,
    SyntaxKind::IF_EXPR,
    SyntaxKind::LET_STMT,
    SyntaxKind::LOOP_EXPR,
    SyntaxKind::MATCH_ARM,
    SyntaxKind::MATCH_EXPR,
    SyntaxKind::RECORD_FIELD,
    SyntaxKind::STMT_LIST,
    SyntaxKind::WHILE_EXPR,
]);

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
            | SyntaxKind::RECORD_FIELD
            | SyntaxKind::VARIANT
    )
}

/// Whether a text has nothing to be measured: no block, closure, logical operator, or label. Walking costs far more
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

    fn file(text: &str) -> FileUnit {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let outline = outline(&source.root());
        let units = outline.places.iter();
        let lines = units.map(|place| Unit::new(text, place, source.context).lines());
        outline.file(&source, lines)
    }

    #[test]
    fn units_are_disjoint_and_of_their_kinds() {
        use UnitKind::{Code, Plain, Type};
        let text = "use a::b;\nstruct S { a: u8 }\nenum E {}\nimpl S { fn f(); fn g() {} const C: u8 = 1; }\n\
                    mod m { union U { a: u8 } static T: &[S] = &[S { a: 1 }]; }\nmacro_rules! m {}";
        let tree = Tree::parse(text, FileContext::default().edition).unwrap();
        let all = outline(&tree.root()).places;
        let kinds: Vec<_> = all.iter().map(|place| place.kind).collect();
        let expected = [Plain, Type, Type, Plain, Code, Plain, Type, Code, Plain];
        assert_eq!(kinds, expected);
        assert!(all.is_sorted_by(|one, next| {
            one.node.text_range().end() <= next.node.text_range().start()
        }));
        assert_eq!(places(&tree.root()).len(), 5);
    }

    #[test]
    fn the_lines_of_a_file_are_those_of_its_units_and_frames() {
        let text = "#![allow(dead_code)]\n//! Words.\n\nuse a::{\n    b,\n};\n\n/// Words.\nimpl\n    S\n{\n\n    // Words.\n    \
                    fn f() {\n        1\n    }\n\n    m! {\n    }\n}\n";
        assert_eq!(file(text).lines, 13);
    }

    #[test]
    fn modules_for_tests_are_no_part_of_the_product() {
        let tests = "mod m {\n    fn f() {\n    }\n    mod n {\n    }\n}\n";
        assert_eq!(file(&format!("fn f() {{}}\n{tests}")).lines, 7);
        assert_eq!(
            file(&format!("fn f() {{}}\n#[cfg(test)]\n{tests}")).lines,
            1
        );
        assert_eq!(file(&format!("#![cfg(test)]\n{tests}")).lines, 0);
    }

    #[test]
    fn a_file_is_drawn_at_its_first_item() {
        for (text, head) in [
            ("//! Words.\n#![a]\n#[b]\npub fn f() {}", "f"),
            ("// Words.\npub use a;", "pub"),
            ("impl S {}", "impl"),
            ("// Words.", ""),
        ] {
            assert_eq!(
                crate::text::slice(text, file(text).at),
                Some(head),
                "{text}"
            );
        }
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
        // Calls are in plain text too.
        assert_eq!(kept(&[SyntaxKind::CALL_EXPR]), 3);
    }
}
