//! The forms of a choice whose value a method returns.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList},
};

use crate::{
    shapes::{
        option_arms::{self, Arms},
        option_call::argument_of,
    },
    syntax::{
        FileNames, RustVersion, negation,
        purity::{self, may_be_made_on_use},
        scopes,
    },
    text::TextRange,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `if c { Some(v) } else { None }`
    Then,
    /// `Some(x) => Ok(x)`, `None => Err(v)`
    OkOr,
    /// `Ok(x) => Some(x)`, `Err(_) => None`
    Ok,
    /// `Some(x) => x`, `None => v`, where `v` is free to compute. Likewise for a `Result`.
    UnwrapOr,
    /// Like `UnwrapOr`, where `v` is the default of its type.
    UnwrapOrDefault,
    /// Like `UnwrapOr`, where `v` is computed only if needed.
    UnwrapOrElse,
    /// `Some(x) => f(x)`, `None => v`, and likewise for a `Result`.
    MapOr,
    /// `Some(x) => f(x)`, `None => None`, and likewise for a `Result`.
    AndThen { is_of_result: bool },
    /// `Some(x) => Some(f(x))`, `None => None`, and likewise for a `Result`.
    Map { is_of_result: bool },
    /// `Ok(x) => Ok(x)`, `Err(e) => Err(f(e))`
    MapErr,
}

impl Form {
    pub(super) fn method(self, is_lazy: bool) -> &'static str {
        match self {
            Self::Then if is_lazy => "then",
            Self::Then => "then_some",
            Self::OkOr if is_lazy => "ok_or_else",
            Self::OkOr => "ok_or",
            Self::Ok => "ok",
            Self::UnwrapOr => "unwrap_or",
            Self::UnwrapOrDefault => "unwrap_or_default",
            Self::UnwrapOrElse => "unwrap_or_else",
            Self::MapOr => "map_or",
            Self::AndThen { .. } => "and_then",
            Self::Map { .. } => "map",
            Self::MapErr => "map_err",
        }
    }

    /// Whether there is a method that takes the value eagerly.
    pub(super) fn may_be_eager(self) -> bool {
        matches!(
            self,
            Self::Then | Self::OkOr | Self::Ok | Self::UnwrapOr | Self::UnwrapOrDefault
        )
    }

    /// The Rust version that introduced the method.
    pub(super) fn version(self) -> RustVersion {
        match self {
            Self::Then => RustVersion(62),
            Self::MapOr => RustVersion(41),
            _ => RustVersion::FIRST,
        }
    }
}

pub(super) struct Parts {
    pub(super) node: SyntaxNode,
    pub(super) keyword: TextRange,
    /// The receiver of the method.
    pub(super) receiver: ast::Expr,
    pub(super) form: Form,
    /// The parameter of the closure if it is used, or `_` for an unused error.
    pub(super) held: Option<String>,
    /// The value of the closure.
    pub(super) value: ast::Expr,
    /// The default next to a closure, for the empty case.
    pub(super) default: Option<ast::Expr>,
    /// Whether the receiver is a `Result`.
    pub(super) is_of_result: bool,
}

impl Parts {
    pub(super) fn of(node: &SyntaxNode) -> Option<Self> {
        let condition = ast::IfExpr::cast(node.clone()).and_then(|choice| choice.condition());
        let parts = match condition {
            Some(condition) if !negation::contains_let(&condition) => of_if(node, condition),
            _ => of_arms(node),
        };
        // An argument is evaluated even if it isn't needed.
        parts.filter(|it| !may_be_made_on_use(it.default.as_ref().unwrap_or(&it.value)))
    }

    /// The function that could replace the closure, if the value is `F(x)` with the name of a struct or a variant.
    pub(super) fn function(&self) -> Option<ast::Expr> {
        let ast::Expr::CallExpr(call) = &self.value else {
            return None;
        };
        let callee = call.expr()?;
        let held = self.held.as_deref()?;
        let only = argument_of(&self.value, &callee.syntax().text().to_string())?;
        (scopes::as_name(&only)? == held).then_some(callee)
    }

    /// Whether a receiver needs parentheses before a method.
    pub(super) fn is_enclosed(&self) -> bool {
        matches!(
            self.receiver,
            ast::Expr::BinExpr(_) | ast::Expr::PrefixExpr(_)
        )
    }
}

