//! Values that a new function would drop earlier than before, and whether this is observable.
//!
//! A type doesn't show what its drop does. Dropping is assumed to only free memory for the known types of the standard library,
//! and for types declared in the workspace without a `Drop` that consist of such types only.

use std::{cell::OnceCell, collections::BTreeSet};

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasGenericParams, HasName},
};

use super::{Known, NotExtracted, Passing, Selection, scope::Inner};
use crate::syntax::{Edition, Tree};

/// The declarations in the source files of a workspace.
pub struct Drops<'a>(Vec<Text<'a>>);

struct Text<'a> {
    text: &'a str,
    root: OnceCell<Option<SyntaxNode>>,
}

impl<'a> Drops<'a> {
    pub fn in_texts(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let texts = texts.into_iter().map(|text| Text {
            text,
            root: OnceCell::new(),
        });
        Self(texts.collect())
    }

    /// Whether dropping a value of a type has no side effects that other code may wait for.
    fn is_quiet(&self, ty: &str) -> bool {
        let Some(mut open) = names_in(ty) else {
            return false;
        };
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let Some(parts) = self.parts(&name) else {
                return false;
            };
            open.extend(parts);
        }
        true
    }

    /// The types of a type's fields, or `None` if they are unknown or it implements `Drop`.
    fn parts(&self, path: &str) -> Option<Vec<String>> {
        let name = path.rsplit("::").next().unwrap_or(path);
        let texts = self.0.iter().filter(|text| text.may_tell_of(name));
        let items = texts
            .filter_map(Text::root)
            .flat_map(SyntaxNode::descendants);
        let mut parts = None;
        for item in items {
            if ast::Impl::cast(item.clone()).is_some_and(|it| drops(&it, name)) {
                return None;
            }
            let Some((declared, generics)) = declaration(&item) else {
                continue;
            };
            if declared.text() == name {
                let known = parts.get_or_insert_with(Vec::new);
                known.extend(types_in(&item, generics.as_ref())?);
            }
        }
        let is_standard = path == name
            || ["std::", "core::", "alloc::"]
                .iter()
                .any(|it| path.starts_with(it));
        parts.or_else(|| (is_standard && QUIET.contains(&name)).then(Vec::new))
    }
}

impl Text<'_> {
    fn may_tell_of(&self, name: &str) -> bool {
        let mut words = ["struct", "enum", "union", "type"].iter();
        let declares = words.any(|word| self.text.contains(&format!("{word} {name}")));
        declares || (self.text.contains("Drop") && self.text.contains(name))
    }

    fn root(&self) -> Option<&SyntaxNode> {
        let root = self.root.get_or_init(|| {
            let tree = Tree::parse(self.text, Edition::CURRENT).ok()?;
            Some(tree.root())
        });
        root.as_ref()
    }
}

/// The name and generics of a declared type.
fn declaration(item: &SyntaxNode) -> Option<(ast::Name, Option<ast::GenericParamList>)> {
    if let Some(adt) = ast::Adt::cast(item.clone()) {
        return Some((adt.name()?, adt.generic_param_list()));
    }
    let alias = ast::TypeAlias::cast(item.clone())?;
    let is_associated = item.parent()?.kind() == SyntaxKind::ASSOC_ITEM_LIST;
    (!is_associated).then(|| Some((alias.name()?, alias.generic_param_list())))?
}

fn drops(implementation: &ast::Impl, name: &str) -> bool {
    let last = |ty: Option<ast::Type>| match ty? {
        ast::Type::PathType(path) => Some(path.path()?.segment()?.name_ref()?.text().to_string()),
        _ => None,
    };
    last(implementation.trait_()).is_some_and(|it| it == "Drop")
        && last(implementation.self_ty()).is_some_and(|it| it == name)
}

