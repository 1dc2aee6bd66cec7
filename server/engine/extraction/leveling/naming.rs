//! Names for the parameters that replace differences, and for a function whose calls would be whole bodies.

use std::collections::BTreeSet;

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasName},
};

use super::{functions_of, whole_body};
use crate::{
    extraction::{
        Naming, NotExtracted,
        differing::{Form, Spots, may_mean},
        naming::verb_of,
        selection::tokens,
    },
    syntax::{
        Source, plurals,
        scopes::{Names, as_name, is_plain},
    },
};

/// Parameter names of standard library functions.
const KNOWN: [(&str, &str); 12] = [
    (
        "separator",
        "join split rsplit split_once rsplit_once splitn",
    ),
    ("prefix", "starts_with strip_prefix trim_start_matches"),
    ("suffix", "ends_with strip_suffix trim_end_matches"),
    ("message", "expect expect_err context"),
    ("pattern", "contains find rfind matches"),
    (
        "key",
        "get get_mut contains_key entry remove get_or_insert_with",
    ),
    ("text", "push_str write_str"),
    ("base", "from_str_radix"),
    ("capacity", "with_capacity reserve"),
    ("default", "unwrap_or"),
    ("exponent", "pow powi powf"),
    ("count", "take skip repeat"),
];

/// Names each group of values.
pub(super) fn names(
    source: &Source,
    lists: &[Vec<SyntaxNode>],
    groups: &[Vec<Spots>],
    naming: Naming,
) -> Result<Vec<String>, NotExtracted> {
    let root = source.root();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut names = Vec::new();
    for group in groups {
        let mut told = told(&root, group);
        if naming == Naming::Given {
            told.extend(plain(group));
        }
        let is_free = |name: &String| {
            is_plain(name) && !taken.contains(name) && is_free(lists, group, groups, name)
        };
        let name = told.into_iter().find(is_free).ok_or_else(|| {
            let pair = (&group[0].texts[0], &group[0].texts[1]);
            let why = format!(
                "The code doesn't suggest a parameter name for the difference between `{}` and `{}`.",
                pair.0, pair.1
            );
            NotExtracted(why.into())
        })?;
        taken.insert(name.clone());
        names.push(name);
    }
    Ok(names)
}

/// Names that the code suggests, the most descriptive first.
fn told(root: &SyntaxNode, group: &[Spots]) -> Vec<String> {
    if group[0].kinds.contains(&Form::Function) {
        // A callee is named by a verb.
        let own = common(&group[0]).into_iter();
        return own.filter(|it| verb_of(it).is_some()).collect();
    }
    let nodes = || group.iter().filter_map(|it| it.node.as_ref());
    let labels = nodes().filter_map(label);
    let taken = nodes().filter_map(|it| parameter(root, it));
    let others = nodes().filter_map(opposite);
    let known = nodes().filter_map(known);
    let operands = nodes().filter_map(operand);
    let gone_through = nodes().filter_map(gone_through);
    let of_type = by_type(root, group).into_iter();
    let own = common(&group[0]).into_iter();
    let locals = local(&group[0]).into_iter();
    let all = labels
        .chain(own)
        .chain(taken)
        .chain(known)
        .chain(others)
        .chain(operands)
        .chain(gone_through)
        .chain(locals)
        .chain(of_type);
    all.filter(|it| it.len() > 2).collect()
}

/// Generic names, if the code suggests none: the user will reconsider them.
fn plain(group: &[Spots]) -> Option<String> {
    let text = &group[0].texts[0];
    let is_all = |it: &Spots| it.is_formatted && it.texts.iter().all(|it| it.contains(' '));
    let name = match text.chars().next()? {
        _ if group.iter().any(is_all) => "message",
        _ if group.iter().all(|it| it.is_formatted) => "word",
        _ if group[0].kinds.contains(&Form::Function) => return None,
        _ if group[0].kinds[0] != Form::Literal => return Some("value".to_owned()),
        '"' | 'r' => "text",
        '\'' => "character",
        't' | 'f' => return None,
        _ => "number",
    };
    Some(name.to_owned())
}

/// The field that is initialized with the value.
fn label(node: &SyntaxNode) -> Option<String> {
    let field = ast::RecordExprField::cast(node.parent()?)?;
    Some(field.name_ref()?.text().to_string())
}

/// The common words of the values in all places.
fn common(spots: &Spots) -> Option<String> {
    if spots.kinds.contains(&Form::Literal) {
        return None;
    }
    let names = spots.texts.iter().map(|it| words_of_name(it));
    common_words(&names.collect::<Vec<_>>())
}

/// The words of a path's last segment.
fn words_of_name(path: &str) -> Vec<String> {
    let name = path.rsplit(['.', ':']).next().unwrap_or(path);
    let is_constant = !name.contains(char::is_lowercase);
    let mut words = String::new();
    for character in name.chars() {
        let begins = character.is_uppercase() && !is_constant && !words.is_empty();
        words.push_str(if begins { "_" } else { "" });
        words.extend(character.to_lowercase());
    }
    let words = words.split('_').filter(|it| !it.is_empty());
    words.map(str::to_owned).collect()
}

