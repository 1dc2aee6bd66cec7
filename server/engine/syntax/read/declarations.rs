//! What a file itself declares and imports, by name: such a name is not the one of the standard library.
//!
//! Items inside function bodies count where they are statements of the body. What macros make isn't seen.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use ra_ap_syntax::{AstNode, GreenNode, SyntaxNode};

mod items;

/// The names of a file, whatever module they are in.
#[derive(Debug, Default)]
pub struct FileNames {
    methods: HashMap<String, Vec<Signature>>,
    functions: HashMap<String, Vec<Signature>>,
    fields: HashMap<String, Vec<String>>,
    types: HashMap<String, Vec<TypeShape>>,
    constants: HashMap<String, Vec<Constant>>,
    macros: HashMap<String, MacroBody>,
    imports: HashSet<String>,
    modules: HashSet<String>,
    /// The `enum`s that have a variant of a name, those with parameters without their own names.
    variants: HashMap<String, Vec<Option<String>>>,
    /// What type aliases stand for, as it is written.
    aliases: HashMap<String, Vec<String>>,
    /// The traits that are implemented by hand, as they are written, for which type.
    impls: Vec<(String, String)>,
}

/// What a function gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The type as it is written, without white space; `()` where none is.
    pub gives: String,
    /// A parameter of the function itself stands in it, so that the caller settles the type.
    pub is_generic: bool,
    pub must_use: bool,
}

/// What a type is made of, as far as patterns care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeShape {
    UnitStruct,
    Struct,
    Enum { variants: usize },
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constant {
    /// With the type as it is written.
    Const(String),
    Static(String),
    /// The parameter of an item.
    Parameter(String),
}

/// What the definition of a macro mentions.
#[derive(Debug, Clone, Default)]
struct MacroBody {
    words: HashSet<String>,
}

thread_local! {
    /// The names of the tree that was asked about last: a file is judged as a whole before the next one.
    static LAST: RefCell<Option<(GreenNode, Rc<FileNames>)>> = const { RefCell::new(None) };
}

impl FileNames {
    /// The names of the file around a node. The first judgement that asks about a tree pays for them.
    pub fn around(node: &impl AstNode) -> Rc<Self> {
        Self::around_node(node.syntax())
    }

    pub fn around_node(node: &SyntaxNode) -> Rc<Self> {
        let root = node.tree_top();
        let green = root.green();
        LAST.with_borrow_mut(|last| {
            if let Some((tree, declared)) = last
                && std::ptr::eq(&raw const **tree, &raw const *green)
            {
                return Rc::clone(declared);
            }
            let declared = Rc::new(items::collect(&root));
            *last = Some((green.to_owned(), Rc::clone(&declared)));
            declared
        })
    }

    pub fn has_method(&self, name: &str) -> bool {
        self.methods.contains_key(bare(name))
    }

    /// The signatures of all methods of that name.
    pub fn methods(&self, name: &str) -> &[Signature] {
        self.methods.get(bare(name)).map_or(&[], Vec::as_slice)
    }

    /// The signatures of all functions of that name without `self`, associated ones among them.
    pub fn functions(&self, name: &str) -> &[Signature] {
        self.functions.get(bare(name)).map_or(&[], Vec::as_slice)
    }

    /// The signatures of all functions and methods of that name.
    pub fn called(&self, name: &str) -> impl Iterator<Item = &Signature> {
        self.functions(name).iter().chain(self.methods(name))
    }

    /// The types of all fields of that name.
    pub fn fields(&self, name: &str) -> &[String] {
        self.fields.get(bare(name)).map_or(&[], Vec::as_slice)
    }

    pub fn types(&self, name: &str) -> &[TypeShape] {
        self.types.get(bare(name)).map_or(&[], Vec::as_slice)
    }

    pub fn constants(&self, name: &str) -> &[Constant] {
        self.constants.get(bare(name)).map_or(&[], Vec::as_slice)
    }

    pub fn has_macro(&self, name: &str) -> bool {
        self.macros.contains_key(bare(name)) || self.imports.contains(bare(name))
    }

