//! Moves the contents of a block out by one level.

use ra_ap_syntax::{AstNode, Edition, TextSize, ast};

use crate::{
    syntax::{FileContext, FileNames, Hazard, Refusal, Signature, layout, temporaries},
    text::TextRange,
};

/// A block on its own lines whose contents can be moved.
#[derive(Debug, Clone)]
pub struct MovedOut<'a> {
    text: &'a str,
    context: FileContext,
    /// From the first token inside to the last one, including comments.
    pub inside: TextRange,
    /// The indentation of the line with the closing brace.
    pub outer_indent: &'a str,
    /// The indentation of the lines inside.
    pub inner_indent: &'a str,
    /// The additional indentation of the lines inside.
    pub unit: &'a str,
}

impl<'a> MovedOut<'a> {
    pub fn new(
        text: &'a str,
        block: &ast::BlockExpr,
        context: FileContext,
    ) -> Result<Self, Refusal> {
        let list = block.stmt_list().ok_or(Refusal::NotHere)?;
        let open = list.l_curly_token().ok_or(Refusal::NotHere)?;
        let close = list.r_curly_token().ok_or(Refusal::NotHere)?;
        let inside = TextRange::new(open.text_range().end(), close.text_range().start());
        let code = crate::text::slice(text, inside).ok_or(Refusal::NotHere)?;
        let close_at = close.text_range().start();
        let outer_indent = layout::indentation(text, close_at);
        if !code.contains('\n') || !layout::is_first_on_line(text, close_at) {
            return Err(odd_indentation());
        }
        let lead = code.len() - code.trim_start().len();
        let trail = code.trim_end().len();
        if trail <= lead {
            return Err(Refusal::NotHere);
        }
        let inner_indent = first_indent(code).ok_or_else(odd_indentation)?;
        let unit = inner_indent
            .strip_prefix(outer_indent)
            .filter(|unit| !unit.is_empty())
            .ok_or_else(odd_indentation)?;
        let size = |at: usize| TextSize::of(&code[..at]);
        Ok(Self {
            text,
            context,
            inside: TextRange::new(inside.start() + size(lead), inside.start() + size(trail)),
            outer_indent,
            inner_indent,
            unit,
        })
    }

    /// The whole contents, indented with `indent`. The first line has no indentation.
    pub fn whole(&self, indent: &str) -> Result<String, Refusal> {
        self.part(self.inside, indent)
    }

    pub fn before(&self, end: TextSize, indent: &str) -> Result<String, Refusal> {
        self.part(TextRange::new(self.inside.start(), end), indent)
    }

    pub fn after(&self, start: TextSize, indent: &str) -> Result<String, Refusal> {
        self.part(TextRange::new(start, self.inside.end()), indent)
    }

    pub fn with_semicolon(&self, tail: &ast::Expr, indent: &str) -> Result<String, Refusal> {
        let end = tail.syntax().text_range().end();
        Ok(self.before(end, indent)? + ";" + &self.after(end, indent)?)
    }

    fn part(&self, range: TextRange, indent: &str) -> Result<String, Refusal> {
        let moved = layout::moved(
            self.text,
            range,
            self.context.edition,
            self.inner_indent,
            indent,
        );
        let moved = moved.ok_or_else(odd_indentation)?;
        let gained = layout::width(self.inner_indent).saturating_sub(layout::width(indent));
        if layout::may_be_joined(&moved, self.context, indent, gained) {
            return Err(Refusal::because(
                Hazard::Text,
                "Lines that are wrapped now would fit one level further out, and their layout can't be predicted.",
            ));
        }
        Ok(moved)
    }
}

/// The indentation of the first nonblank line after that of the opening brace.
fn first_indent(code: &str) -> Option<&str> {
    let (_, lines) = code.split_once('\n')?;
    let line = lines.lines().find(|line| !line.trim().is_empty())?;
    Some(&line[..line.len() - line.trim_start().len()])
}