fn of_if(node: &SyntaxNode, condition: ast::Expr) -> Option<Parts> {
    let choice = ast::IfExpr::cast(node.clone())?;
    let [then, other] = option_arms::branches(&choice)?;
    let value = argument_of(&then, "Some")?;
    let is_simple = match &condition {
        ast::Expr::PathExpr(_)
        | ast::Expr::FieldExpr(_)
        | ast::Expr::MethodCallExpr(_)
        | ast::Expr::CallExpr(_) => true,
        ast::Expr::BinExpr(it) => matches!(it.op_kind(), Some(ast::BinaryOp::CmpOp(_))),
        ast::Expr::PrefixExpr(it) => it.op_kind() == Some(ast::UnaryOp::Not),
        _ => false,
    };
    let is_none = scopes::as_name(&other)? == "None";
    (is_simple && is_none).then_some(Parts {
        node: node.clone(),
        keyword: choice.if_token()?.text_range(),
        receiver: condition,
        form: Form::Then,
        held: None,
        value,
        default: None,
        is_of_result: false,
    })
}

fn of_arms(node: &SyntaxNode) -> Option<Parts> {
    let arms = Arms::of(node)?;
    let held = option_arms::variable(&arms.pattern)?;
    let is_of_result = arms.holds == "Ok";
    let Found {
        form,
        given,
        value,
        default,
    } = match &*arms.holds {
        "Some" => of_option(&arms, &held)?,
        "Ok" => of_result(&arms, &held)?,
        _ => return None,
    };
    Some(Parts {
        node: node.clone(),
        keyword: arms.keyword,
        receiver: arms.value,
        form,
        held: given,
        value,
        default,
        is_of_result,
    })
}

/// What happens to a value that may be missing.
struct Found {
    form: Form,
    /// The parameter of the closure.
    given: Option<String>,
    value: ast::Expr,
    default: Option<ast::Expr>,
}

impl Found {
    fn of(form: Form, given: Option<&str>, value: ast::Expr) -> Self {
        Self {
            form,
            given: given.map(str::to_owned),
            value,
            default: None,
        }
    }
}

fn of_option(arms: &Arms, held: &str) -> Option<Found> {
    let rest = arms.rest.as_ref().map(|it| it.syntax().text().to_string());
    if !matches!(rest.as_deref(), None | Some("_" | "None")) {
        return None;
    }
    let otherwise = &arms.otherwise;
    if is(&arms.given, held) {
        let form = form_of_default(otherwise);
        return Some(Found::of(form, None, otherwise.clone()));
    }
    if let Some(value) = argument_of(otherwise, "Err") {
        let good = argument_of(&arms.given, "Ok")?;
        return is(&good, held).then(|| Found::of(Form::OkOr, None, value));
    }
    if !is(otherwise, "None") {
        return of_default(arms, held);
    }
    let is_of_result = false;
    if let Some(value) = argument_of(&arms.given, "Some") {
        let form = Form::Map { is_of_result };
        return (!is(&value, held)).then(|| Found::of(form, Some(held), value));
    }
    let form = Form::AndThen { is_of_result };
    is_asked_of(&arms.given, held).then(|| Found::of(form, Some(held), arms.given.clone()))
}

fn of_result(arms: &Arms, held: &str) -> Option<Found> {
    let name = &*name_of_error(arms)?;
    let is_nameless = name == "_";
    let otherwise = &arms.otherwise;
    if is(&arms.given, held) {
        let form = form_of_default(otherwise);
        let given = (form == Form::UnwrapOrElse).then_some(name);
        let is_seen = given.is_none() && !is_nameless;
        return (!is_seen).then(|| Found::of(form, given, otherwise.clone()));
    }
    if is_nameless && is(otherwise, "None") {
        let good = argument_of(&arms.given, "Some").filter(|good| is(good, held));
        return good.map(|_| Found::of(Form::Ok, Some(held), arms.given.clone()));
    }
    let Some(failure) = argument_of(otherwise, "Err") else {
        return of_default(arms, held).filter(|_| is_nameless);
    };
    let is_same = !is_nameless && is(&failure, name);
    let is_of_result = true;
    match argument_of(&arms.given, "Ok") {
        Some(good) if is(&good, held) && !is_same => {
            Some(Found::of(Form::MapErr, Some(name), failure))
        }
        Some(good) if is_same => Some(Found::of(Form::Map { is_of_result }, Some(held), good)),
        None if is_same && is_asked_of(&arms.given, held) => {
            let form = Form::AndThen { is_of_result };
            Some(Found::of(form, Some(held), arms.given.clone()))
        }
        _ => None,
    }
}

