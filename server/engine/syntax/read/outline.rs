//! The units of analysis. Every item outside of other items' bodies is a unit: functions, constants, types, and other items. An
//! impl, trait or module isn't a unit itself; its items are. A unit depends on its surroundings only through its [`Owner`], so
//! the report of a unit with unchanged text and owner is unchanged.

use std::{
    ops::Range,
    sync::{Arc, OnceLock},
};

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, HasModuleItem, HasName},
};

use super::{
    attributes::{self, is_only_for_tests},
    green::{has_brace, has_child},
    metrics::CodeLines,
    runs::Repeat,
    shares::FileShare,
};
use crate::{
    syntax::{FileContext, Role, Source},
    text::TextRange,
};

/// The parent of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Owner {
    Module,
    InherentImpl,
    TraitImpl,
    Trait,
}

/// The kind of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitKind {
    /// A function with a body, a required trait method, or a constant that contains code.
    Code,
    /// A struct, an enum or a union.
    Type,
    /// An import, a macro, or another declaration. Only its lines are counted.
    Plain,
}

/// The location of a unit.
#[derive(Debug, Clone)]
pub struct Place {
    pub node: SyntaxNode,
    pub kind: UnitKind,
    pub owner: Owner,
    pub part: FilePart,
    pub presence: Presence,
}

impl Place {
    /// Whether it is compiled only for tests, benchmarks and examples.
    pub fn is_for_tests(&self, role: Role) -> bool {
        self.part == FilePart::Tests
            || matches!(role, Role::Test | Role::Bench | Role::Example)
            || has_test_attribute(&self.node)
    }
}

/// Whether code is compiled regardless of features and target. Conditions on tests don't matter.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum Presence {
    #[default]
    Always,
    Conditional,
}

/// The part of a file that something belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilePart {
    Product,
    /// In a module compiled only for tests.
    Tests,
}

/// The units of a file and their surroundings.
#[derive(Debug, Default)]
pub struct Outline {
    /// In source order, none nested in another.
    pub places: Vec<Place>,
    /// Lines of non-test code outside all units: headers and closing braces of impls, traits and modules, and attributes of the
    /// file.
    pub frame_lines: u32,
    /// The units of each `impl` block, as ranges of `places`.
    pub impls: Vec<Range<usize>>,
    /// The highlighted range for the whole file: the name of its first item, or that item's first token.
    pub head: Option<TextRange>,
}

/// The totals of a file's units. What a smell of files inspects is counted per unit, so a keystroke only recounts the edited
/// unit.
#[derive(Debug, Clone)]
pub struct FileUnit {
    pub text: Arc<str>,
    /// The highlighted range for the file.
    pub at: TextRange,
    pub context: FileContext,
    /// Whether it contains syntax errors that the parser recovered from.
    pub is_broken: bool,
    /// Lines of code, without modules compiled only for tests. A constant that is a table counts as one.
    pub lines: u32,
    /// Its `impl` blocks, except in tests.
    pub impls: Vec<ImplLines>,
    /// Its structs with many fields, except in tests.
    pub structs: Vec<StructFields>,
    /// The combined shares of its units.
    pub share: FileShare,
    /// The code that repeats in the file, computed on demand.
    pub repeats: OnceLock<Vec<Repeat>>,
}

/// The size of an `impl` block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImplLines {
    /// The name of the implementing type, or the first token in its place.
    pub at: TextRange,
    pub owner: Owner,
    /// Lines of code in its items.
    pub lines: u32,
    /// Lines of code in its longest item.
    pub longest: u32,
    pub functions: u32,
}

/// The number of a struct's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StructFields {
    /// Its name.
    pub at: TextRange,
    pub fields: u32,
}

/// Minimum number of fields for a struct to be listed.
const MANY_FIELDS: usize = 10;

/// The functions, constants and types of a file in source order.
pub fn places(root: &SyntaxNode) -> Vec<Place> {
    let mut places = outline(root).places;
    places.retain(|place| place.kind != UnitKind::Plain);
    places
}

/// The function, constant or type that contains a range. Inspects nothing else.
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

