//! Type names at the location of the new function: those that the enclosing module imports or declares.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use crate::text::{Edit, TextSize};

/// The names in a module.
pub(super) struct Module {
    /// The module's path from the root of the file.
    own: Vec<String>,
    /// The path and the local name of each import.
    imports: Vec<(Vec<String>, String)>,
    pub(super) node: SyntaxNode,
}

impl Module {
    pub(super) fn around(node: &SyntaxNode) -> Self {
        let is_module = |it: &SyntaxNode| {
            let is_body = it.kind() == SyntaxKind::ITEM_LIST;
            it.kind() == SyntaxKind::SOURCE_FILE || is_body
        };
        let found = node.ancestors().skip(1).find(is_module);
        let module = found.unwrap_or_else(|| node.clone());
        let names = module.ancestors().filter_map(ast::Module::cast);
        let names = names.filter_map(|it| Some(it.name()?.text().to_string()));
        let mut own: Vec<String> = names.collect();
        own.reverse();
        let uses = module.children().filter_map(ast::Use::cast);
        let mut imports = Vec::new();
        for tree in uses.filter_map(|it| it.use_tree()) {
            add_imports(&tree, &[], &mut imports);
        }
        let node = module;
        Self { own, imports, node }
    }

    /// Shortens each path in a type as far as the module allows.
    pub(super) fn shortened(&self, text: &str) -> String {
        let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_path) {
            let end = rest[start..].find(|c| !is_path(c));
            let end = end.map_or(rest.len(), |it| start + it);
            out.push_str(&rest[..start]);
            let path = &rest[start..end];
            out.push_str(&self.short(path).unwrap_or_else(|| path.to_owned()));
            rest = &rest[end..];
        }
        out + rest
    }

    fn short(&self, path: &str) -> Option<String> {
        let is_of_crate = path.starts_with("crate::");
        let segments: Vec<&str> = path.split("::").filter(|it| !it.is_empty()).collect();
        let segments = &segments[usize::from(is_of_crate)..];
        if segments.len() + usize::from(is_of_crate) < 2 || path.ends_with("::") {
            return None;
        }
        let whole = self.imports.iter().find(|(import, _)| {
            let (short, long) = if import.len() < segments.len() {
                (import.len(), segments.len())
            } else {
                (segments.len(), import.len())
            };
            let same = import.iter().rev().zip(segments.iter().rev());
            let is_same = same.take(short).all(|(a, b)| a == b);
            is_same && (short > 1 || long == 1 || is_of_crate)
        });
        if let Some((_, name)) = whole {
            return Some(name.clone());
        }
        let parent = self.imports.iter().find(|(import, _)| {
            let (_, parents) = segments.split_last().unwrap_or((&"", &[]));
            import.len() == parents.len() && import.iter().zip(parents).all(|(a, b)| a == b)
        });
        if let Some((_, name)) = parent {
            return Some(format!("{name}::{}", segments.last()?));
        }
        let own = segments.strip_prefix(&*self.own.iter().map(String::as_str).collect::<Vec<_>>());
        let own = own.filter(|it| is_of_crate && !it.is_empty() && self.declares(it[0]));
        own.map(|it| it.join("::")).or_else(|| {
            // The compiler prefixes the module of the file if another type has the same name.
            let (last, parents) = segments.split_last()?;
            let is_here = !is_of_crate && self.lacks(parents.first()?) && self.declares(last);
            is_here.then(|| (*last).to_owned())
        })
    }

    fn declares(&self, name: &str) -> bool {
        let items = self.node.children();
        let mut names = items.filter_map(|it| it.children().find_map(ast::Name::cast));
        names.any(|it| it.text() == name)
    }

    /// Whether a name is unused in the module.
    pub(super) fn lacks(&self, name: &str) -> bool {
        !self.declares(name) && self.imports.iter().all(|(_, it)| it != name)
    }

    /// The edit that imports a path.
    pub(super) fn import(&self, path: &str, newline: &str, indent: &str) -> Edit {
        let uses = self
            .node
            .children()
            .filter(|it| it.kind() == SyntaxKind::USE);
        let uses: Vec<SyntaxNode> = uses.collect();
        let is_standard = |it: &&SyntaxNode| {
            let text = it.text().to_string();
            ["use std::", "use core::"]
                .iter()
                .any(|word| text.starts_with(word))
        };
        let beside = uses.iter().find(is_standard).or(uses.first());
        if let Some(beside) = beside {
            let at = beside.text_range().start();
            return Edit::insert(at, format!("use {path};{newline}{indent}"));
        }
        let at = self.first_item();
        Edit::insert(at, format!("use {path};{newline}{newline}{indent}"))
    }

    /// The start of the first item, including its comments.
    fn first_item(&self) -> TextSize {
        let is_item = |it: &SyntaxNode| ast::Item::can_cast(it.kind());
        let Some(first) = self.node.children().find(is_item) else {
            return self.node.text_range().start();
        };
        let mut at = first.text_range().start();
        let mut before = first.first_token().and_then(|it| it.prev_token());
        while let Some(token) = before {
            match token.kind() {
                SyntaxKind::COMMENT if !token.text().starts_with("//!") => {
                    at = token.text_range().start();
                }
                SyntaxKind::WHITESPACE if token.text().matches('\n').count() < 2 => {}
                _ => break,
            }
            before = token.prev_token();
        }
        at
    }
}

