//! What leaves the selection other than by its end, and how the new function tells its caller of it.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList},
};

use super::NotExtracted;
use crate::syntax::{
    Source,
    flow::{self, BodyOf, Escape},
};

/// The ways out of a selection, and what each becomes.
pub(super) struct Exits {
    pub(super) awaits: bool,
    /// Whether the new function's result is an `Ok` or a `Some` that the caller takes with `?`.
    pub(super) layer: Option<&'static str>,
    pub(super) leave: Leave,
    /// The jumps, without those that stay as they are.
    pub(super) jumps: Vec<Jump>,
    /// Whether a `return` stays as it is, since a `?` in the caller does the same.
    keeps_return: bool,
}

/// How the caller goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leave {
    /// Behind the call, always.
    Never,
    /// The old function ends with the new one, whose result is its own.
    Whole {
        /// Whether the call is the value of the function as it stands.
        is_tail: bool,
    },
    /// All that is told is that it leaves, which it does with these words.
    Told {
        words: String,
        /// Whether it always leaves.
        is_certain: bool,
    },
    /// With a value that the new function gives.
    Carries {
        /// `return`, or `break` and its label.
        words: String,
        /// What is around the value where it leaves.
        wrapper: Option<&'static str>,
        /// An expression whose type is asked, where the function's result doesn't tell it.
        is_break: bool,
        /// Whether it always leaves.
        is_certain: bool,
    },
}

/// An expression that leaves the selection.
pub(super) struct Jump {
    pub(super) node: SyntaxNode,
    pub(super) value: Option<ast::Expr>,
    /// Whether it only ends the selection.
    pub(super) is_end: bool,
}

/// A `return`, `break` or `continue` before it is known what it becomes.
struct Found {
    node: SyntaxNode,
    value: Option<ast::Expr>,
    escape: Escape,
}

/// Where a selection stands.
pub(super) struct Around<'a> {
    pub(super) source: &'a Source,
    pub(super) function: &'a ast::Fn,
    pub(super) list: Option<&'a ast::StmtList>,
    pub(super) statements: &'a [SyntaxNode],
    /// Whether nothing of its block stands behind it.
    pub(super) is_last: bool,
    /// Whether it has a value that its block or its statement goes on with.
    pub(super) has_value: bool,
}

impl Exits {
    pub(super) fn of(around: &Around<'_>) -> Result<Self, NotExtracted> {
        let (mut awaits, mut has_try) = (false, false);
        let mut found = Vec::new();
        for (node, escape) in around.statements.iter().flat_map(flow::exits) {
            match escape {
                Escape::Await => awaits = true,
                Escape::Try => has_try = true,
                Escape::Yield => {
                    return Err(around.refused(&node, "A `yield` leaves the selection"));
                }
                Escape::Return | Escape::Break(_) | Escape::Continue(_) => {
                    let value = node.children().find_map(ast::Expr::cast);
                    found.push(Found {
                        node,
                        value,
                        escape,
                    });
                }
            }
        }
        if let Some(is_tail) = around.ends_function(&found) {
            return Ok(Self {
                awaits,
                keeps_return: true,
                layer: None,
                leave: Leave::Whole { is_tail },
                jumps: Vec::new(),
            });
        }
        around.coded(found, awaits, has_try)
    }
}

impl Exits {
    /// Whether the selection never goes on behind its end.
    pub(super) fn always(&self) -> bool {
        match self.leave {
            Leave::Never => false,
            Leave::Whole { .. } => true,
            Leave::Told { is_certain, .. } | Leave::Carries { is_certain, .. } => is_certain,
        }
    }

    /// Whether a variable may be moved in the selection without being missed behind it.
    pub(super) fn may_hide_moves(&self) -> bool {
        self.always() || self.keeps_return || self.jumps.iter().any(|it| it.value.is_some())
    }
}