pub fn moved_text(code: &str, edition: Edition, from: &str, to: &str) -> Option<String> {
    let all = TextRange::up_to(TextSize::of(code));
    layout::moved(code, all, edition, from, to)
}

pub fn odd_indentation() -> Refusal {
    Refusal::because(
        Hazard::Text,
        "The lines of the block are indented inconsistently, so they can't be moved as they are.",
    )
}

/// Whether the block contains a macro statement that may declare something: `pin_mut!(a)` rebinds `a`.
pub fn has_macro_that_may_declare(block: &ast::BlockExpr) -> bool {
    macros_of(block).any(|call| !declares_nothing(&call))
}

/// Whether the block contains a macro statement in the form of those that define items: with braces, or with item syntax in its
/// input.
pub fn has_macro_that_may_make_items(block: &ast::BlockExpr) -> bool {
    macros_of(block).any(|call| {
        let input = call.token_tree().map(|input| input.syntax().to_string());
        let input = input.unwrap_or_default();
        let is_suspect = input.starts_with('{') || input == "()" || input == "[]";
        let declared = FileNames::around(&call);
        match macro_name(&call) {
            Some(name) if declared.defines_macro(&name) => declared.macro_mentions(&name, &ITEMS),
            _ => is_suspect && !declares_nothing(&call),
        }
    })
}

/// Keywords that start items.
const ITEMS: [&str; 12] = [
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "macro_rules",
    "mod",
    "static",
    "struct",
    "trait",
    "type",
    "use",
];

fn macro_name(call: &ast::MacroCall) -> Option<String> {
    let name = call.path()?.segment()?.name_ref()?;
    Some(name.text().to_string())
}

/// The macros in statement position of the block.
fn macros_of(block: &ast::BlockExpr) -> impl Iterator<Item = ast::MacroCall> {
    let statements = block.statements().filter_map(|statement| match statement {
        ast::Stmt::ExprStmt(statement) => statement.expr(),
        _ => None,
    });
    let expressions = statements.chain(block.tail_expr());
    let called = expressions.filter_map(|expression| match expression {
        ast::Expr::MacroExpr(call) => call.macro_call(),
        _ => None,
    });
    let items = block.statements().filter_map(|statement| match statement {
        ast::Stmt::Item(ast::Item::MacroCall(call)) => Some(call),
        _ => None,
    });
    called.chain(items)
}

/// Standard macros, and common names of macros for logging and early exits.
fn declares_nothing(call: &ast::MacroCall) -> bool {
    const MACROS: [&str; 29] = [
        "assert",
        "assert_eq",
        "assert_ne",
        "bail",
        "debug",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "ensure",
        "eprint",
        "eprintln",
        "error",
        "format",
        "info",
        "log",
        "matches",
        "panic",
        "print",
        "println",
        "todo",
        "trace",
        "try",
        "unimplemented",
        "unreachable",
        "vec",
        "warn",
        "warning",
        "write",
        "writeln",
    ];
    macro_name(call).is_some_and(|name| {
        MACROS.contains(&&*name) && !FileNames::around(call).defines_macro(&name)
    })
}

/// Whether the tail expression of a body without a value needs a `;` when the body becomes the function's last scope: its
/// temporaries would be dropped after the variables they borrow from.
pub fn wants_semicolon(tail: &ast::Expr, context: FileContext) -> Result<bool, Refusal> {
    match tail {
        ast::Expr::ForExpr(_) | ast::Expr::WhileExpr(_) | ast::Expr::LoopExpr(_) => Ok(false),
        ast::Expr::IfExpr(_) | ast::Expr::MatchExpr(_) => Ok(!is_free_tail(tail, context)),
        ast::Expr::BlockExpr(block) => Ok(block.tail_expr().is_some()),
        ast::Expr::MacroExpr(call) if ends_with_brace(call) => Err(Refusal::because(
            Hazard::TailTemporaries,
            "The last expression is a macro call with braces, and it is unclear whether it needs a `;`.",
        )),
        _ => Ok(true),
    }
}