fn add_imports(tree: &ast::UseTree, before: &[String], imports: &mut Vec<(Vec<String>, String)>) {
    let path = tree.path().map(|it| it.syntax().text().to_string());
    let own = path.iter().flat_map(|it| it.split("::"));
    let own = own.filter(|it| !it.is_empty() && !matches!(*it, "crate" | "self" | "super"));
    let mut path: Vec<String> = before.to_vec();
    path.extend(own.map(str::to_owned));
    if let Some(list) = tree.use_tree_list() {
        for inner in list.use_trees() {
            add_imports(&inner, &path, imports);
        }
        return;
    }
    if tree.star_token().is_some() {
        return;
    }
    let renamed = tree.rename().map(|it| it.name());
    let name = match renamed {
        Some(name) => name.map(|it| it.text().to_string()),
        None => path.last().cloned(),
    };
    if let Some(name) = name {
        imports.push((path, name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    const TEXT: &str = "//! About.\n\nuse std::{fmt, io::{self, Error as E}};\nuse crate::shapes::deep::Stats;\n\
                        mod shapes {\n    mod inner {}\n    struct Shape;\n    fn f() {}\n}\nfn g() {}\n";

    fn module(function: &str) -> Module {
        let tree = Tree::parse(TEXT, FileContext::default().edition).unwrap();
        let root = tree.root();
        let mut functions = root.descendants().filter_map(ast::Fn::cast);
        let found = functions.find(|it| it.name().is_some_and(|it| it.text() == function));
        Module::around(found.unwrap().syntax())
    }

    #[test]
    fn what_is_imported_is_named_by_its_name() {
        let root = module("g");
        for (text, expected) in [
            ("&[crate::shapes::deep::Stats]", "&[Stats]"),
            ("deep::Stats", "Stats"),
            ("std::io::Error", "E"),
            ("std::fmt::Formatter<'_>", "fmt::Formatter<'_>"),
            ("crate::shapes::Shape", "shapes::Shape"),
            ("std::cmp::Ordering", "std::cmp::Ordering"),
            ("other::Error", "other::Error"),
            ("Vec<u8>", "Vec<u8>"),
        ] {
            assert_eq!(root.shortened(text), expected);
        }
        let inner = module("f");
        assert_eq!(inner.shortened("crate::shapes::Shape"), "Shape");
        assert_eq!(inner.shortened("crate::shapes::inner::A"), "inner::A");
        // The compiler prefixes the module of the file.
        assert_eq!(inner.shortened("file::Shape"), "Shape");
        assert_eq!(inner.shortened("inner::Shape"), "inner::Shape");
    }

    #[test]
    fn imports_stand_with_their_like() {
        let imported = |module: &Module| {
            let edit = module.import("std::ops::ControlFlow", "\n", "");
            (usize::from(edit.delete.start()), edit.insert.clone())
        };
        let root = module("g");
        assert!(root.lacks("ControlFlow") && !root.lacks("shapes") && !root.lacks("E"));
        let at = TEXT.find("use").unwrap();
        assert_eq!(
            imported(&root),
            (at, "use std::ops::ControlFlow;\n".to_owned())
        );
        let at = TEXT.find("mod inner").unwrap();
        let inner = imported(&module("f"));
        assert_eq!(inner, (at, "use std::ops::ControlFlow;\n\n".to_owned()));
    }
}
