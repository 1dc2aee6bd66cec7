//! The code between the first and the last occurrence of an expression, and whether it may change the value.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, BinaryOp, BlockModifier, HasArgList, HasName},
};

use super::{
    Repeated,
    value::{Root, Value, only_looks},
};
use crate::{
    syntax::{FileNames, Hazard, Refusal, scopes},
    text::{TextRange, TextSize},
};

/// Code that may change the value.
pub(super) struct Doubt {
    pub(super) at: TextRange,
    pub(super) refusal: Refusal,
}

/// Checks that nothing from the statement with the first occurrence to the last one mutates the value's operands, and that no
/// side effect before the computation would be lost if the computation failed.
pub(super) fn check(found: &Repeated, ends: &[TextSize]) -> Result<(), Doubt> {
    let roots = roots(found);
    let start = found.statement.text_range().start();
    let end = ends[..found.places.len()].last().copied();
    let range = TextRange::new(start, end.unwrap_or(start));
    let range_of = |place: &ast::Expr| place.syntax().text_range();
    let is_of_place = |node: &SyntaxNode| {
        let own = node.text_range();
        let behind = found
            .places
            .partition_point(|place| range_of(place).start() <= own.start());
        let place = found.places[..behind].last();
        place.is_some_and(|place| range_of(place).contains_range(own))
    };
    let inside = found.block.syntax().descendants();
    let inside = inside.filter(|node| range.contains_range(node.text_range()));
    for node in inside.filter(|node| !is_of_place(node)) {
        if changes(&node, &roots) {
            let refusal = Refusal::because(
                Hazard::Evaluation,
                "Something between the occurrences may change the value.",
            );
            return Err(Doubt {
                at: node.text_range(),
                refusal,
            });
        }
    }
    if found.value.may_panic && does_something_before(found) {
        let refusal = Refusal::because(
            Hazard::Evaluation,
            "The expression may panic, which would happen before earlier effects of the statement.",
        );
        let at = TextRange::empty(range.start());
        return Err(Doubt { at, refusal });
    }
    Ok(())
}

/// A variable that the value uses, with what is known of its type.
struct Known<'a> {
    root: &'a Root,
    /// Whether its type can only be mutated through a unique access, without interior mutability.
    is_plain: bool,
    /// Whether it isn't a reference that allows others to mutate the referent.
    is_never_lent_out: bool,
    /// Whether it is immutable.
    is_frozen: bool,
}

fn roots(found: &Repeated) -> Vec<Known<'_>> {
    let known = |root| Known::of(root, &found.value, found.block.syntax());
    found.value.roots.iter().map(known).collect()
}

impl<'a> Known<'a> {
    fn of(root: &'a Root, value: &Value, block: &SyntaxNode) -> Self {
        let types = types_of(root, block);
        let all = |is_so: &dyn Fn(&str) -> bool| {
            types
                .as_ref()
                .is_some_and(|types| !types.is_empty() && types.iter().all(|ty| is_so(ty)))
        };
        let declared = FileNames::around_node(block);
        let is_field = root.place != root.name;
        Self {
            root,
            is_plain: all(&|ty| is_plain(ty, value.is_shallow, &declared)),
            is_never_lent_out: all(&|ty| !ty.contains("mut ")) && !is_field,
            is_frozen: all(&|ty| {
                ty.starts_with('&')
                    && !ty.contains("mut ")
                    && is_plain(ty, value.is_shallow, &declared)
            }) && !is_field,
        }
    }
}

/// The types that the declarations of a place show, or `None`.
fn types_of(root: &Root, block: &SyntaxNode) -> Option<Vec<String>> {
    if let Some((_, field)) = root.place.rsplit_once('.') {
        return Some(FileNames::around_node(block).fields(field).to_vec());
    }
    let function = block.ancestors().find_map(ast::Fn::cast)?;
    let bindings = function
        .syntax()
        .descendants()
        .filter_map(ast::IdentPat::cast);
    let own = bindings.filter(|it| it.name().is_some_and(|name| name.text() == root.name));
    own.map(|binding| type_of(&binding)).collect()
}

fn type_of(binding: &ast::IdentPat) -> Option<String> {
    if binding.ref_token().is_some() {
        return None;
    }
    let parent = binding.syntax().parent()?;
    if let Some(parameter) = ast::Param::cast(parent.clone()) {
        return Some(parameter.ty()?.syntax().text().to_string());
    }
    let statement = ast::LetStmt::cast(parent)?;
    if let Some(ty) = statement.ty() {
        return Some(ty.syntax().text().to_string());
    }
    match statement.initializer()? {
        ast::Expr::Literal(_) => Some("u8".to_owned()),
        value => Value::of(&value).map(|_| "String".to_owned()),
    }
}