/// The types in a declaration except for its own generics, or `None` if one has no name.
fn types_in(
    declaration: &SyntaxNode,
    generics: Option<&ast::GenericParamList>,
) -> Option<Vec<String>> {
    let params = generics
        .into_iter()
        .flat_map(ast::GenericParamList::type_or_const_params);
    let params: Vec<String> = params
        .filter_map(|it| Some(it.name()?.text().to_string()))
        .collect();
    let mut names = Vec::new();
    let types = declaration.descendants().filter_map(ast::Type::cast);
    for ty in types {
        match ty {
            ast::Type::DynTraitType(_) | ast::Type::ImplTraitType(_) | ast::Type::MacroType(_) => {
                return None;
            }
            ast::Type::PathType(path) => {
                let name = path.path()?.segment()?.syntax().text().to_string();
                let name = name.split('<').next().unwrap_or_default().to_owned();
                let is_primitive = name.starts_with(char::is_lowercase);
                if !is_primitive && !params.contains(&name) {
                    names.push(name);
                }
            }
            _ => {}
        }
    }
    Some(names)
}

/// The paths in a type as the compiler prints it, or `None` if one of the types has no name.
fn names_in(ty: &str) -> Option<Vec<String>> {
    // A closure's captures are variables, which are checked separately.
    let mut depth = 0_usize;
    let outside = ty.chars().filter(|c| match c {
        '{' => {
            depth += 1;
            false
        }
        '}' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    let outside: String = outside.collect();
    let words = outside.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':' | '\''));
    let mut names = Vec::new();
    for word in words.map(|it| it.trim_matches(':')) {
        if matches!(word, "dyn" | "impl") {
            return None;
        }
        let last = word.rsplit("::").next().unwrap_or_default();
        if last.starts_with(char::is_uppercase) {
            names.push(word.to_owned());
        }
    }
    Some(names)
}

impl Selection {
    /// Checks that dropping the variables of the statements earlier has no observable effect.
    pub fn check_drops(&self, drops: &Drops<'_>, known: &Known) -> Result<(), NotExtracted> {
        for local in &self.dropped {
            let is_seen = match known.types.get(&local.subject()) {
                Some(ty) if ty.text.starts_with('&') && !local.keeps_temporary => false,
                Some(ty) if ty.is_copy && !ty.text.starts_with('&') => false,
                Some(ty) => !drops.is_quiet(&ty.text),
                None => true,
            };
            let is_moved = known.moved.contains(&local.subject());
            if is_seen && !self.is_given_away(&places(&local.mentions), is_moved) {
                return Err(dropped_earlier(&local.name));
            }
        }
        Ok(())
    }

    /// Checks that parameters taken by value are moved in the function, or can be dropped there without an observable effect.
    pub fn check_taken(
        &self,
        drops: &Drops<'_>,
        known: &Known,
        passing: &Passing,
    ) -> Result<(), NotExtracted> {
        let captured = passing.captured(self).map(|(capture, way)| {
            let name = capture.name.clone();
            (name, places(&capture.mentions), way)
        });
        let fields = self.fields.iter().filter_map(|field| {
            let mentions = field.mentions.iter().map(|it| it.syntax().clone());
            Some((field.path(), mentions.collect(), passing.of_field(field)?))
        });
        for (name, mentions, way) in captured.chain(fields) {
            let is_copy = known.types.get(&name).is_some_and(|it| it.is_copy);
            let Some(ty) = way.owned().filter(|_| !is_copy) else {
                continue;
            };
            let root = name.split('.').next().unwrap_or_default();
            let is_moved = known.moved.iter().any(|it| *it == name || it == root);
            if !self.is_taken_first(&mentions, is_moved) && !drops.is_quiet(ty) {
                return Err(dropped_earlier(&name));
            }
        }
        self.check_whole_captures(drops, known, passing)?;
        let Some(receiver) = &passing.receiver else {
            return Ok(());
        };
        if receiver.tightest().starts_with('&') || receiver.tightest().contains(": &") {
            return Ok(());
        }
        let is_quiet = self.drops_self_quietly(drops);
        let is_moved = known.moved.iter().any(|it| it == "self");
        if is_quiet || self.is_taken_first(&places(&self.receivers), is_moved) {
            return Ok(());
        }
        Err(dropped_earlier("self"))
    }

    fn drops_self_quietly(&self, drops: &Drops<'_>) -> bool {
        let mut around = self.scope.function.syntax().ancestors();
        let owner = around.find_map(ast::Impl::cast).and_then(|it| it.self_ty());
        owner.is_some_and(|it| drops.is_quiet(&it.syntax().text().to_string()))
    }

