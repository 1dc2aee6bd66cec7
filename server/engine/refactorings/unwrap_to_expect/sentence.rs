//! Messages that state why an `unwrap` should succeed.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList, HasGenericArgs, LiteralKind},
};

use crate::syntax::{FileNames, scopes, types_shown::is_number};

/// Derives the message from the receiver, without characters that would need escaping in a string literal.
pub(super) fn of(receiver: &ast::Expr) -> Option<String> {
    match receiver {
        ast::Expr::CallExpr(call) => of_call(call),
        ast::Expr::MethodCallExpr(call) => of_method(call),
        _ => None,
    }
}

fn of_call(call: &ast::CallExpr) -> Option<String> {
    let ast::Expr::PathExpr(callee) = call.expr()? else {
        return None;
    };
    let path = callee.path()?;
    let name = path.segment()?.name_ref()?.text().to_string();
    let owner = path.qualifier()?.segment()?.name_ref()?.text().to_string();
    let declared = FileNames::around(call);
    if !declared.types(&owner).is_empty() || declared.has_module(&owner) {
        return None;
    }
    let first = call.arg_list()?.args().next();
    let literal = || literal(first.as_ref()?);
    let subject = || subject(first.as_ref()?);
    match (&*owner, &*name) {
        ("env", "var" | "var_os") => Some(format!("`{}` should be set", literal()?)),
        ("env", "current_dir") => Some("the current directory should exist".to_owned()),
        ("env", "current_exe") => Some("the path of the program should be known".to_owned()),
        ("Regex", "new") => {
            is_text(first.as_ref()?).then(|| "the pattern should be valid".to_owned())
        }
        ("Url", "parse") => Some(format!("`{}` should be a valid URL", literal()?)),
        ("File", "open") | ("fs", "read" | "read_to_string") => {
            Some(format!("`{}` should be readable", literal()?))
        }
        ("String" | "str", "from_utf8") => Some(format!("`{}` should be valid UTF-8", subject()?)),
        ("char", "from_u32") => Some(format!("`{}` should be a character", subject()?)),
        ("char", "from_digit") => Some(format!("`{}` should be a digit", subject()?)),
        (ty, "try_from") if is_number(ty) => Some(format!(
            "`{}` should fit into {} `{ty}`",
            subject()?,
            article(ty)
        )),
        _ => None,
    }
}

fn of_method(call: &ast::MethodCallExpr) -> Option<String> {
    let name = call.name_ref()?.text().to_string();
    if FileNames::around(call).has_method(&name) {
        return None;
    }
    let receiver = call.receiver()?;
    let mut arguments = call.arg_list()?.args();
    let (first, second) = (arguments.next(), arguments.next());
    match (first, second) {
        (None, _) => of_question(call, &name, &receiver),
        (Some(asked), None) => of_search(&name, &receiver, &asked),
        _ => None,
    }
}

/// The message for a method without arguments.
fn of_question(call: &ast::MethodCallExpr, name: &str, receiver: &ast::Expr) -> Option<String> {
    let about = |says: &str| subject(receiver).map(|it| format!("`{it}` should {says}"));
    match name {
        "lock" => Some("the lock should not be poisoned".to_owned()),
        "read" | "write" if FileNames::around(call).imports("RwLock") => {
            Some("the lock should not be poisoned".to_owned())
        }
        "join" => Some("the thread should not panic".to_owned()),
        "recv" => Some("a sender should still be there".to_owned()),
        "first" | "first_mut" | "last" | "last_mut" | "max" | "min" | "pop" | "pop_back"
        | "pop_front" => about("not be empty"),
        "next" | "next_back" => match receiver {
            ast::Expr::MethodCallExpr(view) if is_view(view) => about("not be empty"),
            ast::Expr::MethodCallExpr(_) => None,
            _ => about("have another item"),
        },
        "parse" => {
            let ty = wanted(call)?;
            let subject = literal(receiver).or_else(|| subject(receiver))?;
            Some(format!("`{subject}` should be a valid `{ty}`"))
        }
        "try_into" => {
            let ty = wanted(call).filter(|ty| is_number(ty))?;
            about(&format!("fit into {} `{ty}`", article(&ty)))
        }
        "to_str" | "into_string" => about("be valid UTF-8"),
        "parent" => about("have a parent"),
        "file_name" => about("have a file name"),
        "file_stem" => about("have a file stem"),
        "extension" => about("have an extension"),
        "as_ref" | "as_mut" | "as_deref" | "as_deref_mut" | "take" => match receiver {
            ast::Expr::FieldExpr(_) => about("be set"),
            _ => None,
        },
        _ => None,
    }
}