/// The words common to all names, in the order of the first.
fn common_words(names: &[Vec<String>]) -> Option<String> {
    let [first, others @ ..] = names else {
        return None;
    };
    let common = first
        .iter()
        .filter(|word| others.iter().all(|it| it.contains(*word)));
    let common: Vec<&str> = common.map(String::as_str).collect();
    let is_word = common.iter().any(|it| it.contains(char::is_alphabetic));
    is_word.then(|| common.join("_"))
}

/// The name of the variable in one place, if it differs between places.
fn local(spots: &Spots) -> Option<String> {
    let is_local = spots.kinds.iter().all(|it| *it == Form::Local);
    let is_said = |it: &&String| it.len() > 2;
    spots
        .texts
        .iter()
        .find(is_said)
        .filter(|_| is_local)
        .cloned()
}

/// The callee and position of an argument.
fn argument(node: &SyntaxNode) -> Option<(String, usize)> {
    // A reference to it counts as the argument.
    let node = match node.parent().and_then(ast::RefExpr::cast) {
        Some(taken) => taken.syntax().clone(),
        None => node.clone(),
    };
    let list = ast::ArgList::cast(node.parent()?)?;
    let at = list.args().position(|it| *it.syntax() == node)?;
    let call = list.syntax().parent()?;
    let name = if let Some(call) = ast::MethodCallExpr::cast(call.clone()) {
        call.name_ref()?
    } else {
        let callee = ast::CallExpr::cast(call)?.expr()?;
        let ast::Expr::PathExpr(callee) = callee else {
            return None;
        };
        callee.path()?.segment()?.name_ref()?
    };
    Some((name.text().to_string(), at))
}

/// The parameter's name in all functions of the file that may be called.
fn parameter(root: &SyntaxNode, node: &SyntaxNode) -> Option<String> {
    let (name, at) = argument(node)?;
    let names = functions_of(root, &name).map(|function| {
        let param = function.param_list()?.params().nth(at)?;
        match param.pat()? {
            ast::Pat::IdentPat(it) => Some(it.name()?.text().trim_start_matches('_').to_owned()),
            _ => None,
        }
    });
    let mut names = names.collect::<Option<Vec<String>>>()?;
    names.dedup();
    match &*names {
        [name] => Some(name.clone()),
        _ => None,
    }
}

/// The parameter's name in the standard library.
fn known(node: &SyntaxNode) -> Option<String> {
    let index = ast::IndexExpr::cast(node.parent()?).and_then(|it| it.index());
    if index.is_some_and(|it| it.syntax() == node) {
        let is_text = node.first_token()?.kind() == SyntaxKind::STRING;
        return Some(if is_text { "key" } else { "index" }.to_owned());
    }
    let (method, at) = argument(node)?;
    let mut known = KNOWN.iter();
    let (name, _) = known.find(|(_, methods)| methods.split(' ').any(|it| it == method))?;
    (at == 0).then(|| (*name).to_owned())
}

/// The field or the variable that it is compared with or assigned to.
fn opposite(node: &SyntaxNode) -> Option<String> {
    let operation = ast::BinExpr::cast(node.parent()?)?;
    let is_told = matches!(
        operation.op_kind()?,
        ast::BinaryOp::CmpOp(_) | ast::BinaryOp::Assignment { op: None }
    );
    let (left, right) = (operation.lhs()?, operation.rhs()?);
    let other = if left.syntax() == node { right } else { left };
    let name = match &other {
        ast::Expr::FieldExpr(it) => it.name_ref()?.text().to_string(),
        _ => as_name(&other)?,
    };
    is_told.then_some(name)
}

/// The role of a number as an operand.
fn operand(node: &SyntaxNode) -> Option<String> {
    use ast::{ArithOp, BinaryOp, CmpOp};
    let operation = ast::BinExpr::cast(node.parent()?)?;
    let is_behind = operation.rhs()?.syntax() == node;
    let first = node.first_token()?.kind();
    if !matches!(first, SyntaxKind::INT_NUMBER | SyntaxKind::FLOAT_NUMBER) {
        return None;
    }
    let name = match operation.op_kind()? {
        BinaryOp::CmpOp(CmpOp::Ord { .. }) => "limit",
        BinaryOp::ArithOp(ArithOp::Mul) => "factor",
        BinaryOp::ArithOp(ArithOp::Div | ArithOp::Rem) if is_behind => "divisor",
        BinaryOp::ArithOp(ArithOp::Shl | ArithOp::Shr) if is_behind => "shift",
        BinaryOp::ArithOp(ArithOp::BitAnd) => "mask",
        _ => return None,
    };
    Some(name.to_owned())
}