    /// A closure that has captured only fields so far would capture their whole owner.
    fn check_whole_captures(
        &self,
        drops: &Drops<'_>,
        known: &Known,
        passing: &Passing,
    ) -> Result<(), NotExtracted> {
        if !self.scope.inner.as_ref().is_some_and(Inner::moves) {
            return Ok(());
        }
        let is_by_field = |mentions: &[SyntaxToken]| {
            let around = places(mentions).into_iter().filter_map(|it| it.parent());
            let mut around = around.map(|it| it.kind());
            around.all(|it| it == SyntaxKind::FIELD_EXPR)
        };
        let taken = |name: &str| {
            let why = format!("The closure would capture all of `{name}` and drop it.");
            Err(NotExtracted(why.into()))
        };
        for (capture, _) in passing.captured(self).filter(|(it, _)| it.is_outer) {
            let ty = known.types.get(&capture.name);
            let is_seen = ty.is_none_or(|it| !it.is_copy && !drops.is_quiet(&it.text));
            if is_seen && is_by_field(&capture.mentions) {
                return taken(&capture.name);
            }
        }
        let list = self.scope.function.param_list();
        let own = list.and_then(|it| it.self_param());
        let is_owned = own.is_some_and(|it| it.amp_token().is_none());
        let is_passed = passing.receiver.is_some() && is_owned;
        if is_passed && !self.drops_self_quietly(drops) && is_by_field(&self.receivers) {
            return taken("self");
        }
        Ok(())
    }

    /// Whether a variable of the old function is moved before any early exit from the selection.
    fn is_taken_first(&self, mentions: &[SyntaxNode], is_moved: bool) -> bool {
        let Some(last) = mentions.last() else {
            return false;
        };
        let all = self.statements.iter().flat_map(SyntaxNode::descendants);
        let mut leaving = all.filter(|it| {
            matches!(
                it.kind(),
                SyntaxKind::TRY_EXPR
                    | SyntaxKind::RETURN_EXPR
                    | SyntaxKind::BREAK_EXPR
                    | SyntaxKind::CONTINUE_EXPR
            )
        });
        let start = last.text_range().start();
        self.is_given_away(mentions, is_moved) && !leaving.any(|it| it.text_range().end() <= start)
    }

    /// Whether the last mention of a variable moves its value unconditionally.
    fn is_given_away(&self, mentions: &[SyntaxNode], is_moved: bool) -> bool {
        let holder = mentions.last().and_then(SyntaxNode::parent);
        let is_given = holder.is_some_and(|holder| {
            matches!(
                holder.kind(),
                SyntaxKind::ARG_LIST | SyntaxKind::RECORD_EXPR_FIELD
            ) && self.is_always_run(&holder)
        });
        is_given || (is_moved && self.is_handed_on(mentions))
    }

    /// Whether the only mention of a moved variable moves it unconditionally.
    fn is_handed_on(&self, mentions: &[SyntaxNode]) -> bool {
        let [mention] = mentions else {
            return false;
        };
        mention.parent().is_some_and(|holder| match holder.kind() {
            SyntaxKind::METHOD_CALL_EXPR => self.is_always_run(&holder),
            SyntaxKind::FOR_EXPR => holder
                .parent()
                .is_some_and(|around| self.is_always_run(&around)),
            _ => false,
        })
    }

    /// Whether a part of the statements is evaluated unconditionally.
    fn is_always_run(&self, node: &SyntaxNode) -> bool {
        let mut around = node
            .ancestors()
            .take_while(|it| it.kind() != SyntaxKind::STMT_LIST);
        let is_run = around.all(|it| {
            matches!(
                it.kind(),
                SyntaxKind::ARG_LIST
                    | SyntaxKind::CALL_EXPR
                    | SyntaxKind::METHOD_CALL_EXPR
                    | SyntaxKind::RECORD_EXPR
                    | SyntaxKind::RECORD_EXPR_FIELD_LIST
                    | SyntaxKind::RECORD_EXPR_FIELD
                    | SyntaxKind::TRY_EXPR
                    | SyntaxKind::AWAIT_EXPR
                    | SyntaxKind::REF_EXPR
                    | SyntaxKind::FIELD_EXPR
                    | SyntaxKind::LET_STMT
                    | SyntaxKind::EXPR_STMT
            )
        });
        let list = node
            .ancestors()
            .find(|it| it.kind() == SyntaxKind::STMT_LIST);
        is_run && list == self.statements.first().and_then(SyntaxNode::parent)
    }
}