    pub fn imports(&self, name: &str) -> bool {
        self.imports.contains(bare(name))
    }

    pub fn has_module(&self, name: &str) -> bool {
        self.modules.contains(bare(name))
    }

    /// Whether `Some`, `None`, `Ok` or `Err` may be the file's own.
    pub fn has_own_some_or_ok(&self) -> bool {
        let is_own = |name: &str| {
            self.imports(name)
                || self.has_variant(name)
                || self.is_value(name)
                || !self.types(name).is_empty()
                || !self.functions(name).is_empty()
        };
        ["Some", "None", "Ok", "Err"].into_iter().any(is_own)
    }

    /// Whether an `enum` of the file has a variant of that name, which an import may bring into scope as it is.
    pub fn has_variant(&self, name: &str) -> bool {
        self.variants.contains_key(bare(name))
    }

    /// Whether a name is a variant of one `enum`, which has no parameters, and of no other.
    pub fn is_variant_of(&self, owner: &str, name: &str) -> bool {
        let owners = self.variants.get(bare(name)).map(Vec::as_slice);
        matches!(owners, Some([Some(only)]) if only == owner)
    }

    /// What the type aliases of that name stand for, those of traits and impls among them.
    pub fn aliases(&self, name: &str) -> &[String] {
        self.aliases.get(bare(name)).map_or(&[], Vec::as_slice)
    }

    /// Whether a pattern that is this name alone means something that the file declares, and no new variable.
    pub fn is_value(&self, name: &str) -> bool {
        let is_unit = |shape: &TypeShape| *shape == TypeShape::UnitStruct;
        !self.constants(name).is_empty() || self.types(name).iter().any(is_unit)
    }

    /// Whether a drop of some type is written by hand.
    pub fn has_drop(&self) -> bool {
        self.implements("Drop")
    }

    /// Whether a type that is written like this one has a drop that is written by hand.
    pub fn drops(&self, ty: &str) -> bool {
        let is_its = |(of, own): &(String, String)| of == "Drop" && own == bare(ty);
        self.impls.iter().any(is_its)
    }

    /// Whether a trait of this name is implemented by hand for some type.
    pub fn implements(&self, name: &str) -> bool {
        self.impls.iter().any(|(of, _)| head_of(of) == name)
    }

    /// Whether a trait of this name is implemented by hand with a number for its other operand.
    pub fn implements_with_number(&self, name: &str) -> bool {
        const NUMBERS: [&str; 13] = [
            "char", "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64", "u8",
            "usize",
        ];
        let takes_number = |of: &str| {
            let argument = of.split_once('<').map_or("", |(_, argument)| argument);
            let argument = argument.trim_end_matches('>').trim_start_matches('&');
            NUMBERS.contains(&argument)
        };
        let mut impls = self.impls.iter();
        impls.any(|(of, _)| head_of(of) == name && takes_number(of))
    }

    /// Whether a macro of the file, or one that it calls, mentions one of these words in its definition.
    pub fn macro_mentions(&self, name: &str, words: &[&str]) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![bare(name)];
        while let Some(name) = open.pop() {
            let Some(body) = self.macros.get(name).filter(|_| seen.insert(name)) else {
                continue;
            };
            if words.iter().any(|word| body.words.contains(*word)) {
                return true;
            }
            open.extend(body.words.iter().map(String::as_str));
        }
        false
    }

    /// Whether the file defines a macro of that name itself.
    pub fn defines_macro(&self, name: &str) -> bool {
        self.macros.contains_key(bare(name))
    }
}

