//! The names that a file declares and imports itself: they don't refer to the standard library.
//!
//! Items in function bodies are included if they are statements of the body. Macro output isn't visible.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    rc::Rc,
};

use ra_ap_syntax::{AstNode, GreenNode, SyntaxNode};

mod items;

/// The names of a file, regardless of module.
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
    /// The `enum`s with a variant of this name; `None` for those with generic parameters.
    variants: HashMap<String, Vec<Option<String>>>,
    /// The target types of type aliases, as written.
    aliases: HashMap<String, Vec<String>>,
    /// Manually implemented traits with their types, as written.
    impls: Vec<(String, String)>,
}

/// The return type of a function and its properties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The type as written, without white space; `()` if there is none.
    pub gives: String,
    /// Whether it contains a generic parameter of the function, so that the caller determines the type.
    pub is_generic: bool,
    pub must_use: bool,
}

/// The kind of a type, as far as patterns are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeShape {
    UnitStruct,
    Struct,
    Enum { variants: usize },
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constant {
    /// With the type as written.
    Const(String),
    Static(String),
    /// A generic parameter of an item.
    Parameter(String),
}

/// The contents of a macro definition.
#[derive(Debug, Clone, Default)]
struct MacroBody {
    words: HashSet<String>,
}

thread_local! {
    /// The names of the most recently used tree: a file is fully analysed before the next one.
    static LAST: RefCell<Option<(GreenNode, Rc<FileNames>)>> = const { RefCell::new(None) };
}

impl FileNames {
    /// The names of the file that contains a node. Computed on the first call for a tree.
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

    /// The signatures of all methods with this name.
    pub fn methods(&self, name: &str) -> &[Signature] {
        self.methods.get(bare(name)).map_or(&[], Vec::as_slice)
    }

    /// The signatures of all functions with this name without `self`, including associated ones.
    pub fn functions(&self, name: &str) -> &[Signature] {
        self.functions.get(bare(name)).map_or(&[], Vec::as_slice)
    }

    /// The signatures of all functions and methods with this name.
    pub fn called(&self, name: &str) -> impl Iterator<Item = &Signature> {
        self.functions(name).iter().chain(self.methods(name))
    }

    /// The types of all fields with this name.
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

    /// Whether `Some`, `None`, `Ok` or `Err` may be redefined in the file.
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

    /// Whether an `enum` of the file has a variant with this name, which an import may bring into scope.
    pub fn has_variant(&self, name: &str) -> bool {
        self.variants.contains_key(bare(name))
    }

    /// Whether a name is a variant of exactly one `enum`, which has no generic parameters.
    pub fn is_variant_of(&self, owner: &str, name: &str) -> bool {
        let owners = self.variants.get(bare(name)).map(Vec::as_slice);
        matches!(owners, Some([Some(only)]) if only == owner)
    }

    /// The target types of the type aliases with this name, including those in traits and impls.
    pub fn aliases(&self, name: &str) -> &[String] {
        self.aliases.get(bare(name)).map_or(&[], Vec::as_slice)
    }

    /// Whether an identifier pattern with this name refers to a declaration of the file, rather than to a new binding.
    pub fn is_value(&self, name: &str) -> bool {
        let is_unit = |shape: &TypeShape| *shape == TypeShape::UnitStruct;
        !self.constants(name).is_empty() || self.types(name).iter().any(is_unit)
    }

    /// Whether the file implements `Drop` for some type.
    pub fn has_drop(&self) -> bool {
        self.implements("Drop")
    }

    /// Whether the file implements `Drop` for a type written like this one.
    pub fn drops(&self, ty: &str) -> bool {
        let is_its = |(of, own): &(String, String)| of == "Drop" && own == bare(ty);
        self.impls.iter().any(is_its)
    }

    /// Whether a trait with this name is implemented manually for some type.
    pub fn implements(&self, name: &str) -> bool {
        self.impls.iter().any(|(of, _)| head_of(of) == name)
    }

    /// Whether a trait with this name is implemented manually with a number as its other operand.
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

    /// Whether the file defines a macro with this name.
    pub fn defines_macro(&self, name: &str) -> bool {
        self.macros.contains_key(bare(name))
    }
}

/// A name without its raw identifier prefix.
fn bare(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// The last segment of a path, without generic arguments.
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