/// All units of a file. Visits only items, never their bodies.
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
    /// The whole file. `lines` are the lines of the places, in order.
    pub fn file(&self, source: &Source, lines: impl IntoIterator<Item = u32>) -> FileUnit {
        let counted = self.places.iter().zip(lines);
        let lines: Vec<u32> = counted
            .map(|(place, lines)| match place.part {
                FilePart::Tests => 0,
                FilePart::Product if is_table(&place.node) => 1,
                FilePart::Product => lines,
            })
            .collect();
        let impls = self.impls.iter();
        let impls = impls.filter_map(|places| self.impl_lines(places, &lines));
        FileUnit {
            text: Arc::clone(&source.text),
            at: self.head.unwrap_or_default(),
            context: source.context,
            is_broken: source.tree.has_errors(),
            lines: lines
                .iter()
                .copied()
                .fold(self.frame_lines, u32::saturating_add),
            impls: impls.collect(),
            structs: self.places.iter().filter_map(struct_fields).collect(),
            share: FileShare::default(),
            repeats: OnceLock::new(),
        }
    }

    fn impl_lines(&self, places: &Range<usize>, lines: &[u32]) -> Option<ImplLines> {
        let own = self.places.get(places.clone())?;
        let first = own.first()?;
        let functions = own.iter().filter(|it| it.node.kind() == SyntaxKind::FN);
        let lines = lines.get(places.clone())?;
        let longest = lines.iter().copied().max().filter(|longest| *longest > 0)?;
        let block = first.node.ancestors().find_map(ast::Impl::cast)?;
        let ty = block.self_ty()?;
        Some(ImplLines {
            at: word_of(&ty)?,
            owner: first.owner,
            lines: lines.iter().sum(),
            longest,
            functions: u32::try_from(functions.count()).unwrap_or(u32::MAX),
        })
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

/// The part and presence of an item, inherited from its enclosing nodes.
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
        if !has_child(node, SyntaxKind::ATTR) {
            return inside;
        }
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

fn struct_fields(place: &Place) -> Option<StructFields> {
    let is_struct = place.node.kind() == SyntaxKind::STRUCT;
    if !is_struct || place.part == FilePart::Tests {
        return None;
    }
    let structure = ast::Struct::cast(place.node.clone())?;
    let ast::FieldList::RecordFieldList(list) = structure.field_list()? else {
        return None;
    };
    let children = list.syntax().green().children();
    let is_field = |kind: u16| kind == SyntaxKind::RECORD_FIELD as u16;
    let fields = children.filter(|child| is_field(child.kind().0)).count();
    (fields >= MANY_FIELDS).then_some(StructFields {
        at: structure.name()?.syntax().text_range(),
        fields: u32::try_from(fields).unwrap_or(u32::MAX),
    })
}

/// Whether a function is a test by its attributes: `#[test]`, `#[tokio::test]`, `#[rstest]`, `#[cfg(test)]`.
fn has_test_attribute(node: &SyntaxNode) -> bool {
    if !has_child(node, SyntaxKind::ATTR) {
        return false;
    }
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
    TESTS.contains(&last) || name == "cfg" && is_only_for_tests(attribute)
}

fn owner_of(block: &ast::Impl) -> Owner {
    match block.trait_() {
        Some(_) => Owner::TraitImpl,
        None => Owner::InherentImpl,
    }
}

fn kind_of(node: &SyntaxNode, owner: Owner) -> UnitKind {
    let has_body = || has_child(node, SyntaxKind::BLOCK_EXPR);
    match node.kind() {
        SyntaxKind::FN if owner == Owner::Trait || has_body() => UnitKind::Code,
        // Constant tables can be long, and only braces can contain code.
        SyntaxKind::CONST | SyntaxKind::STATIC if has_brace(node) => UnitKind::Code,
        SyntaxKind::STRUCT | SyntaxKind::ENUM | SyntaxKind::UNION => UnitKind::Type,
        _ => UnitKind::Plain,
    }
}

/// Whether a unit is a constant that is data, that is, not a block.
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

/// The first token of an item, without attributes and comments.
pub(super) fn first_word(item: &SyntaxNode) -> TextRange {
    let start = item.text_range().start();
    let mut at = start;
    for child in item.green().children() {
        let kind = SyntaxKind::from(child.kind().0);
        if !kind.is_trivia() && kind != SyntaxKind::ATTR {
            // A node may start with its own comments.
            let mut first = Some(child);
            while let Some(NodeOrToken::Node(node)) = first {
                first = node.children().next();
            }
            let token = first.and_then(NodeOrToken::into_token);
            return token.map_or(TextRange::empty(start), |it| {
                TextRange::at(at, it.text_len())
            });
        }
        at += child.text_len();
    }
    TextRange::empty(start)
}

fn word_of(ty: &ast::Type) -> Option<TextRange> {
    let name = match ty {
        ast::Type::PathType(it) => it.path()?.segment()?.name_ref(),
        _ => None,
    };
    let word = name.map(|it| it.syntax().text_range());
    word.or_else(|| Some(ty.syntax().first_token()?.text_range()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Tree, Unit};

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
}