/// A name without the mark of a raw one.
fn bare(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// The last name of a path, without its arguments.
fn head_of(path: &str) -> &str {
    let path = path.split_once('<').map_or(path, |(path, _)| path);
    path.rsplit("::").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    fn declared(text: &str) -> Rc<FileNames> {
        let tree = Tree::parse(text, FileContext::default().edition).unwrap();
        assert!(!tree.has_errors(), "{text}");
        FileNames::around_node(&tree.root())
    }

    #[test]
    fn some_and_ok_may_be_of_the_file() {
        for own in [
            "use a::Some;",
            "enum A { None } use A::*;",
            "enum A { Ok(u8) } fn f() { use self::{B, A::*}; }",
            "struct Ok(u8);",
            "const Err: u8 = 1;",
            "#[allow(non_snake_case)] fn Err() {}",
        ] {
            assert!(declared(own).has_own_some_or_ok(), "{own}");
        }
        for other in [
            "fn f() -> Option<u8> { Some(1) }",
            "use super::*; use std::io::{self, prelude::*};",
        ] {
            assert!(!declared(other).has_own_some_or_ok(), "{other}");
        }
    }

    #[test]
    fn functions_and_methods_are_told_apart() {
        let names = declared(
            "mod m { impl<T> S<T> { fn a(&self) -> & 'static bool; fn b<R>(self) -> Result<R, E>; fn c() -> T; } }\n\
             trait U { fn a(&self) -> bool; }\n\
             #[must_use] fn d() { fn e() -> u8 {} }",
        );
        let gives: Vec<_> = names.methods("a").iter().map(|it| &*it.gives).collect();
        assert_eq!(gives, ["&'static bool", "bool"]);
        assert!(names.methods("b")[0].is_generic && names.functions("c")[0].is_generic);
        assert!(names.methods("c").is_empty());
        assert!(names.functions("d")[0].must_use);
        assert_eq!(names.functions("e")[0].gives, "u8");
    }

    #[test]
    fn values_are_what_a_pattern_could_mean() {
        let names = declared(
            "const A: u8 = 1; extern \"C\" { static b: u8; } struct C; struct D(u8); impl<const e: bool> F<e> {} enum G { H }",
        );
        for name in ["A", "b", "C", "e"] {
            assert!(names.is_value(name), "{name}");
        }
        for name in ["D", "F", "G", "H", "i"] {
            assert!(!names.is_value(name), "{name}");
        }
        assert_eq!(names.types("G"), [TypeShape::Enum { variants: 1 }]);
    }

    #[test]
    fn variants_and_aliases_are_known() {
        let names = declared("enum A { Some(u8), B } type R<T> = Result<T, E>;");
        assert!(names.has_variant("Some") && names.has_variant("B") && !names.has_variant("A"));
        let text =
            "enum A { X, Z(u8) } mod b { enum B<T> { Y(T), Z } } fn f() { enum C { W, W2 } }";
        let enums = declared(text);
        for (owner, name, is_its) in [
            ("A", "X", true),
            ("C", "W2", true),
            ("A", "Z", false),
            ("B", "Y", false),
            ("A", "W", false),
            ("A", "A", false),
        ] {
            assert_eq!(enums.is_variant_of(owner, name), is_its, "{owner}::{name}");
        }
        assert_eq!(names.aliases("R"), ["Result<T, E>"]);
    }

    #[test]
    fn impls_imports_and_macros_are_known_by_their_names() {
        let names = declared(
            "use a::{b, c as d, e::*}; impl<T> std::ops::Drop for S<T> {} impl PartialOrd<usize> for S {}\n\
             macro_rules! m { () => { n!(); } } macro_rules! n { () => { static A: u8 = 1; } }",
        );
        assert!(names.imports("b") && names.imports("d") && !names.imports("c"));
        assert!(names.has_drop() && names.drops("S") && !names.drops("T"));
        assert!(names.implements("PartialOrd") && !names.implements("Not"));
        assert!(names.implements_with_number("PartialOrd"));
        assert!(names.macro_mentions("m", &["static"]) && !names.macro_mentions("m", &["fn"]));
        assert!(names.has_macro("b") && !names.defines_macro("b"));
    }

    #[test]
    fn another_tree_has_other_names() {
        assert!(declared("fn a() {}").functions("b").is_empty());
        assert!(!declared("fn b() {}").functions("b").is_empty());
    }
}