impl Around<'_> {
    fn refused(&self, node: &SyntaxNode, why: &str) -> NotExtracted {
        let line = self.source.lines.line(node.text_range().start()) + 1;
        NotExtracted(format!("{why} at line {line}.").into())
    }

    /// Whether nothing of the function is run behind the selection, and whether its value is that of the function there.
    fn ends_function(&self, found: &[Found]) -> Option<bool> {
        if found.iter().any(|it| it.escape != Escape::Return) {
            return None;
        }
        let list = self.list?;
        let block = list.syntax().parent().and_then(ast::BlockExpr::cast)?;
        let is_end = self.is_last && flow::gives_result(&block);
        let has_result = self.function.ret_type().is_some();
        let diverges = self.diverges() && !found.is_empty();
        if is_end && (diverges || self.has_value || !has_result) {
            return Some(true);
        }
        diverges.then_some(false)
    }

    /// Whether the end of the selection is never reached.
    fn diverges(&self) -> bool {
        let last = self.statements.last().cloned();
        let last = last.map(flow::without_semicolon).and_then(ast::Expr::cast);
        last.is_some_and(|it| flow::expr_diverges(&it))
    }

    fn coded(&self, found: Vec<Found>, awaits: bool, has_try: bool) -> Result<Exits, NotExtracted> {
        let maker = result_maker(self.function);
        let is_error = |it: &Found| {
            let Some(value) = it.value.as_ref().filter(|_| it.escape == Escape::Return) else {
                return false;
            };
            match maker {
                Some("Ok") => is_call_of(value, "Err"),
                Some("Some") => value.syntax().text() == "None",
                _ => false,
            }
        };
        let has_error = found.iter().any(is_error);
        let layer = (has_try || has_error).then_some(maker).flatten();
        if has_try && layer.is_none() {
            return Err(NotExtracted::new(
                "A `?` leaves the selection, and the function's result doesn't show how.",
            ));
        }
        let open: Vec<Found> = found.into_iter().filter(|it| !is_error(it)).collect();
        let (ends, open): (Vec<Found>, Vec<Found>) =
            open.into_iter().partition(|it| self.only_ends(&it.escape));
        let leave = self.leave(&open, layer)?;
        let as_jump = |is_end| {
            move |it: Found| Jump {
                node: it.node,
                value: it.value,
                is_end,
            }
        };
        let open = open.into_iter().map(as_jump(false));
        let jumps = ends.into_iter().map(as_jump(true)).chain(open);
        Ok(Exits {
            awaits,
            layer,
            leave,
            jumps: jumps.collect(),
            keeps_return: has_error,
        })
    }

    /// Whether a `continue` goes where the end of the selection goes too.
    fn only_ends(&self, escape: &Escape) -> bool {
        let Escape::Continue(label) = escape else {
            return false;
        };
        let block = self.list.and_then(|list| list.syntax().parent());
        let Some(BodyOf::Loop(around)) = block
            .and_then(ast::BlockExpr::cast)
            .and_then(|block| flow::body_of(&block))
        else {
            return false;
        };
        let own = around.children().find_map(ast::Label::cast);
        let own = own.and_then(|it| Some(it.lifetime()?.syntax().text().to_string()));
        self.is_last && !self.diverges() && (label.is_none() || *label == own)
    }

    fn leave(&self, open: &[Found], layer: Option<&'static str>) -> Result<Leave, NotExtracted> {
        let Some(first) = open.first() else {
            return Ok(Leave::Never);
        };
        if let Some(other) = open.iter().find(|it| it.escape != first.escape) {
            return Err(self.refused(&other.node, MIXED));
        }
        let is_certain = self.diverges();
        if is_certain && self.list.is_none() {
            return Err(self.refused(&first.node, "An expression that always leaves is selected"));
        }
        let words = first.node.text().to_string();
        let is_same = open.iter().all(|it| it.node.text() == words.as_str());
        if is_same && first.value.as_ref().is_none_or(is_constant) {
            return Ok(Leave::Told { words, is_certain });
        }
        let values: Vec<&ast::Expr> = open.iter().filter_map(|it| it.value.as_ref()).collect();
        if values.len() < open.len() {
            return Err(self.refused(&first.node, MIXED));
        }
        let is_break = first.escape != Escape::Return;
        let maker = result_maker(self.function).filter(|_| !is_break);
        let wrapper = maker.filter(|maker| values.iter().all(|it| is_call_of(it, maker)));
        if layer.is_some() && wrapper.is_none() && !is_break {
            let why = "A `return` of a whole result leaves the selection beside a `?`";
            return Err(self.refused(&first.node, why));
        }
        let words = match &first.escape {
            Escape::Break(Some(label)) => format!("break {label}"),
            Escape::Break(None) => "break".to_owned(),
            _ => "return".to_owned(),
        };
        Ok(Leave::Carries {
            words,
            wrapper,
            is_break,
            is_certain,
        })
    }
}

const MIXED: &str = "Jumps of several kinds leave the selection, the last of them";

/// What makes the function's result of a value, if it is an `Option` or a `Result` by its words.
pub(super) fn result_maker(function: &ast::Fn) -> Option<&'static str> {
    let ast::Type::PathType(path) = function.ret_type()?.ty()? else {
        return None;
    };
    let name = path.path()?.segment()?.name_ref()?;
    match name.text() {
        "Result" => Some("Ok"),
        "Option" => Some("Some"),
        _ => None,
    }
}

/// Whether an expression calls a variant with one value.
fn is_call_of(expr: &ast::Expr, variant: &str) -> bool {
    let ast::Expr::CallExpr(call) = expr else {
        return false;
    };
    let callee = call.expr().map(|it| it.syntax().text().to_string());
    callee.as_deref() == Some(variant) && call.arg_list().is_some_and(|it| it.args().count() == 1)
}

/// The value in a call of a variant.
pub(super) fn wrapped(expr: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::CallExpr(call) = expr else {
        return None;
    };
    call.arg_list()?.args().next()
}

