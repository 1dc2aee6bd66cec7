//! `a.map(f).unwrap_or(false)`: a test of the contained value, which `is_some_and`, `is_none_or` and `is_ok_and` express by
//! name.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, BinaryOp, HasArgList, HasGenericArgs, LiteralKind, UnaryOp},
};

use super::{
    option_arms::check_place,
    option_call::{Called, Position},
};
use crate::{
    syntax::{
        FileContext, FileNames, Hazard, Refusal, Rewrite, RustVersion,
        layout::{self, width},
        types_shown::{self, head_of},
    },
    text::{TextRange, TextSize, slice},
};

/// Two calls that a single one can replace.
#[derive(Debug, Clone)]
pub struct MappedDefault<'a> {
    /// The name of the first method.
    pub keyword: TextRange,
    /// The default for the empty case.
    pub otherwise: TextRange,
    /// The method that replaces both.
    pub method: &'static str,
    pub rewrite: Rewrite<'a>,
}

struct Parts {
    outer: ast::MethodCallExpr,
    receiver: ast::Expr,
    map: ast::NameRef,
    arguments: ast::ArgList,
    otherwise: ast::Expr,
    method: &'static str,
    version: RustVersion,
}

impl<'a> MappedDefault<'a> {
    /// Returns the shape at the outer call. rustc has to check the types.
    pub fn of(
        call: &ast::MethodCallExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<Self, Refusal> {
        let parts = Parts::of(call).ok_or(Refusal::NotHere)?;
        let names = [parts.method, "map", "unwrap_or"];
        check_place(call.syntax(), context, parts.version, &names)?;
        if parts.is_turned() {
            return Err(Refusal::because(
                Hazard::Negation,
                "For the negation, another method would be better.",
            ));
        }
        let rewrite = parts
            .rewrite(text, context)
            .ok_or_else(Refusal::of_layout)?;
        let statement = parts.statement();
        if may_be_joined(&statement, &rewrite, text, context) {
            return Err(Refusal::because(
                Hazard::Text,
                "Lines that are wrapped now would fit, and their layout can't be predicted.",
            ));
        }
        Ok(Self {
            keyword: parts.map.syntax().text_range(),
            otherwise: parts.otherwise.syntax().text_range(),
            method: parts.method,
            rewrite,
        })
    }
}

impl Parts {
    fn of(outer: &ast::MethodCallExpr) -> Option<Self> {
        if outer.name_ref()?.text() != "unwrap_or" {
            return None;
        }
        let mut defaults = outer.arg_list()?.args();
        let (otherwise, None) = (defaults.next()?, defaults.next()) else {
            return None;
        };
        let ast::Expr::Literal(literal) = &otherwise else {
            return None;
        };
        let LiteralKind::Bool(value) = literal.kind() else {
            return None;
        };
        let ast::Expr::MethodCallExpr(inner) = outer.receiver()? else {
            return None;
        };
        let map = inner.name_ref().filter(|it| it.text() == "map")?;
        let arguments = inner.arg_list()?;
        let receiver = inner.receiver()?;
        let is_plain = inner.generic_arg_list().is_none() && arguments.args().count() == 1;
        let (method, version) = match (value, is_result(&receiver)?) {
            (false, false) => ("is_some_and", RustVersion(70)),
            (false, true) => ("is_ok_and", RustVersion(70)),
            (true, false) => ("is_none_or", RustVersion(82)),
            // `Result` has no such method.
            (true, true) => return None,
        };
        is_plain.then(|| Self {
            outer: outer.clone(),
            receiver,
            map,
            arguments,
            otherwise,
            method,
            version,
        })
    }

    /// Whether the whole is negated by a `!`, and the condition has an idiomatic opposite.
    fn is_turned(&self) -> bool {
        let around = self.outer.syntax().parent().and_then(ast::PrefixExpr::cast);
        let is_not = around.is_some_and(|it| it.op_kind() == Some(UnaryOp::Not));
        if is_not && self.method == "is_none_or" {
            return true;
        }
        let has_opposite = match self.arguments.args().next() {
            Some(ast::Expr::ClosureExpr(closure)) => match closure.body() {
                Some(ast::Expr::BinExpr(it)) => matches!(it.op_kind(), Some(BinaryOp::CmpOp(_))),
                Some(ast::Expr::PrefixExpr(it)) => it.op_kind() == Some(UnaryOp::Not),
                _ => false,
            },
            _ => false,
        };
        is_not && has_opposite
    }

    /// The enclosing statement or value, whose lines may be reformatted.
    fn statement(&self) -> SyntaxNode {
        let around = self.outer.syntax().ancestors();
        let mut around = around.take_while(|node| node.kind() != SyntaxKind::STMT_LIST);
        let last = around.by_ref().last();
        last.unwrap_or_else(|| self.outer.syntax().clone())
    }

