//! What a rewritten function may add: names that it uses already, its own variables and helpers, and pure functions of the
//! standard library.

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, T,
    ast::{self, HasGenericParams, HasName},
};

use super::{
    NotRewritten, known,
    reply::Reply,
    staying::variables,
    usage::{ATTRIBUTE, RAW_POINTER, Usage},
};
use crate::{
    syntax::{FileNames, same_words, tokens_of},
    text::{printable, shortened},
};

/// Tokens that must not become more frequent in a body.
const KEYWORDS: [&str; 14] = [
    ATTRIBUTE,
    RAW_POINTER,
    "crate",
    "enum",
    "extern",
    "macro",
    "mod",
    "static",
    "struct",
    "super",
    "trait",
    "type",
    "unsafe",
    "use",
];
/// Maximum length of rejected code in a message, in characters.
const LONGEST: usize = 60;

pub(super) fn check(
    function: &ast::Fn,
    old: &Usage,
    new: &Usage,
    reply: &Reply,
) -> Result<(), NotRewritten> {
    check_keywords(old, new)?;
    check_items(function, reply)?;
    check_literals(old, new)?;
    let arrivals = Arrivals::new(function, old, reply);
    match arrivals.first_foreign(new) {
        None => Ok(()),
        Some(what) => Err(foreign(&what)),
    }
}

fn check_keywords(old: &Usage, new: &Usage) -> Result<(), NotRewritten> {
    let times = |usage: &Usage, word: &str| usage.keywords.get(word).copied().unwrap_or_default();
    let mut more = KEYWORDS.iter().filter(|it| times(new, it) > times(old, it));
    let is_newly_async = times(new, "async") > 0 && times(old, "async") == 0;
    let word = is_newly_async.then_some("async");
    match more.next().copied().or(word) {
        None => Ok(()),
        Some(word) => Err(NotRewritten::new(format!(
            "The reply contains {} that the function doesn't.",
            in_words(word)
        ))),
    }
}

fn in_words(word: &str) -> String {
    match word {
        ATTRIBUTE | RAW_POINTER => word.to_owned(),
        word => format!("a `{word}`"),
    }
}

/// Checks that items and attributes inside of bodies are identical to the function's.
fn check_items(function: &ast::Fn, reply: &Reply) -> Result<(), NotRewritten> {
    let old: Vec<SyntaxNode> = fixed(function.syntax()).collect();
    for part in reply.functions() {
        let mut new = fixed(part.body.syntax());
        if let Some(node) = new.find(|node| !old.iter().any(|it| same_words(it, node))) {
            return Err(foreign(&node.text().to_string()));
        }
        let mut hidden = tokens_of(part.body.syntax()).filter(|token| {
            let is_hidden = token
                .parent()
                .is_some_and(|it| it.kind() == SyntaxKind::TOKEN_TREE);
            is_hidden && matches!(token.kind(), T![fn] | T![impl] | T![const])
        });
        if hidden.next().is_some() {
            return Err(foreign("an item in macro input"));
        }
    }
    Ok(())
}

/// The items, attributes and macro definitions in some code.
fn fixed(code: &SyntaxNode) -> impl Iterator<Item = SyntaxNode> {
    let inner = code.clone();
    code.descendants().filter(move |node| {
        let is_item = ast::Item::can_cast(node.kind()) && node.kind() != SyntaxKind::MACRO_CALL;
        *node != inner && (is_item || node.kind() == SyntaxKind::ATTR)
    })
}

fn check_literals(old: &Usage, new: &Usage) -> Result<(), NotRewritten> {
    if let Some(text) = new.texts.keys().find(|it| !old.texts.contains_key(*it)) {
        return Err(foreign(text));
    }
    let times = |comment: &String| old.comments.get(comment).copied().unwrap_or_default();
    let mut comments = new.comments.iter();
    if let Some((comment, _)) = comments.find(|(comment, now)| times(comment) < **now) {
        return Err(foreign(comment));
    }
    let mut numbers = new.numbers.iter();
    let is_new = |it: &&String| !known::is_zero_or_one(it) && !old.numbers.contains(*it);
    match numbers.find(is_new) {
        Some(number) => Err(foreign(number)),
        None => Ok(()),
    }
}

