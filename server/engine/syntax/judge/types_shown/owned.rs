//! Owned values of type `Option` or `Result`, rather than references to one, so that `?` can be applied.

use ra_ap_syntax::{AstNode, ast};

use super::{Shows, bindings_show, is_option_or_result};
use crate::syntax::{
    FileNames, Signature,
    known::{Fact, is_known},
};

/// What the syntax shows of such a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owned {
    /// The type as written, if the file contains it.
    pub written: Option<String>,
    /// Whether the context may determine its error type.
    pub is_open: bool,
    /// Whether the contained value is `()`.
    pub holds_unit: bool,
}

/// What the syntax shows of an expression that is matched against a pattern of `Option` or `Result`; `None` if it may be a
/// reference.
pub fn owned(expr: &ast::Expr) -> Option<Owned> {
    match expr {
        ast::Expr::ParenExpr(inner) => owned(&inner.expr()?),
        ast::Expr::AwaitExpr(inner) => owned(&inner.expr()?),
        ast::Expr::TryExpr(inner) => {
            let outer = owned(&inner.expr()?)?.written?;
            of_type(arguments_of(&outer).first()?)
        }
        ast::Expr::PathExpr(path) => {
            let shows = Shows {
                in_type: of_type,
                in_value: of_value,
            };
            let found = bindings_show(path, &shows)?;
            let [only] = <[Owned; 1]>::try_from(found).ok()?;
            Some(only)
        }
        ast::Expr::FieldExpr(field) => {
            let name = field.name_ref()?;
            let declared = FileNames::around(field);
            let types = declared.fields(name.text());
            let all: Option<Vec<_>> = types.iter().map(|ty| of_type(ty)).collect();
            agreed(all?)
        }
        ast::Expr::MacroExpr(call) => of_macro(call),
        ast::Expr::CallExpr(call) => of_call(call),
        ast::Expr::MethodCallExpr(call) => of_method_call(call),
        _ => None,
    }
}

/// Variables aren't followed, so that the search terminates.
fn of_value(value: &ast::Expr) -> Option<Owned> {
    match value {
        ast::Expr::AwaitExpr(inner) => of_value(&inner.expr()?),
        ast::Expr::CallExpr(call) => of_call(call),
        ast::Expr::MethodCallExpr(call) => of_named_method(call),
        _ => None,
    }
}

fn of_type(ty: &str) -> Option<Owned> {
    let head = head_of(ty);
    let is_plain = |head: &str| {
        head.chars()
            .all(|c| c.is_alphanumeric() || "_:".contains(c))
    };
    let last = head.rsplit("::").next().unwrap_or(head);
    let is_known = is_plain(head) && (last == "Option" || last.ends_with("Result"));
    is_known.then(|| Owned {
        written: Some(ty.to_owned()),
        is_open: false,
        holds_unit: ty == "fmt::Result" || arguments_of(ty).first().is_some_and(|it| *it == "()"),
    })
}

/// A type without its generic arguments.
pub fn head_of(ty: &str) -> &str {
    ty.split_once('<').map_or(ty, |(head, _)| head).trim()
}