    fn rewrite<'a>(&self, text: &'a str, context: FileContext) -> Option<Rewrite<'a>> {
        let whole = self.outer.syntax().text_range();
        let arguments = self.arguments.syntax().text_range();
        let asked = slice(text, arguments)?;
        let receiver = self.receiver.syntax().text_range();
        let call = Rewrite::part(text)
            .text(".")
            .text(self.method)
            .keep(arguments);
        if !slice(text, whole)?.contains('\n') {
            return Some(Rewrite::of(text, whole).keep(receiver).put(call));
        }
        if asked.contains('\n') {
            return None;
        }
        if let Some(position) = Position::of(self.outer.syntax(), text) {
            let called = Called {
                node: self.outer.syntax(),
                whole,
                position,
                value: &self.receiver,
                view: "",
                is_enclosed: false,
            };
            if let Some(rewrite) = called.with(call.clone(), text, context) {
                return Some(rewrite);
            }
        }
        self.in_lines(call, text, context)
    }

    /// Writes a chain with one call per line, as it is too long for a single line.
    fn in_lines<'a>(
        &self,
        call: Rewrite<'a>,
        text: &'a str,
        context: FileContext,
    ) -> Option<Rewrite<'a>> {
        let whole = self.outer.syntax().text_range();
        let receiver = self.receiver.syntax().text_range();
        let start = self.map.syntax().text_range().start();
        let dot = start.checked_sub(TextSize::of("."))?;
        let code = slice(text, receiver)?;
        let joined = layout::on_one_line(code);
        let is_chain = code
            .lines()
            .skip(1)
            .all(|line| line.trim_start().starts_with('.'));
        let is_long = width(&joined) + width(call.written()) > context.width.share(60);
        let is_even = layout::is_first_on_line(text, dot) && is_chain && is_long;
        let line = layout::indentation(text, dot);
        let fits = width(line) + width(call.written()) < context.width.max();
        let gap = slice(text, TextRange::new(receiver.end(), dot))?;
        (is_even && fits).then(|| Rewrite::of(text, whole).keep(receiver).text(gap).put(call))
    }
}

/// Whether lines of the enclosing statement would fit on one line after the change.
fn may_be_joined(
    statement: &SyntaxNode,
    rewrite: &Rewrite<'_>,
    text: &str,
    context: FileContext,
) -> bool {
    let whole = statement.text_range();
    let range = rewrite.range();
    let before = slice(text, TextRange::new(whole.start(), range.start())).unwrap_or_default();
    let behind = slice(text, TextRange::new(range.end(), whole.end())).unwrap_or_default();
    let written = format!("{before}{}{behind}", rewrite.written());
    let own = slice(text, range).unwrap_or_default();
    let gained = width(&layout::on_one_line(own)) - width(&layout::on_one_line(rewrite.written()));
    let indent = layout::indentation(text, whole.start());
    written.contains('\n') && layout::may_be_joined(&written, context, indent, gained)
}

/// Whether a value is a `Result` rather than an `Option`, judging by its written type, or by the name of the function that
/// returns it. Returns `None` if nothing is known about the function.
fn is_result(receiver: &ast::Expr) -> Option<bool> {
    const METHODS: [&str; 18] = [
        "binary_search",
        "canonicalize",
        "duration_since",
        "elapsed",
        "join",
        "lock",
        "metadata",
        "ok_or",
        "ok_or_else",
        "output",
        "parse",
        "read_dir",
        "recv",
        "status",
        "symlink_metadata",
        "try_into",
        "try_lock",
        "try_recv",
    ];
    const FUNCTIONS: [&str; 9] = [
        "Pattern::new",
        "Regex::new",
        "fs::",
        "env::var",
        "::parse",
        "from_utf8",
        "from_str",
        "try_from",
        "File::",
    ];
    let written = types_shown::owned(receiver).and_then(|it| it.written);
    if let Some(ty) = written {
        return Some(head_of(&ty).ends_with("Result"));
    }
    match receiver {
        ast::Expr::MethodCallExpr(call) => {
            let name = call.name_ref()?;
            let is_known = METHODS.contains(&name.text()) || name.text().starts_with("try_");
            Some(is_known || declared(receiver, name.text()).unwrap_or(false))
        }
        ast::Expr::CallExpr(call) => {
            let callee = call.expr()?.syntax().text().to_string();
            if FUNCTIONS.iter().any(|it| callee.contains(it)) {
                return Some(true);
            }
            declared(receiver, callee.rsplit("::").next()?)
        }
        ast::Expr::AwaitExpr(it) => is_result(&it.expr()?),
        _ => Some(false),
    }
}

/// Whether a function of that name in the file returns a `Result`. Returns `None` if it returns neither that nor an `Option`.
fn declared(receiver: &ast::Expr, name: &str) -> Option<bool> {
    let names = FileNames::around(receiver);
    let mut gives = names.called(name).map(|it| head_of(&it.gives).to_owned());
    let first = gives.next()?;
    let is_one = gives.all(|it| it == first);
    match &*first {
        "Option" if is_one => Some(false),
        ty if is_one && ty.ends_with("Result") => Some(true),
        _ => None,
    }
}
