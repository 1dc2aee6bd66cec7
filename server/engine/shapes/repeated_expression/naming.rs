//! Names for a variable with the value of an expression.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList, HasName},
};

use super::Repeated;

/// Maximum length of a name, in bytes.
const LONGEST: usize = 36;

/// Returns a descriptive name, or `None` if neither the expression nor its uses suggest one.
pub(super) fn name(found: &Repeated) -> Option<String> {
    let of_expression = of_expression(&found.places[0]);
    let of_uses = || found.places.iter().find_map(of_use);
    let name = of_expression.or_else(of_uses)?;
    let name = name.trim_start_matches('_').to_owned();
    (name.len() <= LONGEST && name.len() > 1).then_some(name)
}

/// The placeholder for a name that only the user can choose.
pub(super) fn placeholder(expression: &ast::Expr) -> &'static str {
    use ast::{ArithOp, BinaryOp, Expr};
    match expression {
        Expr::BinExpr(operation) => match operation.op_kind() {
            Some(BinaryOp::ArithOp(ArithOp::Add)) => "sum",
            Some(BinaryOp::ArithOp(ArithOp::Sub)) => "difference",
            Some(BinaryOp::ArithOp(ArithOp::Mul)) => "product",
            Some(BinaryOp::ArithOp(ArithOp::Div)) => "quotient",
            Some(BinaryOp::ArithOp(ArithOp::Rem)) => "remainder",
            Some(BinaryOp::ArithOp(_)) => "bits",
            _ => "condition",
        },
        _ => "text",
    }
}

fn of_expression(expression: &ast::Expr) -> Option<String> {
    let ast::Expr::MethodCallExpr(call) = expression else {
        return None;
    };
    let method = call.name_ref()?.text().to_string();
    let receiver = call.receiver()?;
    let subject = subject(&receiver);
    let with_subject = |end: &str| subject.as_ref().map(|subject| format!("{subject}_{end}"));
    let of_subject = |start: &str| subject.as_ref().map(|subject| format!("{start}_{subject}"));
    match &*method {
        "len" => Some(with_subject("len").unwrap_or_else(|| "len".to_owned())),
        "count" => counted(&receiver).map(str::to_owned),
        "to_lowercase" | "to_ascii_lowercase" => of_subject("lower").or(Some("lower".to_owned())),
        "to_uppercase" | "to_ascii_uppercase" => of_subject("upper").or(Some("upper".to_owned())),
        "to_string" => with_subject("string"),
        "to_string_lossy" => with_subject("str"),
        "to_owned" => of_subject("owned"),
        "trim" | "trim_start" | "trim_end" => Some("trimmed".to_owned()),
        "strip_prefix" | "strip_suffix" => Some("stripped".to_owned()),
        "file_name" | "file_stem" | "extension" | "parent" => Some(method),
        "as_bytes" => Some("bytes".to_owned()),
        "is_empty" => subject.map(|subject| format!("is_{subject}_empty")),
        "is_some" => of_subject("has"),
        "is_none" => of_subject("lacks"),
        "contains" | "contains_key" => {
            let sought = subject_of_argument(call)?;
            Some(format!("has_{sought}"))
        }
        "join" => joined(call),
        _ => None,
    }
}

/// The last word of the receiver.
fn subject(expression: &ast::Expr) -> Option<String> {
    let name = match expression {
        ast::Expr::ParenExpr(inner) => return subject(&inner.expr()?),
        ast::Expr::RefExpr(inner) => return subject(&inner.expr()?),
        ast::Expr::PrefixExpr(inner) => return subject(&inner.expr()?),
        ast::Expr::MethodCallExpr(call) => {
            let is_view = call
                .name_ref()
                .is_some_and(|name| name.text().starts_with("as_"));
            return is_view.then(|| subject(&call.receiver()?))?;
        }
        ast::Expr::FieldExpr(field) => field.name_ref()?.text().to_string(),
        ast::Expr::PathExpr(path) => path.path()?.as_single_name_ref()?.text().to_string(),
        _ => return None,
    };
    is_word(&name).then_some(name)
}

fn subject_of_argument(call: &ast::MethodCallExpr) -> Option<String> {
    let argument = call.arg_list()?.args().next()?;
    subject(&argument)
}

fn counted(pieces: &ast::Expr) -> Option<&'static str> {
    let ast::Expr::MethodCallExpr(call) = pieces else {
        return None;
    };
    match call.name_ref()?.text() {
        "chars" => Some("char_count"),
        "lines" => Some("line_count"),
        "split_whitespace" => Some("word_count"),
        "bytes" => Some("byte_count"),
        _ => None,
    }
}

/// `cargo_toml` for `dir.join("Cargo.toml")`, and `name_path` for `dir.join(name)`.
fn joined(call: &ast::MethodCallExpr) -> Option<String> {
    let argument = call.arg_list()?.args().next()?;
    let ast::Expr::Literal(literal) = &argument else {
        return subject_of_argument(call).map(|name| format!("{name}_path"));
    };
    let text = literal.syntax().text().to_string();
    let last = text.trim_matches('"').rsplit('/').next()?.to_owned();
    let word: String = last
        .trim_start_matches('.')
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    is_word(&word).then_some(word)
}

/// The name of the field or the variable that takes the value of a place.
fn of_use(place: &ast::Expr) -> Option<String> {
    let parent = place.syntax().parent()?;
    if let Some(field) = ast::RecordExprField::cast(parent.clone()) {
        return Some(field.name_ref()?.text().to_string());
    }
    let statement = ast::LetStmt::cast(parent)?;
    let ast::Pat::IdentPat(binding) = statement.pat()? else {
        return None;
    };
    Some(binding.name()?.text().to_string()).filter(|name| is_word(name))
}

/// Whether a name is longer than two letters and in snake case, so that it is descriptive.
fn is_word(name: &str) -> bool {
    let is_snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    name.len() > 2 && begins && name != "self" && name.chars().all(is_snake)
}
