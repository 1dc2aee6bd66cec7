//! Types that are plain data: it is unobservable how often a value is copied, where it is stored or when it is dropped.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasAttrs, HasGenericArgs, HasGenericParams, HasName},
};

use crate::syntax::FileNames;

/// The basis of the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plain {
    /// The standard library.
    Std,
    /// The file's own declaration; another file could still implement `Drop` for the type.
    OfFile,
}

/// Maximum depth to which nested types are followed.
const DEPTH: usize = 6;

/// Whether a type, as written, is owned plain data whose clones are indistinguishable.
pub fn plain(ty: &ast::Type) -> Option<Plain> {
    plain_within(ty, DEPTH)
}

fn plain_within(ty: &ast::Type, depth: usize) -> Option<Plain> {
    let depth = depth.checked_sub(1)?;
    match ty {
        ast::Type::ParenType(inner) => plain_within(&inner.ty()?, depth),
        ast::Type::ArrayType(array) => plain_within(&array.ty()?, depth),
        ast::Type::TupleType(tuple) => all(tuple.fields(), depth),
        ast::Type::PathType(path) => of_path(&path.path()?, depth),
        _ => None,
    }
}

fn all(mut types: impl Iterator<Item = ast::Type>, depth: usize) -> Option<Plain> {
    types.try_fold(Plain::Std, |all, ty| {
        Some(all.max(plain_within(&ty, depth)?))
    })
}

fn of_path(path: &ast::Path, depth: usize) -> Option<Plain> {
    /// The names in the prelude, and those to be imported, with their number of generic arguments.
    const ALWAYS: [(&str, usize); 4] = [("Box", 1), ("Option", 1), ("String", 0), ("Vec", 1)];
    const IMPORTED: [(&str, usize); 8] = [
        ("BTreeMap", 2),
        ("BTreeSet", 1),
        ("Duration", 0),
        ("HashMap", 2),
        ("HashSet", 1),
        ("OsString", 0),
        ("PathBuf", 0),
        ("VecDeque", 1),
    ];
    let segment = path.segment()?;
    let name = segment.name_ref()?.text().to_string();
    let written = segment.generic_arg_list();
    let arguments: Vec<ast::GenericArg> = written
        .iter()
        .flat_map(ast::GenericArgList::generic_args)
        .collect();
    let declared = FileNames::around(path);
    let is_own = !declared.types(&name).is_empty() || !declared.aliases(&name).is_empty();
    let is_generic = path.syntax().ancestors().any(|node| declares(&node, &name));
    let qualifier = path.qualifier().map(|it| it.syntax().text().to_string());
    let count = |names: &[(&str, usize)]| names.contains(&(&*name, arguments.len()));
    let is_of_std = match qualifier.as_deref() {
        None if is_own || is_generic => false,
        None if super::numbers::is_number(&name) || ["bool", "char"].contains(&&*name) => {
            return (!declared.imports(&name)).then_some(Plain::Std);
        }
        None if count(&ALWAYS) => !declared.imports(&name),
        None => count(&IMPORTED) && is_import_of_std(path, &name),
        Some(from) => {
            (from.starts_with("std::") || from.starts_with("::std::"))
                && (count(&ALWAYS) || count(&IMPORTED))
        }
    };
    if is_of_std {
        let types = arguments.into_iter().map(|argument| match argument {
            // A box may contain a `str`.
            ast::GenericArg::TypeArg(it) if it.syntax().text() == "str" && name == "Box" => {
                Some(Plain::Std)
            }
            ast::GenericArg::TypeArg(it) => plain_within(&it.ty()?, depth),
            _ => None,
        });
        return types
            .into_iter()
            .try_fold(Plain::Std, |all, one| Some(all.max(one?)));
    }
    if qualifier.is_some() || is_generic || !arguments.is_empty() || declared.imports(&name) {
        return None;
    }
    of_file(path, &name, &declared, depth)
}

/// Whether an enclosing item declares a generic type with this name.
fn declares(node: &ra_ap_syntax::SyntaxNode, name: &str) -> bool {
    let Some(generics) =
        ast::AnyHasGenericParams::cast(node.clone()).and_then(|it| it.generic_param_list())
    else {
        return false;
    };
    let mut parameters = generics.generic_params();
    parameters.any(|it| matches!(it, ast::GenericParam::TypeParam(it) if it.name().is_some_and(|it| it.text() == name)))
}

