//! The lifetimes and generic parameters of surrounding items that a type uses.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasGenericArgs, HasGenericParams, HasName},
};

use crate::syntax::{FileNames, Hazard, Refusal};

/// The parameter list that all of these equal types share; empty if they use none.
pub(super) fn shared(types: &[ast::Type]) -> Result<String, Refusal> {
    let mut lists = types.iter().map(of);
    let first = lists.next().ok_or(Refusal::NotHere)??;
    for list in lists {
        if list? != first {
            return Err(refused(
                "The occurrences use generic parameters with different meanings.",
            ));
        }
    }
    // Lifetimes can't be elided in fields.
    let is_field = |ty: &ast::Type| {
        let mut around = ty.syntax().ancestors();
        around.any(|it| {
            matches!(
                it.kind(),
                SyntaxKind::RECORD_FIELD | SyntaxKind::TUPLE_FIELD
            )
        })
    };
    if !types.iter().any(is_field) && !types.iter().all(has_written_lifetimes) {
        return Err(refused(
            "The type may have an elided lifetime, which an alias would have to spell out.",
        ));
    }
    Ok(if first.is_empty() {
        String::new()
    } else {
        format!("<{}>", first.join(", "))
    })
}

fn refused(why: &str) -> Refusal {
    Refusal::because(Hazard::Types, why)
}

/// The used parameters, lifetimes first, each in order of use.
fn of(ty: &ast::Type) -> Result<Vec<String>, Refusal> {
    let (types, constants) = declared_around(ty.syntax());
    let mut lifetimes: Vec<String> = Vec::new();
    let mut parameters: Vec<String> = Vec::new();
    for node in ty.syntax().descendants() {
        if let Some(lifetime) = ast::Lifetime::cast(node.clone()) {
            let name = lifetime.syntax().text().to_string();
            let is_given = name != "'static" && name != "'_" && !is_bound_inside(&lifetime, ty);
            if is_given && !lifetimes.contains(&name) {
                lifetimes.push(name);
            }
        }
        let Some(path) = ast::Path::cast(node) else {
            continue;
        };
        let name = path.first_segment().and_then(|it| it.name_ref());
        let name = name.map(|name| name.text().to_string()).unwrap_or_default();
        let is_whole = path.as_single_name_ref().is_some();
        if name == "Self" || path.segment().is_some_and(|it| it.type_anchor().is_some()) {
            return Err(refused(
                "The type depends on `Self` or on a type only known at this location.",
            ));
        }
        if constants.contains(&name) || types.contains(&name) && !is_whole {
            return Err(refused(
                "The type uses a generic parameter in a way that an alias can't.",
            ));
        }
        if types.contains(&name) && !parameters.contains(&name) {
            parameters.push(name);
        }
    }
    lifetimes.extend(parameters);
    Ok(lifetimes)
}

/// The type and const parameters of the items around a node.
fn declared_around(node: &SyntaxNode) -> (Vec<String>, Vec<String>) {
    let (mut types, mut constants) = (Vec::new(), Vec::new());
    let around = node.ancestors().filter_map(ast::AnyHasGenericParams::cast);
    let lists = around.filter_map(|item| item.generic_param_list());
    for parameter in lists.flat_map(|list| list.generic_params().collect::<Vec<_>>()) {
        match parameter {
            ast::GenericParam::TypeParam(it) => types.extend(it.name()),
            ast::GenericParam::ConstParam(it) => constants.extend(it.name()),
            ast::GenericParam::LifetimeParam(_) => {}
        }
    }
    let text = |names: Vec<ast::Name>| names.iter().map(|it| it.text().to_string()).collect();
    (text(types), text(constants))
}

/// Whether a lifetime is bound by a `for<'a>` in the type itself, or is that binder.
fn is_bound_inside(lifetime: &ast::Lifetime, ty: &ast::Type) -> bool {
    let name = lifetime.syntax().text().to_string();
    let lists = ty
        .syntax()
        .descendants()
        .filter_map(ast::GenericParamList::cast);
    let mut bound = lists.flat_map(|list| list.lifetime_params().collect::<Vec<_>>());
    bound.any(|it| {
        it.lifetime()
            .is_some_and(|it| it.syntax().text() == name.as_str())
    })
}