/// The generic arguments of a type as written.
pub fn arguments_of(ty: &str) -> Vec<&str> {
    let Some((_, inside)) = ty.split_once('<') else {
        return Vec::new();
    };
    let inside = inside.trim_end();
    let inside = inside.strip_suffix('>').unwrap_or(inside);
    let mut found = Vec::new();
    let (mut depth, mut start, mut before) = (0_i32, 0, ' ');
    for (at, character) in inside.char_indices() {
        match character {
            '<' | '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '>' if !matches!(before, '-' | '=') => depth -= 1,
            ',' if depth == 0 => {
                found.push(inside[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        before = character;
    }
    let last = inside[start..].trim();
    if !last.is_empty() {
        found.push(last);
    }
    found
}

/// What several declarations of one name have in common; `None` if there are none.
fn agreed(all: Vec<Owned>) -> Option<Owned> {
    let mut all = all.into_iter();
    let first = all.next()?;
    Some(all.fold(first, |sum, one| Owned {
        written: sum.written.filter(|ty| one.written.as_ref() == Some(ty)),
        is_open: sum.is_open || one.is_open,
        holds_unit: sum.holds_unit && one.holds_unit,
    }))
}

fn of_signatures<'a>(found: impl Iterator<Item = &'a Signature>) -> Option<Owned> {
    let of_one = |signature: &Signature| {
        let shown = of_type(&signature.gives)?;
        let is_open = signature.is_generic;
        Some(Owned { is_open, ..shown })
    };
    agreed(found.map(of_one).collect::<Option<Vec<_>>>()?)
}

/// `write!` and `writeln!` return the writer's result, whose value is `()`.
fn of_macro(call: &ast::MacroExpr) -> Option<Owned> {
    let path = call.macro_call()?.path()?.syntax().text().to_string();
    let is_standard =
        matches!(&*path, "write" | "writeln") && !FileNames::around(call).has_macro(&path);
    is_standard.then(|| Owned {
        holds_unit: true,
        ..Owned::default()
    })
}

fn of_call(call: &ast::CallExpr) -> Option<Owned> {
    const FUNCTIONS: [&str; 12] = [
        "File::create",
        "File::open",
        "String::from_utf16",
        "String::from_utf8",
        "char::from_digit",
        "char::from_u32",
        "env::current_dir",
        "env::var",
        "env::var_os",
        "fs::metadata",
        "fs::read",
        "fs::read_to_string",
    ];
    const ANYWHERE: [&str; 4] = ["from_str_radix", "from_utf8", "try_from", "from_utf8_mut"];
    let ast::Expr::PathExpr(callee) = call.expr()? else {
        return None;
    };
    if !super::bindings_of(&callee).is_empty() {
        return None;
    }
    let path = callee.path()?;
    let name = path.segment()?.name_ref()?.text().to_string();
    let declared = FileNames::around(call);
    let mut own = declared.called(&name).peekable();
    if own.peek().is_some() {
        return of_signatures(own);
    }
    let qualifier = path.qualifier().and_then(|it| it.segment()?.name_ref());
    let qualifier = qualifier.map(|it| it.text().to_string())?;
    let is_own = !declared.types(&qualifier).is_empty() || declared.has_module(&qualifier);
    let whole = format!("{qualifier}::{name}");
    let is_standard = FUNCTIONS.contains(&&*whole) || ANYWHERE.contains(&&*name);
    (is_standard && !is_own).then(Owned::default)
}

fn of_method_call(call: &ast::MethodCallExpr) -> Option<Owned> {
    let name = call.name_ref()?.text().to_string();
    if let Some(named) = of_named_method(call) {
        return Some(named);
    }
    let keeps_error = KEEPS_ERROR.contains(&&*name);
    let is_own = FileNames::around(call).has_method(&name);
    if is_own || (!keeps_error && !CHANGES_ERROR.contains(&&*name)) {
        return None;
    }
    let receiver = call.receiver()?;
    let of_receiver = owned(&receiver);
    let is_shown = of_receiver.is_some() || is_option_or_result(&receiver);
    is_shown.then(|| Owned {
        is_open: !keeps_error || of_receiver.is_none_or(|it| it.is_open),
        ..Owned::default()
    })
}

/// A method whose name alone is conclusive.
fn of_named_method(call: &ast::MethodCallExpr) -> Option<Owned> {
    let name = call.name_ref()?.text().to_string();
    let declared = FileNames::around(call);
    if declared.has_method(&name) {
        return of_signatures(declared.methods(&name).iter());
    }
    let is_unit = UNITS.contains(&&*name);
    if is_unit || VALUES.contains(&&*name) || is_known(call, Fact::Optional) {
        return Some(Owned {
            holds_unit: is_unit,
            ..Owned::default()
        });
    }
    is_known(call, Fact::Search).then(Owned::default)
}

/// Standard methods that return such an owned value, whatever it contains.
const VALUES: [&str; 27] = [
    "first_mut",
    "get_key_value",
    "last_mut",
    "metadata",
    "next_if",
    "next_if_eq",
    "nth_back",
    "peek_mut",
    "pop_back",
    "pop_front",
    "read",
    "read_line",
    "read_to_end",
    "read_to_string",
    "recv",
    "recv_timeout",
    "rposition",
    "rsplit_once",
    "seek",
    "send",
    "split_first",
    "split_last",
    "try_borrow",
    "try_borrow_mut",
    "try_into",
    "try_lock",
    "try_recv",
];

/// Those whose value is `()`.
const UNITS: [&str; 8] = [
    "flush",
    "read_exact",
    "sync_all",
    "sync_data",
    "write_all",
    "write_char",
    "write_fmt",
    "write_str",
];

/// Methods of `Option` and `Result` that return another one with the same error type.
const KEEPS_ERROR: [&str; 14] = [
    "as_deref",
    "as_deref_mut",
    "as_mut",
    "as_ref",
    "clone",
    "cloned",
    "copied",
    "filter",
    "inspect",
    "inspect_err",
    "map",
    "take",
    "xor",
    "zip",
];

/// Methods of both that return another one, possibly with a different error type.
const CHANGES_ERROR: [&str; 7] = [
    "and_then",
    "map_err",
    "ok_or",
    "ok_or_else",
    "or",
    "or_else",
    "replace",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree};

    fn shown(items: &str, code: &str) -> Option<Owned> {
        let text = format!("fn f(o: Option<u8>, r: &Option<u8>) {{ {code} }} {items}");
        let tree = Tree::parse(&text, FileContext::default().edition).unwrap();
        assert!(!tree.has_errors(), "{text}");
        let body = tree.root().descendants().find_map(ast::BlockExpr::cast);
        owned(&body.and_then(|body| body.tail_expr()).unwrap())
    }

    #[test]
    fn owned_values_are_shown_by_what_gives_them() {
        let items = "struct S { a: Option<u8>, b: &'static Option<u8> } \
                     fn own() -> Result<Option<u8>, E> {} fn lent() -> &Option<u8> {} \
                     impl S { fn of(&self) -> io::Result<()> {} fn held(&self) -> &Option<u8> {} }";
        for code in [
            "o",
            "a.get(1)",
            "a.iter().next()",
            "own()",
            "own()?",
            "self.of()",
            "self.of().await",
            "self.a.as_ref()",
            "r.as_ref()",
            "File::open(a)",
            "u8::try_from(a)",
            "write!(a, \"b\")",
            "a.get(1).cloned()",
        ] {
            assert!(shown(items, code).is_some(), "{code}");
        }
        for code in [
            "r",
            "a",
            "a.b()",
            "b()",
            "lent()",
            "self.held()",
            "self.b",
            "a.as_ref()",
            "a.b().map(c)",
            "let own = c; own()",
        ] {
            assert_eq!(shown(items, code), None, "{code}");
        }
        assert!(shown(items, "self.of()").unwrap().holds_unit);
        assert!(!shown(items, "own()").unwrap().holds_unit);
        let generic = "fn own<E>() -> Result<u8, E> {}";
        assert!(shown(generic, "own()").unwrap().is_open);
    }

    #[test]
    fn arguments_may_have_arguments() {
        let arguments = arguments_of("a::B<C<D, E>, fn(F) -> G, (H, I)>");
        assert_eq!(arguments, ["C<D, E>", "fn(F) -> G", "(H, I)"]);
        assert!(arguments_of("A").is_empty());
    }
}