fn foreign(what: &str) -> NotRewritten {
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    let what = printable(&shortened(&what, LONGEST)).into_owned();
    NotRewritten::new(format!(
        "The reply contains something that the function doesn't: `{what}`."
    ))
}

/// What names may refer to at the function's location.
struct Arrivals<'a> {
    old: &'a Usage,
    file: std::rc::Rc<FileNames>,
    /// Types that are declared around it, or imported from modules whose types are harmless.
    types: BTreeSet<String>,
    helpers: BTreeSet<String>,
    /// All names that the reply binds.
    bound: BTreeSet<String>,
    /// The bound names that may be called.
    callable: BTreeSet<String>,
}

impl<'a> Arrivals<'a> {
    fn new(function: &ast::Fn, old: &'a Usage, reply: &Reply) -> Self {
        let syntax = function.syntax();
        let root = syntax.ancestors().last().unwrap_or_else(|| syntax.clone());
        let functions = reply.functions().iter();
        let bound = functions.clone().flat_map(|it| variables(it.node.syntax()));
        let callable = functions.flat_map(|it| callable(it.node.syntax()));
        let mut types = declared_types(&root);
        types.extend(imported_types(&root));
        types.extend(parameters_around(syntax));
        Self {
            old,
            file: FileNames::around(function),
            types,
            helpers: reply.helpers().into_iter().collect(),
            bound: bound.collect(),
            callable: callable.collect(),
        }
    }

    fn first_foreign(&self, new: &Usage) -> Option<String> {
        let is_foreign = |is_known: bool, name: &str| (!is_known).then(|| name.to_owned());
        let mut names = new.names.iter();
        if let Some(name) = names.find(|it| !it.is_ascii() && !self.old.names.contains(*it)) {
            return Some(name.clone());
        }
        let mut macros = new.macros.iter();
        let mut methods = new.methods.iter();
        let mut calls = new.calls.iter();
        let mut values = new.values.iter();
        let mut pairs = new.pairs.iter();
        macros
            .find_map(|it| is_foreign(self.has_macro(it), &format!("{it}!")))
            .or_else(|| methods.find_map(|it| is_foreign(self.has_method(it), &format!(".{it}()"))))
            .or_else(|| calls.find_map(|it| is_foreign(self.has_call(it), &format!("{it}()"))))
            .or_else(|| values.find_map(|it| is_foreign(self.has_value(it), it)))
            .or_else(|| {
                pairs.find_map(|(qualifier, name)| {
                    let is_known = self.has_pair(qualifier, name);
                    is_foreign(is_known, &format!("{qualifier}::{name}"))
                })
            })
    }

    fn has_macro(&self, name: &str) -> bool {
        self.old.macros.contains(name) || (known::is_macro(name) && !self.file.has_macro(name))
    }

    fn has_method(&self, name: &str) -> bool {
        self.old.methods.contains(name) || self.helpers.contains(name) || self.is_std(name)
    }

    fn has_call(&self, name: &str) -> bool {
        self.old.calls.contains(name)
            || self.helpers.contains(name)
            || self.callable.contains(name)
            || self.is_type(name)
            || (self.old.values.contains(name) && !self.bound.contains(name))
            || (name == "drop" && self.is_std(name))
    }

    fn has_value(&self, name: &str) -> bool {
        self.old.names.contains(name)
            || matches!(name, "self" | "Self")
            || self.helpers.contains(name)
            || self.bound.contains(name)
            || self.is_type(name)
    }