/// Whether a `;` after the tail expression of a block drops its temporaries before the block's variables rather than after
/// them, as up to edition 2021. Such a change is refused if the order may be observable in the file.
pub fn semicolon_reorders_drops(
    block: &ast::BlockExpr,
    tail: &ast::Expr,
    context: FileContext,
) -> Result<bool, Refusal> {
    if must_be_used(tail) {
        return Err(Refusal::because(
            Hazard::TailTemporaries,
            "The value of the last expression must be used, and a `;` would discard it.",
        ));
    }
    let mut statements = block.statements();
    let has_variable = statements.any(|it| matches!(it, ast::Stmt::LetStmt(_)))
        || has_macro_that_may_declare(block);
    if !has_variable || is_free_tail(tail, context) || is_printed(tail) {
        return Ok(false);
    }
    if FileNames::around(tail).has_drop() {
        return Err(Refusal::because(
            Hazard::TailTemporaries,
            "The block's variables and the temporaries of its last expression would be dropped in a different order.",
        ));
    }
    Ok(true)
}

/// Whether the file declares the function called last as `#[must_use]`.
fn must_be_used(tail: &ast::Expr) -> bool {
    let declared = FileNames::around(tail);
    let is_marked = |found: &[Signature]| found.iter().any(|function| function.must_use);
    match tail {
        ast::Expr::MethodCallExpr(call) => call
            .name_ref()
            .is_some_and(|name| is_marked(declared.methods(name.text()))),
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|callee| callee.syntax().text().to_string());
            let callee = callee.unwrap_or_default();
            is_marked(declared.functions(callee.rsplit("::").next().unwrap_or_default()))
        }
        ast::Expr::AwaitExpr(inner) => inner.expr().is_some_and(|inner| must_be_used(&inner)),
        _ => false,
    }
}

/// Standard macros drop what they print in their own block.
fn is_printed(tail: &ast::Expr) -> bool {
    const MACROS: [&str; 8] = [
        "assert",
        "assert_eq",
        "assert_ne",
        "eprint",
        "eprintln",
        "panic",
        "print",
        "println",
    ];
    let ast::Expr::MacroExpr(call) = tail else {
        return false;
    };
    let path = call.macro_call().and_then(|call| call.path());
    let name = path.map(|path| path.syntax().text().to_string());
    name.is_some_and(|name| MACROS.contains(&&*name) && !FileNames::around(tail).has_macro(&name))
}

fn ends_with_brace(call: &ast::MacroExpr) -> bool {
    call.syntax().text().to_string().ends_with('}')
}

/// Whether a tail expression keeps no temporaries beyond the block. Edition 2024 drops them before the variables.
pub fn is_free_tail(tail: &ast::Expr, context: FileContext) -> bool {
    if context.edition.at_least_2024() {
        return true;
    }
    match tail {
        ast::Expr::IfExpr(choice) => is_free_choice(choice),
        ast::Expr::MatchExpr(choice) => choice
            .expr()
            .is_some_and(|value| temporaries::makes_none(&value)),
        ast::Expr::ForExpr(_) | ast::Expr::WhileExpr(_) | ast::Expr::LoopExpr(_) => true,
        ast::Expr::BlockExpr(block) => block
            .tail_expr()
            .is_none_or(|tail| is_free_tail(&tail, context)),
        _ => temporaries::makes_none(tail),
    }
}

/// A condition drops its temporaries at its end, but a scrutinee keeps them until the end of the `if`.
fn is_free_choice(choice: &ast::IfExpr) -> bool {
    let mut matched = choice
        .syntax()
        .children()
        .filter(|child| !ast::BlockExpr::can_cast(child.kind()))
        .flat_map(|child| child.descendants())
        .filter_map(ast::LetExpr::cast);
    matched.all(|matched| {
        matched
            .expr()
            .is_some_and(|it| temporaries::makes_none(&it))
    })
}