/// The name of the error in the other pattern, or `_` if it has none. Returns `None` for any other pattern.
fn name_of_error(arms: &Arms) -> Option<String> {
    let nameless = || Some("_".to_owned());
    let pattern = match &arms.rest {
        None | Some(ast::Pat::WildcardPat(_)) => return nameless(),
        Some(ast::Pat::TupleStructPat(pattern)) => pattern,
        Some(_) => return None,
    };
    let mut fields = pattern.fields();
    let (Some(only), None) = (fields.next(), fields.next()) else {
        return None;
    };
    if pattern.path()?.syntax().text() != "Err" {
        return None;
    }
    match only {
        ast::Pat::WildcardPat(_) => nameless(),
        named => option_arms::variable(&named),
    }
}

/// A method of the contained value, or else a default that is free to compute.
fn of_default(arms: &Arms, held: &str) -> Option<Found> {
    let default = &arms.otherwise;
    let is_method = matches!(arms.given, ast::Expr::MethodCallExpr(_));
    let is_bool = matches!(&*default.syntax().text().to_string(), "true" | "false");
    let is_short = matches!(default, ast::Expr::Literal(_) | ast::Expr::PathExpr(_));
    let is_plain = is_short && form_of_default(default) == Form::UnwrapOr;
    let is_its = is_method && !is_bool && is_plain && is_asked_of(&arms.given, held);
    is_its.then(|| Found {
        default: Some(default.clone()),
        ..Found::of(Form::MapOr, Some(held), arms.given.clone())
    })
}

fn is(expr: &ast::Expr, name: &str) -> bool {
    scopes::as_name(expr).as_deref() == Some(name)
}

/// The form that fits a default value.
fn form_of_default(value: &ast::Expr) -> Form {
    if begins_its_type(value) {
        Form::UnwrapOrDefault
    } else if purity::is_silent(value) {
        Form::UnwrapOr
    } else {
        Form::UnwrapOrElse
    }
}

/// Whether a value is the `Default` of its type: an empty string or collection.
fn begins_its_type(value: &ast::Expr) -> bool {
    const TYPES: [&str; 9] = [
        "BTreeMap", "BTreeSet", "HashMap", "HashSet", "OsString", "PathBuf", "String", "Vec",
        "VecDeque",
    ];
    let declared = FileNames::around(value);
    let text = value.syntax().text().to_string();
    let is_empty_list = text == "vec![]" && !declared.has_macro("vec");
    let is_new = text
        .strip_suffix("::new()")
        .is_some_and(|ty| TYPES.contains(&ty) && declared.types(ty).is_empty());
    let is_empty_text = match &*text {
        "\"\".to_string()" => !declared.has_method("to_string"),
        "\"\".to_owned()" => !declared.has_method("to_owned"),
        "String::from(\"\")" => declared.types("String").is_empty(),
        _ => false,
    };
    is_new || is_empty_list || is_empty_text || text == "Default::default()"
}

/// Whether an expression is a method call on the contained value, or a function call with further arguments.
fn is_asked_of(given: &ast::Expr, held: &str) -> bool {
    let is_held = |expr: &ast::Expr| scopes::as_name(expr).as_deref() == Some(held);
    match given {
        ast::Expr::MethodCallExpr(_) => {
            let root = scopes::root_of(given);
            root.is_some_and(|root| is_held(&root.into()))
        }
        ast::Expr::CallExpr(call) => {
            let arguments = call.arg_list().into_iter().flat_map(|list| list.args());
            let arguments: Vec<_> = arguments.collect();
            arguments.len() > 1 && arguments.iter().any(is_held)
        }
        _ => false,
    }
}

/// Whether some code mentions a name.
pub(super) fn mentions(code: &SyntaxNode, name: &str) -> bool {
    code.descendants_with_tokens()
        .any(|it| match it.into_token() {
            Some(token) => {
                token.text() == name
                    || (token.kind() == SyntaxKind::STRING && token.text().contains(name))
            }
            None => false,
        })
}