/// Whether a written type has no interior mutability. For a shallow value, only the outermost type counts.
fn is_plain(ty: &str, is_shallow: bool, declared: &FileNames) -> bool {
    const PLAIN: [&str; 33] = [
        "BTreeMap", "BTreeSet", "Box", "CStr", "CString", "Cow", "HashMap", "HashSet", "OsStr",
        "OsString", "Option", "Path", "PathBuf", "Result", "String", "Vec", "VecDeque", "bool",
        "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "str", "u128", "u16",
        "u32", "u64", "usize",
    ];
    let without_lifetimes: Vec<&str> = ty
        .split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '\''))
        .filter(|word| !word.is_empty() && !word.starts_with('\''))
        .filter(|word| !matches!(*word, "mut" | "std" | "path" | "collections" | "string"))
        .collect();
    let is_known = |word: &&str| {
        let is_number = *word == "u8" || word.bytes().all(|byte| byte.is_ascii_digit());
        let is_listed = PLAIN.contains(word) && declared.types(word).is_empty();
        is_number || is_listed
    };
    if is_shallow {
        let is_slice = ty
            .trim_start_matches(['&', ' '])
            .trim_start_matches("mut ")
            .starts_with('[');
        return is_slice
            || without_lifetimes
                .first()
                .is_some_and(|word| *word != "Box" && is_known(word));
    }
    !without_lifetimes.is_empty() && without_lifetimes.iter().all(is_known)
}

/// The ends of the ranges to check for the first occurrence, the first two, and so on: the end of the last of them, and of the
/// loops around any of them.
pub(super) fn ends(found: &Repeated) -> Vec<TextSize> {
    let block = found.block.syntax();
    let ends = found.places.iter().map(|place| {
        let around = place.syntax().ancestors().take_while(|it| it != block);
        let loops = around.filter(|it| {
            matches!(
                it.kind(),
                SyntaxKind::FOR_EXPR | SyntaxKind::LOOP_EXPR | SyntaxKind::WHILE_EXPR
            )
        });
        let end = place.syntax().text_range().end();
        loops.map(|it| it.text_range().end()).fold(end, Ord::max)
    });
    let furthest = ends.scan(TextSize::new(0), |furthest, end| {
        *furthest = end.max(*furthest);
        Some(*furthest)
    });
    furthest.collect()
}