/// Whether an expression means the same wherever it stands in the function, and does nothing.
fn is_constant(expr: &ast::Expr) -> bool {
    let is_upper = |text: &str| text.starts_with(char::is_uppercase);
    match expr {
        ast::Expr::Literal(_) => true,
        ast::Expr::PathExpr(path) => {
            let name = path.path().and_then(|it| it.segment());
            name.is_some_and(|it| is_upper(&it.syntax().text().to_string()))
        }
        ast::Expr::PrefixExpr(inner) => {
            inner.op_kind() == Some(ast::UnaryOp::Neg)
                && matches!(inner.expr(), Some(ast::Expr::Literal(_)))
        }
        ast::Expr::TupleExpr(tuple) => tuple.fields().all(|it| is_constant(&it)),
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|it| it.syntax().text().to_string());
            let callee = callee.unwrap_or_default();
            let is_empty = ["String::new", "Vec::new"].contains(&&*callee);
            let is_variant = ["Ok", "Some", "Err"].contains(&&*callee);
            let mut args = call.arg_list().into_iter().flat_map(|it| it.args());
            (is_empty || is_variant) && args.all(|it| is_constant(&it))
        }
        _ => false,
    }
}

/// Whether a jump is all of an arm.
pub(super) fn is_arm(jump: &SyntaxNode) -> bool {
    jump.parent()
        .is_some_and(|it| it.kind() == SyntaxKind::MATCH_ARM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        extraction::Selection,
        syntax::FileContext,
        text::{TextRange, TextSize},
    };

    /// Of what stands between `[` and `]`.
    fn exits(marked: &str) -> Result<Exits, NotExtracted> {
        let (start, end) = (marked.find('[').unwrap(), marked.find(']').unwrap() - 1);
        let text = marked.replacen(['[', ']'], "", 2);
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        let at = |at: usize| TextSize::try_from(at).unwrap();
        let range = TextRange::new(at(start), at(end));
        Selection::of(&source, &source.root(), range).map(|it| it.exits)
    }

    fn leave(marked: &str) -> Leave {
        exits(marked).unwrap().leave
    }

    fn told(words: &str, is_certain: bool) -> Leave {
        let words = words.to_owned();
        Leave::Told { words, is_certain }
    }

    #[test]
    fn what_always_means_the_same_is_told_without_a_value() {
        for (text, words) in [
            ("fn f() { [if a() { return; }] b(); }", "return"),
            ("fn f() -> i8 { [if a() { return -1; }] b() }", "return -1"),
            (
                "fn f() { loop { [if a() { continue; }] b(); } }",
                "continue",
            ),
            (
                "fn f() { 'a: loop { [loop { break 'a; }] b(); } }",
                "break 'a",
            ),
        ] {
            assert_eq!(leave(text), told(words, false), "{text}");
        }
        let ends = "fn f() { loop { if a() { [b(); break;] } } }";
        assert_eq!(leave(ends), told("break", true));
    }

    #[test]
    fn values_are_carried_without_what_is_around_all_of_them() {
        let carried = |wrapper| Leave::Carries {
            words: "return".to_owned(),
            wrapper,
            is_break: false,
            is_certain: false,
        };
        let text = "fn f() -> Option<u8> { [if let Some(a) = a() { return Some(a); }] None }";
        assert_eq!(leave(text), carried(Some("Some")));
        let text = "fn f() -> u8 { [if let Some(a) = a() { return a; }] 1 }";
        assert_eq!(leave(text), carried(None));
    }

    #[test]
    fn what_a_question_mark_does_too_stays_as_it_is() {
        let found =
            exits("fn f() -> Result<(), E> { [if a() { return Err(b()); }] Ok(()) }").unwrap();
        assert_eq!((found.layer, &found.leave), (Some("Ok"), &Leave::Never));
        assert!(found.jumps.is_empty());
        let found = exits("fn f() -> Option<u8> { [if a() { return Some(b()?); }] None }").unwrap();
        assert_eq!(found.layer, Some("Some"));
    }

    #[test]
    fn what_ends_the_function_keeps_its_returns() {
        let tail = Leave::Whole { is_tail: true };
        assert_eq!(leave("fn f() -> u8 { [if a() { return 1; } b()] }"), tail);
        assert_eq!(leave("fn f() { a(); [if b() { return; } c();] }"), tail);
        let inside = "fn f() -> u8 { if a() { [b(); return c();] } 1 }";
        assert_eq!(leave(inside), Leave::Whole { is_tail: false });
    }

    #[test]
    fn a_continue_at_the_end_of_its_loop_is_no_jump() {
        let found = exits("fn f() { for a in b() { [if a { continue; } c();] } }").unwrap();
        assert_eq!(found.leave, Leave::Never);
        assert!(found.jumps[0].is_end);
    }

    #[test]
    fn jumps_of_several_kinds_are_refused() {
        for text in [
            "fn f() { loop { [if a() { break; } if b() { continue; }] c(); } }",
            "fn f() -> u8 { loop { [if a() { return 1; } if b() { break; }] c(); } }",
            "fn f() -> Result<u8, E> { [if a()? { return b(); }] Ok(1) }",
        ] {
            assert!(exits(text).is_err(), "{text}");
        }
    }
}