fn dropped_earlier(name: &str) -> NotExtracted {
    let why = format!("`{name}` would be dropped earlier, at the end of the new function.");
    NotExtracted(why.into())
}

/// The mentions as expressions, or as the token tree in macro input.
fn places(mentions: &[SyntaxToken]) -> Vec<SyntaxNode> {
    let place = |mention: &SyntaxToken| {
        let path = mention.parent_ancestors().find_map(ast::PathExpr::cast);
        let path = path.filter(|it| it.syntax().text_range() == mention.text_range());
        path.map_or_else(|| mention.parent(), |it| Some(it.syntax().clone()))
    };
    mentions.iter().filter_map(place).collect()
}

/// Types of the standard library whose drop only frees memory, provided that their contents' does.
const QUIET: [&str; 108] = [
    "Args",
    "Arguments",
    "AtomicBool",
    "AtomicI32",
    "AtomicI64",
    "AtomicIsize",
    "AtomicU16",
    "AtomicU32",
    "AtomicU64",
    "AtomicU8",
    "AtomicUsize",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "Box",
    "Bytes",
    "CStr",
    "CString",
    "Cell",
    "Chain",
    "CharIndices",
    "Chars",
    "Chunks",
    "ChunksExact",
    "Cloned",
    "Components",
    "Copied",
    "Cow",
    "Cycle",
    "DefaultHasher",
    "Duration",
    "Empty",
    "Entry",
    "Enumerate",
    "Error",
    "ExitStatus",
    "FileType",
    "Filter",
    "FilterMap",
    "FlatMap",
    "Flatten",
    "FromUtf8Error",
    "Fuse",
    "HashMap",
    "HashSet",
    "Inspect",
    "Instant",
    "IntoIter",
    "IntoKeys",
    "IntoValues",
    "IpAddr",
    "Ipv4Addr",
    "Ipv6Addr",
    "Iter",
    "IterMut",
    "Keys",
    "Lines",
    "LinkedList",
    "Map",
    "MapWhile",
    "Metadata",
    "Mutex",
    "NonZero",
    "Once",
    "OnceCell",
    "Option",
    "Ordering",
    "OsStr",
    "OsString",
    "Output",
    "ParseFloatError",
    "ParseIntError",
    "Path",
    "PathBuf",
    "Peekable",
    "PhantomData",
    "Pin",
    "Range",
    "RangeFrom",
    "RangeInclusive",
    "RefCell",
    "Repeat",
    "Result",
    "Rev",
    "Reverse",
    "RwLock",
    "Scan",
    "Self",
    "Skip",
    "SkipWhile",
    "SocketAddr",
    "Split",
    "SplitN",
    "SplitWhitespace",
    "StepBy",
    "String",
    "SystemTime",
    "Take",
    "TakeWhile",
    "TryFromIntError",
    "Utf8Error",
    "Values",
    "ValuesMut",
    "Vec",
    "VecDeque",
    "Windows",
    "Wrapping",
    "Zip",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_quiet_if_all_that_it_is_made_of_is() {
        let text = "struct A { b: Vec<B<u8>> }\nenum B<T> { C(T), D(std::path::PathBuf) }\n\
                    struct E(F); struct F; impl<T> std::ops::Drop for a::F { }\n\
                    struct G(Box<dyn H>); type I = A; struct J<'a> { k: &'a K }\n";
        let drops = Drops::in_texts([text]);
        for ty in [
            "A",
            "m::A",
            "Option<B<String>>",
            "(I, [u8; 3])",
            "std::slice::Iter<'_, A>",
            "{closure@src/A.rs:1:2: 3:4}",
        ] {
            assert!(drops.is_quiet(ty), "{ty}");
        }
        for ty in [
            "E",
            "Vec<E>",
            "F",
            "G",
            "J<'_>",
            "T",
            "std::rc::Rc<u8>",
            "Box<dyn A>",
            "other::Iter<u8>",
            "impl Sized",
            "<T as A>::Item",
        ] {
            assert!(!drops.is_quiet(ty), "{ty}");
        }
    }
}