fn changes(node: &SyntaxNode, roots: &[Known<'_>]) -> bool {
    let is_doubtful = roots.iter().any(|known| !known.is_plain);
    match node.kind() {
        SyntaxKind::IDENT_PAT => ast::IdentPat::cast(node.clone()).is_some_and(|binding| {
            let name = binding.name().map(|name| name.text().to_string());
            let is_root = roots
                .iter()
                .any(|known| Some(&known.root.name) == name.as_ref());
            let lends = binding.ref_token().is_some() && binding.mut_token().is_some();
            is_root || lends
        }),
        SyntaxKind::PATH_EXPR => ast::PathExpr::cast(node.clone()).is_some_and(|path| {
            let name = scopes::as_name(&path.clone().into());
            let mut own = roots
                .iter()
                .filter(|known| Some(&known.root.name) == name.as_ref());
            own.any(|known| may_write(&path, known))
        }),
        SyntaxKind::METHOD_CALL_EXPR if is_doubtful => {
            ast::MethodCallExpr::cast(node.clone()).is_some_and(|call| !only_looks(&call))
        }
        SyntaxKind::CALL_EXPR if is_doubtful => {
            ast::CallExpr::cast(node.clone()).is_some_and(|call| !is_constructor(&call))
        }
        SyntaxKind::AWAIT_EXPR | SyntaxKind::YIELD_EXPR => is_doubtful,
        SyntaxKind::MACRO_CALL => {
            ast::MacroCall::cast(node.clone()).is_some_and(|call| macro_changes(&call, roots))
        }
        SyntaxKind::BLOCK_EXPR => ast::BlockExpr::cast(node.clone())
            .is_some_and(|block| matches!(block.modifier(), Some(BlockModifier::Unsafe(_)))),
        SyntaxKind::FN | SyntaxKind::IMPL | SyntaxKind::MODULE => true,
        _ => false,
    }
}

fn is_constructor(call: &ast::CallExpr) -> bool {
    let Some(ast::Expr::PathExpr(path)) = call.expr() else {
        return false;
    };
    let name = path.path().and_then(|path| path.segment()?.name_ref());
    name.is_some_and(|name| name.text().starts_with(char::is_uppercase))
}

/// Whether a use of a variable may mutate the value's operands.
fn may_write(path: &ast::PathExpr, known: &Known<'_>) -> bool {
    let mut whole: ast::Expr = path.clone().into();
    while let Some(field) = whole.syntax().parent().and_then(ast::FieldExpr::cast) {
        whole = field.into();
    }
    let chain = whole.syntax().text().to_string();
    let own = &known.root.place;
    let is_apart = !is_or_begins(&chain, own) && !is_or_begins(own, &chain);
    if is_apart {
        return false;
    }
    let (node, parent) = used(&whole);
    let Some(parent) = parent else {
        return true;
    };
    match parent.kind() {
        SyntaxKind::REF_EXPR => {
            ast::RefExpr::cast(parent).is_none_or(|it| it.mut_token().is_some())
        }
        SyntaxKind::BIN_EXPR => ast::BinExpr::cast(parent).is_none_or(|it| {
            let assigns = matches!(it.op_kind(), Some(BinaryOp::Assignment { .. }));
            let is_target = it.lhs().is_none_or(|left| left.syntax() == &node);
            assigns && (is_target || !known.is_never_lent_out)
        }),
        SyntaxKind::METHOD_CALL_EXPR => ast::MethodCallExpr::cast(parent).is_none_or(|call| {
            let is_receiver = call.receiver().is_some_and(|it| it.syntax() == &node);
            is_receiver && !only_looks(&call) && !known.is_frozen
        }),
        SyntaxKind::CAST_EXPR | SyntaxKind::RANGE_EXPR | SyntaxKind::INDEX_EXPR => false,
        _ => !known.is_never_lent_out,
    }
}

/// The largest place expression that starts with `place`, and its parent.
fn used(place: &ast::Expr) -> (SyntaxNode, Option<SyntaxNode>) {
    let mut node = place.syntax().clone();
    loop {
        let Some(parent) = node.parent() else {
            return (node, None);
        };
        let leads = match parent.kind() {
            SyntaxKind::PAREN_EXPR | SyntaxKind::FIELD_EXPR => true,
            SyntaxKind::PREFIX_EXPR => ast::PrefixExpr::cast(parent.clone())
                .is_some_and(|it| it.op_kind() == Some(ast::UnaryOp::Deref)),
            SyntaxKind::INDEX_EXPR => ast::IndexExpr::cast(parent.clone())
                .and_then(|it| it.base())
                .is_some_and(|base| base.syntax() == &node),
            _ => false,
        };
        if !leads {
            return (node, Some(parent));
        }
        node = parent;
    }
}

/// Whether a chain of fields equals another one, or is a prefix of it.
fn is_or_begins(one: &str, other: &str) -> bool {
    let rest = other.strip_prefix(one);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Macros of the standard library that only read their arguments, and those with common names for logging.
const LOOKING: [&str; 25] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "ensure",
    "eprintln",
    "error",
    "format",
    "format_args",
    "info",
    "matches",
    "panic",
    "print",
    "println",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "writeln",
];

fn macro_changes(call: &ast::MacroCall, roots: &[Known<'_>]) -> bool {
    let name = call.path().map(|path| path.syntax().text().to_string());
    let name = name.unwrap_or_default();
    let name = name.rsplit("::").next().unwrap_or_default();
    let is_known = (LOOKING.contains(&name) || name == "write")
        && !FileNames::around(call).defines_macro(name);
    let Some(input) = call.token_tree() else {
        return true;
    };
    let tokens = input.syntax().descendants_with_tokens();
    let tokens: Vec<_> = tokens
        .filter_map(NodeOrToken::into_token)
        .filter(|token| token.kind() != SyntaxKind::WHITESPACE)
        .collect();
    let mentions = tokens.iter().any(|token| {
        let is_word = matches!(token.kind(), SyntaxKind::IDENT | SyntaxKind::SELF_KW);
        let mut own = roots.iter();
        let is_captured = token.kind() == SyntaxKind::STRING;
        own.any(|known| {
            is_word && known.root.name == token.text()
                || is_captured && scopes::captures(token.text()).any(|name| name == known.root.name)
        })
    });
    let is_doubtful = roots.iter().any(|known| !known.is_plain);
    if !is_known {
        return mentions || is_doubtful;
    }
    let calls = tokens.windows(2).any(|pair| {
        let opens = pair[1].kind() == SyntaxKind::L_PAREN;
        opens && pair[0].kind() == SyntaxKind::IDENT && !super::value::is_looking(pair[0].text())
    });
    let writes = tokens.iter().any(|token| {
        matches!(
            token.kind(),
            SyntaxKind::MUT_KW | SyntaxKind::PLUSEQ | SyntaxKind::MINUSEQ
        )
    });
    (mentions || is_doubtful) && (calls || writes)
}

/// Whether the statement has observable effects before the first occurrence.
fn does_something_before(found: &Repeated) -> bool {
    let start = found.range().start();
    let before = found.statement.descendants().filter(|node| {
        node.text_range().end() <= start
            && matches!(
                node.kind(),
                SyntaxKind::CALL_EXPR
                    | SyntaxKind::METHOD_CALL_EXPR
                    | SyntaxKind::MACRO_CALL
                    | SyntaxKind::AWAIT_EXPR
                    | SyntaxKind::TRY_EXPR
                    | SyntaxKind::BLOCK_EXPR
                    | SyntaxKind::INDEX_EXPR
            )
    });
    let is_quiet = |node: &SyntaxNode| match ast::MethodCallExpr::cast(node.clone()) {
        Some(call) => only_looks(&call) && call.arg_list().is_some(),
        None => ast::CallExpr::cast(node.clone()).is_some_and(|call| is_constructor(&call)),
    };
    before.into_iter().any(|node| !is_quiet(&node))
}