/// Whether no lifetime of a type is elided, as far as names show.
fn has_written_lifetimes(ty: &ast::Type) -> bool {
    let (types, _) = declared_around(ty.syntax());
    let mut inside = ty.syntax().descendants();
    inside.all(|node| {
        if is_of_function(&node, ty) {
            return true;
        }
        match node.kind() {
            SyntaxKind::REF_TYPE => {
                ast::RefType::cast(node).is_some_and(|it| it.lifetime().is_some())
            }
            SyntaxKind::LIFETIME => node.text() != "'_",
            SyntaxKind::PATH_TYPE => ast::PathType::cast(node)
                .and_then(|it| it.path())
                .is_some_and(|path| types_have_none(&path, &types)),
            _ => true,
        }
    })
}

/// Whether a node is in the signature of `Fn(…) -> …`, where elided lifetimes keep their meaning in an alias.
fn is_of_function(node: &SyntaxNode, ty: &ast::Type) -> bool {
    let mut around = node.ancestors().take_while(|it| it != ty.syntax());
    around.any(|it| {
        matches!(
            it.kind(),
            SyntaxKind::FN_PTR_TYPE | SyntaxKind::PARENTHESIZED_ARG_LIST | SyntaxKind::RET_TYPE
        )
    })
}

/// Whether the type of a path has no lifetime parameters.
fn types_have_none(path: &ast::Path, parameters: &[String]) -> bool {
    const PLAIN: [&str; 45] = [
        "Arc",
        "AtomicBool",
        "AtomicUsize",
        "BTreeMap",
        "BTreeSet",
        "BinaryHeap",
        "Box",
        "Cell",
        "Duration",
        "Fn",
        "FnMut",
        "FnOnce",
        "HashMap",
        "HashSet",
        "Instant",
        "Mutex",
        "Option",
        "OsString",
        "PathBuf",
        "Pin",
        "Rc",
        "RefCell",
        "Result",
        "RwLock",
        "Send",
        "String",
        "Sync",
        "Vec",
        "VecDeque",
        "bool",
        "char",
        "f32",
        "f64",
        "i128",
        "i16",
        "i32",
        "i64",
        "i8",
        "isize",
        "str",
        "u16",
        "u32",
        "u64",
        "u8",
        "usize",
    ];
    let Some(name) = path.segment().and_then(|it| it.name_ref()) else {
        return false;
    };
    let name = name.text();
    let has_lifetime = path
        .segment()
        .and_then(|it| it.generic_arg_list())
        .is_some_and(|list| list.lifetime_args().next().is_some());
    if has_lifetime || parameters.iter().any(|own| own == name) {
        return true;
    }
    let declared = FileNames::around(path);
    if !declared.types(name).is_empty() {
        return declared.aliases(name).is_empty() && own_types_have_none(path, name);
    }
    PLAIN.contains(&name) && is_of_std(path, name)
}

/// Whether no type in the file with this name has lifetime parameters.
fn own_types_have_none(path: &ast::Path, name: &str) -> bool {
    let root = path.syntax().ancestors().last();
    let items = root.into_iter().flat_map(|root| root.descendants());
    let items = items.filter_map(ast::AnyHasGenericParams::cast);
    let mut its = items.filter(|item| {
        let own = item.syntax().children().find_map(ast::Name::cast);
        own.is_some_and(|own| own.text() == name)
    });
    its.all(|item| {
        let list = item.generic_param_list();
        list.is_none_or(|list| list.lifetime_params().next().is_none())
    })
}

/// Whether no import brings in another type of this name.
fn is_of_std(path: &ast::Path, name: &str) -> bool {
    let root = path.syntax().ancestors().last();
    let trees = root.into_iter().flat_map(|root| root.descendants());
    let mut its = trees.filter_map(ast::UseTree::cast).filter(|tree| {
        let renamed = tree.rename().and_then(|it| it.name());
        let last = tree.path().and_then(|it| it.segment()?.name_ref());
        let is_list = tree.use_tree_list().is_some();
        let own = renamed.map(|it| it.text().to_string());
        let own = own.or_else(|| Some(last?.text().to_string()));
        !is_list && own.is_some_and(|own| own == name)
    });
    its.all(|tree| {
        let outer = tree.syntax().ancestors().filter_map(ast::UseTree::cast);
        let first = outer.filter_map(|it| it.path()?.first_segment()).last();
        let first = first.map(|it| it.syntax().text().to_string());
        first.is_some_and(|first| matches!(&*first, "alloc" | "core" | "std"))
    })
}