    fn has_pair(&self, qualifier: &str, name: &str) -> bool {
        let pair = (qualifier.to_owned(), name.to_owned());
        if self.old.pairs.contains(&pair) {
            return true;
        }
        if matches!(qualifier, "Self" | "self") && self.helpers.contains(name) {
            return true;
        }
        if known::is_root(qualifier) {
            return known::is_module(name);
        }
        let is_upper = is_upper(name);
        if known::is_module(qualifier) && !self.file.has_module(qualifier) {
            // Few other functions in `mem` are harmless.
            return known::is_function(name) || (is_upper && qualifier != "mem");
        }
        let is_of_std = known::is_type(qualifier) && known::is_function(name);
        let is_of_type = qualifier.is_empty() || qualifier == "Self" || self.is_type(qualifier);
        let is_known = is_upper || self.is_std(name) || self.old.methods.contains(name);
        is_of_std || (is_of_type && is_known)
    }

    fn is_std(&self, name: &str) -> bool {
        known::is_function(name)
            && !self.file.has_method(name)
            && self.file.functions(name).is_empty()
    }

    fn is_type(&self, name: &str) -> bool {
        known::is_type(name) || self.types.contains(name)
    }
}

fn is_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// The names of closures, and parameters.
fn callable(code: &SyntaxNode) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for node in code.descendants() {
        if ast::Param::can_cast(node.kind()) {
            names.extend(variables(&node));
        }
        let Some(binding) = ast::LetStmt::cast(node) else {
            continue;
        };
        if let (Some(pattern), Some(ast::Expr::ClosureExpr(_))) =
            (binding.pat(), binding.initializer())
        {
            names.extend(variables(pattern.syntax()));
        }
    }
    names
}

fn declared_types(root: &SyntaxNode) -> BTreeSet<String> {
    let items = root.descendants().filter_map(ast::Item::cast);
    let names = items.filter_map(|item| match item {
        ast::Item::Struct(it) => it.name(),
        ast::Item::Enum(it) => it.name(),
        ast::Item::Union(it) => it.name(),
        ast::Item::Trait(it) => it.name(),
        ast::Item::TypeAlias(it) => it.name(),
        _ => None,
    });
    names.map(|name| name.text().to_string()).collect()
}

/// The generic parameters around a function.
fn parameters_around(function: &SyntaxNode) -> Vec<String> {
    let around = function
        .ancestors()
        .filter_map(ast::AnyHasGenericParams::cast);
    let lists = around.filter_map(|it| it.generic_param_list());
    let params = lists.flat_map(|list| list.type_or_const_params().collect::<Vec<_>>());
    let names = params.filter_map(|param| match param {
        ast::TypeOrConstParam::Type(it) => it.name(),
        ast::TypeOrConstParam::Const(it) => it.name(),
    });
    names.map(|name| name.text().to_string()).collect()
}

fn imported_types(root: &SyntaxNode) -> Vec<String> {
    let mut found = Vec::new();
    for import in root.descendants().filter_map(ast::Use::cast) {
        if let Some(tree) = import.use_tree() {
            collect_types(&tree, true, &mut found);
        }
    }
    found
}

/// The types at the leaves of a `use` tree, except for those in modules with side effects.
fn collect_types(tree: &ast::UseTree, is_harmless: bool, found: &mut Vec<String>) {
    let segments: Vec<String> = tree
        .path()
        .map(|path| {
            let tokens = path.syntax().descendants_with_tokens();
            let tokens = tokens.filter_map(NodeOrToken::into_token);
            tokens.map(|token| token.text().to_owned()).collect()
        })
        .unwrap_or_default();
    let is_harmless = is_harmless && !segments.iter().any(|it| known::leads_out(it));
    if let Some(list) = tree.use_tree_list() {
        for tree in list.use_trees() {
            collect_types(&tree, is_harmless, found);
        }
        return;
    }
    let renamed = tree.rename().and_then(|it| it.name());
    let name = match renamed {
        Some(name) => Some(name.text().to_string()),
        None => segments.last().cloned(),
    };
    found.extend(name.filter(|name| is_harmless && is_upper(name)));
}