/// The collection that a loop iterates, named after an element.
fn gone_through(node: &SyntaxNode) -> Option<String> {
    let mut around = node.ancestors().skip(1).skip_while(|it| {
        let is_iter = ast::MethodCallExpr::cast(it.clone()).and_then(|it| it.name_ref());
        let is_iter = is_iter.is_some_and(|it| matches!(it.text(), "iter" | "iter_mut"));
        is_iter || it.kind() == SyntaxKind::REF_EXPR
    });
    let each = ast::ForExpr::cast(around.next()?)?;
    let iterable = each.iterable()?.syntax().text_range();
    match each.pat()? {
        ast::Pat::IdentPat(it) if iterable.contains_range(node.text_range()) => {
            Some(plurals::plural(it.name()?.text()))
        }
        _ => None,
    }
}

/// A noun for the common declared type.
fn by_type(root: &SyntaxNode, group: &[Spots]) -> Option<String> {
    let types = group[0].texts.iter().map(|it| declared_type(root, it));
    let types = types.collect::<Option<BTreeSet<String>>>()?;
    let ty = types.first().filter(|_| types.len() == 1)?;
    noun(ty)
}

/// The common declared type of all fields or parameters of a name.
fn declared_type(root: &SyntaxNode, text: &str) -> Option<String> {
    let types: BTreeSet<String> = if let Some((_, name)) = text.rsplit_once('.') {
        let fields = root.descendants().filter_map(ast::RecordField::cast);
        let named = fields.filter(|it| it.name().is_some_and(|it| it.text() == name));
        named.filter_map(|it| Some(it.ty()?.to_string())).collect()
    } else {
        let params = root.descendants().filter_map(ast::Param::cast);
        let named = params.filter(|it| it.pat().is_some_and(|it| it.to_string() == text));
        named.filter_map(|it| Some(it.ty()?.to_string())).collect()
    };
    let ty = types.first().filter(|_| types.len() == 1)?;
    Some(ty.clone())
}

fn noun(ty: &str) -> Option<String> {
    const PLAIN: [&str; 8] = [
        "bool", "char", "str", "Self", "Instant", "Duration", "Value", "Box",
    ];
    let ty = ty.trim_start_matches(['&', ' ']).trim_start_matches("mut ");
    if let Some((_, inner)) = ty.split_once('<') {
        let outer = ty.split('<').next().unwrap_or_default();
        let inner = inner.strip_suffix('>')?;
        return match outer.rsplit("::").next()? {
            "Vec" => noun(inner).map(|it| plurals::plural(&it)),
            "Option" | "Box" | "Arc" | "Rc" => noun(inner),
            _ => None,
        };
    }
    if let Some(inner) = ty.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        return noun(inner).map(|it| plurals::plural(&it));
    }
    let name = ty.rsplit("::").next().unwrap_or(ty);
    let is_said = name.starts_with(char::is_uppercase) && !PLAIN.contains(&name);
    (is_said && name.chars().all(char::is_alphanumeric)).then(|| words_of_name(name).join("_"))
}

/// Whether a name is unused in all functions with places.
fn is_free(lists: &[Vec<SyntaxNode>], group: &[Spots], groups: &[Vec<Spots>], name: &str) -> bool {
    let places = lists.iter().enumerate();
    let mut mentions = places.map(|(number, list)| {
        let function = list.first().and_then(|it| {
            let mut around = it.ancestors();
            around.find(|it| it.kind() == SyntaxKind::FN)
        });
        let is_put = |word: &SyntaxToken| {
            let mut spots = groups.iter().flatten();
            spots.any(|it| it.ranges[number].contains_range(word.text_range()))
        };
        let is_it = group.iter().any(|it| it.texts[number] == name);
        let words = function.iter().flat_map(tokens);
        let in_place = |word: &SyntaxToken| {
            list.iter()
                .any(|it| it.text_range().contains_range(word.text_range()))
        };
        let others = words.filter(|it| !is_put(it) && (!is_it || in_place(it)));
        others.filter(|it| may_mean(it, name)).count()
    });
    mentions.all(|it| it == 0)
}

/// The common words in the names of functions whose whole bodies the places are.
pub(super) fn of_functions(lists: &[Vec<SyntaxNode>], source: &Source) -> Option<String> {
    let functions = lists.iter().map(|it| whole_body(it));
    let functions = functions.collect::<Option<Vec<ast::Fn>>>()?;
    let names = functions
        .iter()
        .map(|it| it.name().map(|it| it.text().to_string()));
    let names = names.collect::<Option<Vec<String>>>()?;
    let words: Vec<Vec<String>> = names.iter().map(|it| words_of_name(it)).collect();
    let name = common_words(&words)?;
    let is_whole = name.contains('_') && !name.ends_with("_to") && !name.ends_with("_of");
    let is_free = Names::in_node(&source.root()).is_free(&name);
    (is_whole && is_free).then_some(name)
}