/// Whether every import that mentions a name is from the standard library.
fn is_import_of_std(path: &ast::Path, name: &str) -> bool {
    let Some(root) = path.syntax().ancestors().last() else {
        return false;
    };
    let imports = root.descendants().filter_map(ast::Use::cast);
    let trees = imports
        .filter_map(|it| it.use_tree())
        .map(|it| it.syntax().text().to_string());
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut naming = trees
        .filter(|tree| tree.split(|c| !is_word(c)).any(|word| word == name))
        .peekable();
    naming.peek().is_some()
        && naming.all(|tree| tree.starts_with("std::") && !tree.contains(" as "))
}

/// Whether the only type of the file with this name derives `Clone` and contains only plain data.
fn of_file(path: &ast::Path, name: &str, declared: &FileNames, depth: usize) -> Option<Plain> {
    if declared.drops(name) || declared.types(name).len() != 1 {
        return None;
    }
    let root = path.syntax().ancestors().last()?;
    let is_it = |it: &ast::Adt| it.name().is_some_and(|it| it.text() == name);
    let found = root.descendants().filter_map(ast::Adt::cast).find(is_it)?;
    if found.generic_param_list().is_some() || !derives_clone(&found) {
        return None;
    }
    let types: Vec<ast::Type> = match &found {
        ast::Adt::Struct(it) => it.field_list().map_or_else(Vec::new, |it| types_in(&it)),
        ast::Adt::Enum(it) => {
            let variants = it.variant_list()?.variants();
            let lists = variants.filter_map(|variant| variant.field_list());
            lists.flat_map(|list| types_in(&list)).collect()
        }
        ast::Adt::Union(_) => return None,
    };
    all(types.into_iter(), depth)?;
    Some(Plain::OfFile)
}

fn types_in(fields: &ast::FieldList) -> Vec<ast::Type> {
    match fields {
        ast::FieldList::RecordFieldList(it) => it.fields().filter_map(|it| it.ty()).collect(),
        ast::FieldList::TupleFieldList(it) => it.fields().filter_map(|it| it.ty()).collect(),
    }
}

fn derives_clone(ty: &ast::Adt) -> bool {
    let mut attributes = ty.attrs().map(|it| it.syntax().text().to_string());
    attributes.any(|it| {
        let inside = it.strip_prefix("#[derive(");
        inside.is_some_and(|it| {
            it.trim_end_matches(")]")
                .split(',')
                .any(|it| it.trim() == "Clone")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    fn of(items: &str, ty: &str) -> Option<Plain> {
        let text = format!("{items}\nfn f<T>(a: {ty}) {{}}");
        let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
        let mut parameters = tree
            .root()
            .descendants()
            .filter_map(ast::Param::cast)
            .collect::<Vec<_>>();
        plain(&parameters.pop()?.ty()?)
    }

    #[test]
    fn the_standard_library_s_data_is_plain() {
        for ty in [
            "u8",
            "String",
            "Vec<Option<(u8, char)>>",
            "[String; 3]",
            "std::path::PathBuf",
            "Box<str>",
            "()",
        ] {
            assert_eq!(of("", ty), Some(Plain::Std), "{ty}");
        }
        assert_eq!(
            of(
                "use std::collections::{HashMap, HashSet};",
                "HashMap<u8, HashSet<u8>>"
            ),
            Some(Plain::Std)
        );
    }

    #[test]
    fn what_may_be_another_s_is_not() {
        for ty in [
            "&u8",
            "T",
            "Vec<T>",
            "Rc<u8>",
            "HashMap<u8, u8>",
            "Box<dyn A>",
            "Vec<u8, A>",
            "a::String",
            "fn()",
            "*const u8",
        ] {
            assert_eq!(of("", ty), None, "{ty}");
        }
        assert_eq!(of("use a::HashMap;", "HashMap<u8, u8>"), None);
        assert_eq!(of("use a::String;", "String"), None);
        assert_eq!(of("struct Vec<T>(T);", "Vec<u8>"), None);
    }

    #[test]
    fn types_of_the_file_are_what_they_hold() {
        let items = "#[derive(Debug, Clone)] enum A { B(u8), C { d: E }, F }\n#[derive(Clone)] struct E(String);";
        assert_eq!(of(items, "Vec<A>"), Some(Plain::OfFile));
        assert_eq!(of("#[derive(Clone)] struct A(Rc<u8>);", "A"), None);
        assert_eq!(of("struct A(u8); impl Clone for A {}", "A"), None);
        assert_eq!(
            of("#[derive(Clone)] struct A(u8); impl Drop for A {}", "A"),
            None
        );
        assert_eq!(of("#[derive(Clone)] struct A(Option<Box<A>>);", "A"), None);
    }
}
