//! The function to inline.

use ra_ap_syntax::{
    AstNode, AstToken, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange,
    ast::{self, HasArgList, HasAttrs, HasGenericParams, HasName, HasVisibility},
};

use super::super::{Hazard, Refusal};
use crate::syntax::{FileNames, flow};

/// A function in the same item list whose only mention is the call.
pub(super) struct Callee {
    pub(super) function: ast::Fn,
    pub(super) parameters: Vec<Parameter>,
    /// `None` for `()`.
    pub(super) gives: Option<ast::Type>,
    pub(super) body: ast::StmtList,
}

pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) pattern: ast::Pat,
    pub(super) ty: ast::Type,
    pub(super) is_mutable: bool,
}

/// Macros of the standard library without jumps of their own.
const MACROS: [&str; 19] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "matches",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

impl Callee {
    pub(super) fn of(call: &ast::CallExpr, name: &str) -> Result<Self, Refusal> {
        let function = function_of(call, name).ok_or(Refusal::NotHere)?;
        let why = |hazard, why| Err(Refusal::because(hazard, why));
        let body = function
            .body()
            .and_then(|it| it.stmt_list())
            .ok_or(Refusal::NotHere)?;
        let is_bare = function.visibility().is_none() && function.attrs().next().is_none();
        if !is_bare || has_comment_outside(&function, &body) {
            return why(
                Hazard::References,
                "The function has a visibility, an attribute or a comment that would be lost.",
            );
        }
        if mentions(&function, name) != 2 {
            return why(
                Hazard::References,
                "The function is also called or mentioned elsewhere.",
            );
        }
        let is_plain = function.generic_param_list().is_none()
            && function.where_clause().is_none()
            && function.async_token().is_none()
            && function.const_token().is_none()
            && function.unsafe_token().is_none()
            && function.abi().is_none();
        let gives = function.ret_type().and_then(|it| it.ty());
        let parameters = parameters(&function);
        let (true, Some(parameters), true) = (is_plain, parameters, gives.iter().all(is_named))
        else {
            return why(
                Hazard::Types,
                "The function is generic, or its body isn't valid elsewhere.",
            );
        };
        let count = call.arg_list().map_or(0, |it| it.args().count());
        if count != parameters.len() {
            return why(
                Hazard::Types,
                "The call has a different number of arguments.",
            );
        }
        if !flow::escapes(body.syntax()).is_empty() || !holds_known_code(body.syntax()) {
            return why(
                Hazard::ControlFlow,
                "The body contains a jump, an item or a macro that would have a different meaning in the caller.",
            );
        }
        Ok(Self {
            function,
            parameters,
            gives,
            body,
        })
    }

    /// The function with its surrounding whitespace.
    pub(super) fn with_space(&self) -> TextRange {
        let node = self.function.syntax();
        let blank = |next: Option<ra_ap_syntax::SyntaxElement>| {
            next.filter(|it| it.kind() == SyntaxKind::WHITESPACE)
                .map(|it| it.text_range())
        };
        let behind = blank(node.next_sibling_or_token());
        let range = node.text_range();
        if node.next_sibling().is_some() {
            return behind.map_or(range, |blank| range.cover(blank));
        }
        blank(node.prev_sibling_or_token()).map_or(range, |blank| range.cover(blank))
    }

    /// The range between the braces, trimmed.
    pub(super) fn inside(&self) -> Option<TextRange> {
        let (open, close) = (self.body.l_curly_token()?, self.body.r_curly_token()?);
        let first = solid(open.next_token()?, SyntaxToken::next_token)?;
        let last = solid(close.prev_token()?, SyntaxToken::prev_token)?;
        (first.text_range().start() < close.text_range().start())
            .then(|| TextRange::new(first.text_range().start(), last.text_range().end()))
    }

    /// The tail expression, if it is the whole body.
    pub(super) fn only_expression(&self) -> Option<ast::Expr> {
        let tail = self.body.tail_expr()?;
        (self.inside()? == tail.syntax().text_range()).then_some(tail)
    }

    pub(super) fn has_locals(&self) -> bool {
        let mut statements = self.body.statements();
        statements.any(|it| matches!(it, ast::Stmt::LetStmt(_)))
    }
}

