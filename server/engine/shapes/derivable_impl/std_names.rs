//! The meaning of standard library names in a file.

use std::{cell::RefCell, rc::Rc};

use ra_ap_syntax::{AstNode, GreenNode, SyntaxKind, SyntaxNode, ast};

use crate::syntax::{FileNames, nodes_inside, text_of, types_shown::Ground};

/// The declarations and imports of a file, with their paths.
pub(super) struct StdNames {
    pub(super) declared: Rc<FileNames>,
    imports: Vec<Import>,
    has_prelude: bool,
    /// Whether a glob import may bring in names from another crate.
    has_foreign_glob: bool,
}

/// A name that an import introduces, with its path.
struct Import {
    name: String,
    path: String,
}

const OF_STD: [&str; 3] = ["alloc", "core", "std"];

thread_local! {
    /// The names of the last tree: a file has many implementations.
    static LAST: RefCell<Option<(GreenNode, Rc<StdNames>)>> = const { RefCell::new(None) };
}

/// Names that are available without an import.
const PRELUDE: [&str; 12] = [
    "Box",
    "Clone",
    "Copy",
    "Default",
    "Eq",
    "Option",
    "PartialEq",
    "String",
    "Vec",
    "str",
    "u8",
    "bool",
];

impl StdNames {
    /// Returns the names of the enclosing file. The first lookup in a tree computes them.
    pub(super) fn around(node: &SyntaxNode, text: &str) -> Rc<Self> {
        let root = node.tree_top();
        let green = root.green();
        LAST.with_borrow_mut(|last| {
            if let Some((tree, names)) = last
                && std::ptr::eq(&raw const **tree, &raw const *green)
            {
                return Rc::clone(names);
            }
            let names = Rc::new(Self::of(&root, text));
            *last = Some((green.to_owned(), Rc::clone(&names)));
            names
        })
    }

    fn of(root: &SyntaxNode, text: &str) -> Self {
        let mut imports = Vec::new();
        let uses = nodes_inside(root, |kind| kind == SyntaxKind::USE);
        for import in uses.filter_map(ast::Use::cast) {
            if let Some(tree) = import.use_tree() {
                add_imports(&mut imports, &tree, "");
            }
        }
        let declared = FileNames::around_node(root);
        let (globs, imports): (Vec<_>, Vec<_>) =
            imports.into_iter().partition(|it: &Import| it.name == "*");
        let is_foreign = |glob: &Import| {
            let first = glob.path.split("::").next().unwrap_or_default();
            let is_here = OF_STD.contains(&first) || matches!(first, "crate" | "self" | "super");
            let is_type = first.starts_with(char::is_uppercase);
            !is_here && !is_type && !declared.has_module(first)
        };
        Self {
            has_foreign_glob: globs.iter().any(is_foreign),
            declared,
            imports,
            has_prelude: !text.contains("no_implicit_prelude"),
        }
    }

    /// Whether a path refers to an item of the standard library, by its original name.
    pub(super) fn is_std(&self, path: &str) -> bool {
        let path = path.strip_prefix("::").unwrap_or(path);
        let (first, rest) = path.split_once("::").unwrap_or((path, ""));
        if OF_STD.contains(&first) {
            return !rest.is_empty() && !self.declared.has_module(first);
        }
        if !self.declared.types(first).is_empty() || self.declared.has_module(first) {
            return false;
        }
        let mut imports = self.imports.iter().filter(|it| it.name == first).peekable();
        if imports.peek().is_none() {
            return rest.is_empty() && self.has_prelude && PRELUDE.contains(&first);
        }
        imports.all(|it| {
            let (root, rest) = it.path.split_once("::").unwrap_or((&it.path, ""));
            let last = rest.rsplit("::").next().unwrap_or_default();
            OF_STD.contains(&root) && last == first
        })
    }

    /// Whether a derived trait's name refers to the standard library's: a macro may have the same name.
    pub(super) fn is_derive_of_std(&self, name: &str) -> bool {
        let is_own = self.declared.defines_macro(name) || !self.declared.types(name).is_empty();
        let is_imported = self.imports.iter().any(|it| it.name == name);
        !is_own && self.has_prelude && (!is_imported || self.is_std(name))
    }

    /// How certain it is that names without a declaration here are from the standard library.
    pub(super) fn ground(&self) -> Ground {
        if self.has_foreign_glob {
            Ground::Likely
        } else {
            Ground::Shown
        }
    }

    /// Whether the file imports this name.
    pub(super) fn imports(&self, name: &str) -> bool {
        self.imports.iter().any(|it| it.name == name)
    }
}

fn add_imports(imports: &mut Vec<Import>, tree: &ast::UseTree, before: &str) {
    let path = tree.path().map(|it| squeezed_path(&it)).unwrap_or_default();
    let path = match (before.is_empty(), path.is_empty()) {
        (true, _) => path,
        (_, true) => before.to_owned(),
        _ => format!("{before}::{path}"),
    };
    if let Some(list) = tree.use_tree_list() {
        for inner in list.use_trees() {
            add_imports(imports, &inner, &path);
        }
        return;
    }
    let path = path.strip_suffix("::self").unwrap_or(&path).to_owned();
    let renamed = tree.rename().map(|it| {
        let name = text_of(it.syntax());
        name.trim_start_matches("as").trim().to_owned()
    });
    let last = path.rsplit("::").next().unwrap_or_default().to_owned();
    let name = match tree.star_token() {
        Some(_) => "*".to_owned(),
        None => renamed.unwrap_or(last),
    };
    imports.push(Import { name, path });
}

fn squeezed_path(path: &ast::Path) -> String {
    let text = text_of(path.syntax());
    let text: String = text.split_whitespace().collect();
    text.strip_prefix("::").unwrap_or(&text).to_owned()
}
