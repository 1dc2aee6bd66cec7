//! The value of an expression, as far as its syntax shows.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind,
    ast::{self, BinaryOp, HasArgList},
};

use crate::syntax::{
    FileNames,
    known::{Fact, is_known},
    purity, scopes, types_shown,
};

/// Maximum length of an expression, in bytes.
pub(super) const LONGEST: usize = 200;

/// A value that is computed from variables without side effects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) is_costly: bool,
    pub(super) may_panic: bool,
    /// Whether only the length of a collection is read.
    pub(super) is_shallow: bool,
    /// The places that it is computed from, as written.
    pub(super) roots: Vec<Root>,
}

/// How a value may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number or a `bool`, or a reference to a part of the receiver.
    Copied,
    /// An owned string or path: it can be moved once, and read before that.
    Owned,
}

/// A variable with the accessed fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    pub(super) name: String,
    /// `self.a.b`
    pub(super) place: String,
}

impl Value {
    fn plain(kind: Kind) -> Self {
        Self {
            kind,
            is_costly: false,
            may_panic: false,
            is_shallow: false,
            roots: Vec::new(),
        }
    }

    pub(super) fn of(expression: &ast::Expr) -> Option<Self> {
        // A deep chain of operators may overflow the stack.
        if usize::from(expression.syntax().text_range().len()) > LONGEST {
            return None;
        }
        match expression {
            ast::Expr::ParenExpr(inner) => Self::of(&inner.expr()?),
            ast::Expr::MethodCallExpr(call) => of_method(call),
            ast::Expr::BinExpr(operation) => of_operation(operation),
            ast::Expr::MacroExpr(call) => of_format(call),
            ast::Expr::CastExpr(cast) => {
                let ty = cast.ty()?.syntax().text().to_string();
                let is_number =
                    crate::syntax::closures::is_copied_type(&ty) && !ty.starts_with('&');
                let inner = part(&cast.expr()?)?;
                is_number.then(|| inner.with_kind(Kind::Copied))
            }
            _ => None,
        }
    }

    fn with_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    fn costly(self) -> Self {
        Self {
            is_costly: true,
            ..self
        }
    }

    fn and(mut self, other: Self) -> Self {
        self.is_costly |= other.is_costly;
        self.may_panic |= other.may_panic;
        self.is_shallow &= other.is_shallow;
        self.roots.extend(other.roots);
        self
    }
}

/// Whether an expression may be a candidate. A cheap check.
pub(super) fn may_be(expression: &ast::Expr) -> bool {
    match expression {
        ast::Expr::MethodCallExpr(call) => call
            .name_ref()
            .is_some_and(|name| METHODS.iter().any(|(known, ..)| *known == name.text())),
        ast::Expr::BinExpr(operation) => matches!(
            operation.op_kind(),
            Some(BinaryOp::ArithOp(_) | BinaryOp::CmpOp(_) | BinaryOp::LogicOp(_))
        ),
        ast::Expr::MacroExpr(call) => call
            .macro_call()
            .and_then(|call| call.path())
            .is_some_and(|path| path.syntax().text() == "format"),
        _ => false,
    }
}

/// What a method returns for its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Makes {
    /// A `bool`.
    Answer,
    /// A length.
    Amount,
    /// A count that takes linear time.
    Count,
    /// Another string, from a string only.
    Text,
    /// Another string or path.
    New,
    /// Another path, from a path only.
    NewPath,
    /// A part of a string.
    PartOfText,
    /// A part of a path, if there is one.
    PartOfPath,
}

const METHODS: [(&str, usize, Makes); 33] = [
    ("as_bytes", 0, Makes::PartOfText),
    ("as_str", 0, Makes::PartOfText),
    ("contains", 1, Makes::Answer),
    ("contains_key", 1, Makes::Answer),
    ("count", 0, Makes::Count),
    ("ends_with", 1, Makes::Answer),
    ("extension", 0, Makes::PartOfPath),
    ("file_name", 0, Makes::PartOfPath),
    ("file_stem", 0, Makes::PartOfPath),
    ("is_empty", 0, Makes::Answer),
    ("is_none", 0, Makes::Answer),
    ("is_some", 0, Makes::Answer),
    ("join", 1, Makes::NewPath),
    ("len", 0, Makes::Amount),
    ("parent", 0, Makes::PartOfPath),
    ("repeat", 1, Makes::Text),
    ("replace", 2, Makes::Text),
    ("starts_with", 1, Makes::Answer),
    ("strip_prefix", 1, Makes::PartOfText),
    ("strip_suffix", 1, Makes::PartOfText),
    ("to_ascii_lowercase", 0, Makes::Text),
    ("to_ascii_uppercase", 0, Makes::Text),
    ("to_lowercase", 0, Makes::Text),
    ("to_owned", 0, Makes::Text),
    ("to_string", 0, Makes::New),
    ("to_string_lossy", 0, Makes::New),
    ("to_uppercase", 0, Makes::Text),
    ("trim", 0, Makes::PartOfText),
    ("trim_end", 0, Makes::PartOfText),
    ("trim_end_matches", 1, Makes::PartOfText),
    ("trim_start", 0, Makes::PartOfText),
    ("trim_start_matches", 1, Makes::PartOfText),
    ("with_extension", 1, Makes::NewPath),
];

