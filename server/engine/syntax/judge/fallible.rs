//! Calls that return a `Result`, as far as names and the file's declarations show.

use ra_ap_syntax::ast::{self, HasArgList};

use super::types_shown::head_of;
use crate::syntax::{FileNames, Signature};

/// Whether a call certainly returns a `Result`.
pub fn is_result(expr: &ast::Expr) -> bool {
    match expr {
        ast::Expr::MethodCallExpr(call) => of_method(call).unwrap_or_default(),
        ast::Expr::CallExpr(call) => of_function(call).unwrap_or_default(),
        ast::Expr::AwaitExpr(inner) => inner.expr().is_some_and(|inner| is_result(&inner)),
        _ => false,
    }
}

/// Whether a type, as written, is a `Result`, by its name or an alias.
pub fn is_result_type(ty: &str, declared: &FileNames) -> bool {
    let head = head_of(ty);
    let last = head.rsplit("::").next().unwrap_or(head);
    let aliases = declared.aliases(last);
    if !aliases.is_empty() {
        return aliases.iter().all(|it| head_of(it).ends_with("Result"));
    }
    if !declared.types(last).is_empty() || last == "LockResult" {
        return false;
    }
    // A type named `SearchResult` counts only if it has type arguments.
    last == "Result" || (last.ends_with("Result") && ty.contains('<'))
}

/// Methods of the standard library that return a `Result`, with their number of arguments.
const METHODS: [(&str, usize); 16] = [
    ("canonicalize", 0),
    ("flush", 0),
    ("metadata", 0),
    ("parse", 0),
    ("read_dir", 0),
    ("read_exact", 1),
    ("read_line", 1),
    ("read_to_end", 1),
    ("read_to_string", 1),
    ("seek", 1),
    ("set_len", 1),
    ("set_permissions", 1),
    ("sync_all", 0),
    ("sync_data", 0),
    ("write_all", 1),
    ("write_fmt", 1),
];

fn of_method(call: &ast::MethodCallExpr) -> Option<bool> {
    let name = call.name_ref()?.text().to_string();
    let declared = FileNames::around(call);
    let own = declared.methods(&name);
    if !own.is_empty() {
        return Some(all_give_one(own.iter(), &declared));
    }
    let arguments = call.arg_list()?.args().count();
    Some(METHODS.contains(&(&*name, arguments)))
}

fn of_function(call: &ast::CallExpr) -> Option<bool> {
    const FUNCTIONS: [&str; 12] = [
        "File::create",
        "File::open",
        "String::from_utf8",
        "env::current_dir",
        "env::set_current_dir",
        "env::var",
        "fs::copy",
        "fs::create_dir_all",
        "fs::read",
        "fs::read_to_string",
        "fs::rename",
        "fs::write",
    ];
    let ast::Expr::PathExpr(callee) = call.expr()? else {
        return None;
    };
    let path = callee.path()?;
    let name = path.segment()?.name_ref()?.text().to_string();
    let declared = FileNames::around(call);
    let mut own = declared.called(&name).peekable();
    if own.peek().is_some() {
        return Some(all_give_one(own, &declared));
    }
    let qualifier = path.qualifier()?.segment()?.name_ref()?.text().to_string();
    let is_own = !declared.types(&qualifier).is_empty() || declared.has_module(&qualifier);
    let whole = format!("{qualifier}::{name}");
    Some(!is_own && FUNCTIONS.contains(&&*whole))
}

fn all_give_one<'a>(mut all: impl Iterator<Item = &'a Signature>, declared: &FileNames) -> bool {
    all.all(|signature| is_result_type(&signature.gives, declared))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree, fixture};

    #[test]
    fn names_of_the_standard_library_give_results() {
        let gives = |code: &str| is_result(&fixture::tail("a: &mut A", code));
        for code in [
            "a.parse()",
            "a.write_all(b)",
            "fs::read(a)",
            "std::fs::write(a, b)",
            "a.flush().await",
        ] {
            assert!(gives(code), "{code}");
        }
        for code in ["a.parse(b)", "a.get(1)", "b(a)", "a.read()", "self::fs(a)"] {
            assert!(!gives(code), "{code}");
        }
    }

    #[test]
    fn types_are_results_unless_the_file_has_others() {
        let items = "struct SearchResult; struct OwnResult<T>(T); type Outcome = u8; \
                     type TestResult = Result<(), E>; type CountResult = u8; fn f() { a }";
        let tree = Tree::parse(items, FileContext::default().edition).unwrap();
        let declared = FileNames::around_node(&tree.root());
        for ty in [
            "io::Result<()>",
            "fmt::Result",
            "IResult<A, B>",
            "TestResult",
        ] {
            assert!(is_result_type(ty, &declared), "{ty}");
        }
        for ty in [
            "Option<Result<u8, E>>",
            "SearchResult",
            "OtherResult",
            "OwnResult<u8>",
            "CountResult",
        ] {
            assert!(!is_result_type(ty, &declared), "{ty}");
        }
    }
}