/// The message for a method that looks something up.
fn of_search(name: &str, receiver: &ast::Expr, asked: &ast::Expr) -> Option<String> {
    let list = subject(receiver)?;
    let is_lent = matches!(asked, ast::Expr::RefExpr(_)) || literal(asked).is_some();
    let wanted = literal(asked).or_else(|| subject(asked));
    match name {
        "get" | "get_mut" => {
            let wanted = wanted?;
            let counts = ["index", "idx", "position"]
                .iter()
                .any(|end| wanted.ends_with(end));
            if counts && !is_lent {
                return Some(format!("`{list}` should have an element at `{wanted}`"));
            }
            Some(format!("`{list}` should contain `{wanted}`"))
        }
        "split_once" | "rsplit_once" | "find" | "rfind" => {
            Some(format!("`{list}` should contain `{}`", literal(asked)?))
        }
        "strip_prefix" => Some(format!("`{list}` should start with `{}`", wanted?)),
        "strip_suffix" => Some(format!("`{list}` should end with `{}`", wanted?)),
        "to_digit" => Some(format!("`{list}` should be a digit")),
        _ => None,
    }
}

/// The name of a variable or field, if it is descriptive, ignoring references and views.
fn subject(expr: &ast::Expr) -> Option<String> {
    let name = match expr {
        ast::Expr::RefExpr(inner) => return subject(&inner.expr()?),
        ast::Expr::ParenExpr(inner) => return subject(&inner.expr()?),
        ast::Expr::MethodCallExpr(view) if is_view(view) => return subject(&view.receiver()?),
        ast::Expr::FieldExpr(field) => field.name_ref()?.text().to_string(),
        ast::Expr::PathExpr(_) => scopes::as_name(expr)?,
        _ => return None,
    };
    let says_something = name.len() > 2
        && name.len() < 30
        && name != "self"
        && !name.starts_with(|first: char| first.is_ascii_digit() || first == '_');
    says_something.then_some(name)
}

fn is_view(call: &ast::MethodCallExpr) -> bool {
    const VIEWS: [&str; 13] = [
        "as_bytes",
        "as_slice",
        "as_str",
        "borrow",
        "bytes",
        "chars",
        "into_iter",
        "iter",
        "iter_mut",
        "keys",
        "lines",
        "trim",
        "values",
    ];
    let has_arguments = call.arg_list().is_none_or(|it| it.args().next().is_some());
    let name = call.name_ref();
    !has_arguments && name.is_some_and(|name| VIEWS.contains(&name.text()))
}

/// The content of a string, character or number literal.
fn literal(expr: &ast::Expr) -> Option<String> {
    const LONGEST: usize = 30;
    let ast::Expr::Literal(literal) = expr else {
        return None;
    };
    let text = literal.syntax().text().to_string();
    let inside = match literal.kind() {
        LiteralKind::String(_) => text.strip_prefix('"')?.strip_suffix('"')?,
        LiteralKind::Char(_) => text.strip_prefix('\'')?.strip_suffix('\'')?,
        _ => return None,
    };
    let is_plain = !inside.trim().is_empty()
        && inside.chars().count() <= LONGEST
        && !inside.contains(['"', '\\', '`'])
        && !inside.contains(char::is_control);
    is_plain.then(|| inside.to_owned())
}

fn is_text(expr: &ast::Expr) -> bool {
    matches!(expr, ast::Expr::Literal(it) if matches!(it.kind(), LiteralKind::String(_)))
}

/// The explicit target type, from a turbofish or a type annotation.
fn wanted(call: &ast::MethodCallExpr) -> Option<String> {
    let ty = call
        .generic_arg_list()
        .map_or_else(|| declared(call), |list| behind(&list))?;
    let last = ty.rsplit("::").next()?.to_owned();
    let is_name = last.chars().all(char::is_alphanumeric) && last.len() > 1;
    is_name.then_some(last)
}

/// `::<u8>`
fn behind(list: &ast::GenericArgList) -> Option<String> {
    let text = list.syntax().text().to_string();
    let inside = text.trim_start_matches("::").strip_prefix('<')?;
    inside.strip_suffix('>').map(str::to_owned)
}

/// `let name: u8 = call.unwrap();`
fn declared(call: &ast::MethodCallExpr) -> Option<String> {
    let unwrap = call.syntax().parent().and_then(ast::MethodCallExpr::cast)?;
    let statement = ast::LetStmt::cast(unwrap.syntax().parent()?)?;
    let is_name = matches!(statement.pat()?, ast::Pat::IdentPat(_));
    let ty = statement.ty().filter(|_| is_name)?;
    Some(ty.syntax().text().to_string())
}

fn article(ty: &str) -> &'static str {
    if ty.starts_with('i') { "an" } else { "a" }
}