fn of_method(call: &ast::MethodCallExpr) -> Option<Value> {
    let name = call.name_ref()?;
    let receiver = call.receiver()?;
    let arguments: Vec<ast::Expr> = call.arg_list()?.args().collect();
    let found = METHODS.iter().find(|(known, ..)| *known == name.text());
    let makes = found.filter(|(_, arity, _)| *arity == arguments.len())?.2;
    if FileNames::around(call).has_method(name.text()) {
        return None;
    }
    let arguments = arguments.iter().map(part).collect::<Option<Vec<_>>>()?;
    let with_arguments = |value: Value| {
        let all = arguments.iter().cloned();
        let shallow = value.is_shallow && arguments.is_empty();
        Value {
            is_shallow: shallow,
            ..all.fold(value, Value::and)
        }
    };
    let of = |receiver: &ast::Expr| part(receiver).map(with_arguments);
    match makes {
        Makes::Answer => Some(Value {
            is_shallow: matches!(name.text(), "is_empty" | "is_none" | "is_some"),
            ..of(&receiver)?.with_kind(Kind::Copied)
        }),
        Makes::Amount => Some(Value {
            is_shallow: true,
            ..of(&receiver)?.with_kind(Kind::Copied)
        }),
        Makes::Count => {
            let inner = pieces_of_text(&receiver)?;
            Some(with_arguments(inner).with_kind(Kind::Copied).costly())
        }
        Makes::Text | Makes::PartOfText if !is_text(&receiver) => None,
        Makes::NewPath | Makes::PartOfPath if !is_path(&receiver) => None,
        Makes::Text | Makes::New | Makes::NewPath => {
            Some(of(&receiver)?.with_kind(Kind::Owned).costly())
        }
        Makes::PartOfText | Makes::PartOfPath => {
            let inner = of(&receiver)?;
            // A borrow of a temporary ends with its statement.
            (inner.kind == Kind::Copied).then_some(inner)
        }
    }
}

/// The pieces that a string is split into.
fn pieces_of_text(pieces: &ast::Expr) -> Option<Value> {
    let ast::Expr::MethodCallExpr(call) = pieces else {
        return None;
    };
    let name = call.name_ref()?;
    let is_whole = matches!(
        name.text(),
        "chars" | "bytes" | "lines" | "split_whitespace"
    ) && call.arg_list()?.args().next().is_none();
    let receiver = call.receiver()?;
    (is_whole && is_text(&receiver)).then(|| part(&receiver))?
}

/// An operand of a value: a place that is read, a literal, or another value.
fn part(expression: &ast::Expr) -> Option<Value> {
    match expression {
        ast::Expr::Literal(_) => Some(Value::plain(Kind::Copied)),
        ast::Expr::ParenExpr(inner) => part(&inner.expr()?),
        ast::Expr::RefExpr(it) if it.mut_token().is_none() => part(&it.expr()?),
        ast::Expr::PrefixExpr(it) if it.op_kind() != Some(ast::UnaryOp::Neg) => part(&it.expr()?),
        ast::Expr::PathExpr(path) => Some(of_path(path, expression)),
        ast::Expr::FieldExpr(_) => {
            let root = scopes::root_of(expression)?;
            is_chain_of_fields(expression).then(|| of_path(&root, expression))
        }
        _ => Value::of(expression),
    }
}

fn of_path(path: &ast::PathExpr, whole: &ast::Expr) -> Value {
    let mut value = Value::plain(Kind::Copied);
    if let Some(name) = scopes::as_name(&path.clone().into()) {
        value.roots.push(Root {
            name,
            place: whole.syntax().text().to_string(),
        });
    }
    value
}

fn is_chain_of_fields(place: &ast::Expr) -> bool {
    match place {
        ast::Expr::PathExpr(_) => true,
        ast::Expr::FieldExpr(field) => field.expr().is_some_and(|it| is_chain_of_fields(&it)),
        _ => false,
    }
}