fn solid(
    mut token: SyntaxToken,
    step: impl Fn(&SyntaxToken) -> Option<SyntaxToken>,
) -> Option<SyntaxToken> {
    while token.kind() == SyntaxKind::WHITESPACE {
        token = step(&token)?;
    }
    Some(token)
}

/// The only function of this name in the file, if it is declared in the same module as the call.
fn function_of(call: &ast::CallExpr, name: &str) -> Option<ast::Fn> {
    let root = call.syntax().ancestors().last()?;
    let is_it = |it: &ast::Fn| it.name().is_some_and(|it| it.text() == name);
    let mut all = root.descendants().filter_map(ast::Fn::cast).filter(is_it);
    let (Some(function), None) = (all.next(), all.next()) else {
        return None;
    };
    let list = function.syntax().parent()?;
    let is_of_module = match list.kind() {
        SyntaxKind::SOURCE_FILE => true,
        SyntaxKind::ITEM_LIST => list.parent()?.kind() == SyntaxKind::MODULE,
        _ => false,
    };
    let mut around = call.syntax().ancestors();
    let module =
        around.find(|it| matches!(it.kind(), SyntaxKind::SOURCE_FILE | SyntaxKind::ITEM_LIST))?;
    (is_of_module && module == list).then_some(function)
}

/// The number of times the file mentions a name in any role, including comments.
fn mentions(function: &ast::Fn, name: &str) -> usize {
    let Some(root) = function.syntax().ancestors().last() else {
        return 0;
    };
    let tokens = root
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let in_text = |text: &str| {
        text.split(|c| !is_word(c))
            .filter(|word| *word == name)
            .count()
    };
    let counts = tokens.map(|token| match token.kind() {
        SyntaxKind::IDENT => usize::from(token.text() == name),
        SyntaxKind::COMMENT | SyntaxKind::STRING => in_text(token.text()),
        _ => 0,
    });
    counts.sum()
}

fn has_comment_outside(function: &ast::Fn, body: &ast::StmtList) -> bool {
    let tokens = function.syntax().descendants_with_tokens();
    let mut comments = tokens
        .filter_map(NodeOrToken::into_token)
        .filter_map(ast::Comment::cast);
    let body = body.syntax().text_range();
    comments.any(|comment| !body.contains_range(comment.syntax().text_range()))
}

fn parameters(function: &ast::Fn) -> Option<Vec<Parameter>> {
    let list = function.param_list()?;
    if list.self_param().is_some() {
        return None;
    }
    let parameters = list.params().map(|parameter| {
        let ast::Pat::IdentPat(pattern) = parameter.pat()? else {
            return None;
        };
        let ty = parameter.ty().filter(is_named)?;
        let is_plain = pattern.ref_token().is_none() && pattern.pat().is_none();
        is_plain.then_some(())?;
        Some(Parameter {
            name: pattern.name()?.text().to_string(),
            is_mutable: pattern.mut_token().is_some(),
            pattern: ast::Pat::IdentPat(pattern),
            ty,
        })
    });
    parameters.collect()
}

/// Whether a type can annotate a variable.
fn is_named(ty: &ast::Type) -> bool {
    let mut kinds = ty.syntax().descendants().map(|it| it.kind());
    kinds.all(|kind| !matches!(kind, SyntaxKind::IMPL_TRAIT_TYPE | SyntaxKind::NEVER_TYPE))
}

/// Whether the code declares no items and calls only known macros of the standard library.
fn holds_known_code(body: &SyntaxNode) -> bool {
    let declared = FileNames::around_node(body);
    body.descendants().all(|node| {
        if let Some(call) = ast::MacroCall::cast(node.clone()) {
            let path = call.path().map(|path| path.to_string()).unwrap_or_default();
            let holds_more = call.token_tree().is_some_and(|it| holds_jump(&it));
            return MACROS.contains(&&*path) && !declared.has_macro(&path) && !holds_more;
        }
        !ast::Item::can_cast(node.kind())
    })
}

/// Whether macro input may leave the function.
fn holds_jump(input: &ast::TokenTree) -> bool {
    let mut tokens = input.syntax().descendants_with_tokens();
    tokens.any(|it| {
        matches!(
            it.kind(),
            SyntaxKind::RETURN_KW | SyntaxKind::QUESTION | SyntaxKind::AWAIT_KW | SyntaxKind::BANG
        )
    })
}