fn of_operation(operation: &ast::BinExpr) -> Option<Value> {
    let (left, right) = (operation.lhs()?, operation.rhs()?);
    let whole = ast::Expr::BinExpr(operation.clone());
    let is_number = match operation.op_kind()? {
        BinaryOp::ArithOp(_) => types_shown::integer(&whole).is_some(),
        BinaryOp::CmpOp(_) | BinaryOp::LogicOp(_) => purity::is_pure(&whole),
        BinaryOp::Assignment { .. } => false,
    };
    if !is_number {
        return None;
    }
    let both = part(&left)?.and(part(&right)?);
    let may_panic = both.may_panic || matches!(operation.op_kind(), Some(BinaryOp::ArithOp(_)));
    Some(Value {
        may_panic,
        is_shallow: false,
        ..both.with_kind(Kind::Copied)
    })
}

/// `format!` with variables and fields, which only calls their `Display`.
fn of_format(call: &ast::MacroExpr) -> Option<Value> {
    let call = call.macro_call()?;
    let name = call.path()?.syntax().text().to_string();
    if name != "format" || FileNames::around(&call).has_macro(&name) {
        return None;
    }
    let tokens = call.token_tree()?.syntax().descendants_with_tokens();
    let tokens = tokens.filter_map(NodeOrToken::into_token);
    let mut value = Value::plain(Kind::Owned).costly();
    let mut before = SyntaxKind::COMMA;
    let mut names = Vec::new();
    for token in tokens {
        match token.kind() {
            SyntaxKind::WHITESPACE => continue,
            SyntaxKind::STRING => names.extend(scopes::captures(token.text())),
            SyntaxKind::IDENT | SyntaxKind::SELF_KW if before != SyntaxKind::DOT => {
                names.push(token.text().to_owned());
            }
            SyntaxKind::IDENT
            | SyntaxKind::INT_NUMBER
            | SyntaxKind::COMMA
            | SyntaxKind::DOT
            | SyntaxKind::L_PAREN
            | SyntaxKind::R_PAREN => {}
            _ => return None,
        }
        if before == SyntaxKind::IDENT && token.kind() == SyntaxKind::L_PAREN {
            return None;
        }
        before = token.kind();
    }
    let root = |name: String| Root {
        place: name.clone(),
        name,
    };
    value.roots = names.into_iter().map(root).collect();
    Some(value)
}

/// Whether an expression is a string.
pub(super) fn is_text(expression: &ast::Expr) -> bool {
    match expression {
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|it| is_text(&it)),
        ast::Expr::MethodCallExpr(call) => {
            let known = call.name_ref().and_then(|name| {
                let found = METHODS.iter().find(|(known, ..)| *known == name.text());
                found.map(|(_, _, makes)| *makes)
            });
            let has_text = || call.receiver().is_some_and(|it| is_text(&it));
            match known {
                Some(Makes::New) => !FileNames::around(call).has_method("to_string"),
                Some(Makes::Text | Makes::PartOfText) => {
                    let name = call.name_ref().map(|name| name.text().to_string());
                    let is_whole = !matches!(
                        name.as_deref(),
                        Some("strip_prefix" | "strip_suffix" | "as_bytes")
                    );
                    is_whole && has_text()
                }
                _ => false,
            }
        }
        _ => types_shown::is_text_or_string(expression),
    }
}

/// Whether an expression is declared as a path.
fn is_path(expression: &ast::Expr) -> bool {
    ["Path", "PathBuf"].iter().any(|name| {
        let own = FileNames::around(expression);
        own.types(name).is_empty()
            && (types_shown::is_written_as(expression, name)
                || types_shown::is_written_as(expression, &format!("&{name}")))
    })
}

/// Whether a call of another method only reads its receiver.
pub(super) fn only_looks(call: &ast::MethodCallExpr) -> bool {
    [Fact::Looks, Fact::Views, Fact::Length]
        .iter()
        .any(|fact| is_known(call, *fact))
        || call.name_ref().is_some_and(|name| {
            METHODS.iter().any(|(known, ..)| *known == name.text())
                && !FileNames::around(call).has_method(name.text())
        })
}

/// Whether the standard library's methods and functions of this name only read.
pub(super) fn is_looking(name: &str) -> bool {
    METHODS.iter().any(|(known, ..)| *known == name)
        || crate::syntax::known::tells(name, Fact::Looks)
        || crate::syntax::known::tells(name, Fact::Views)
        || matches!(name, "Some" | "Ok" | "Err" | "display" | "to_str")
}
