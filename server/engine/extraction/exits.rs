//! Exits from the selection other than by its end, and how the new function reports them to its caller.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList},
};

use super::{NotExtracted, scope::Scope};
use crate::syntax::{
    Source,
    flow::{self, BodyOf, Escape},
};

/// The exits from a selection, and what each becomes.
pub(super) struct Exits {
    pub(super) awaits: bool,
    /// The `Ok` or `Some` around the new function's result, if the caller unwraps it with `?`.
    pub(super) layer: Option<&'static str>,
    pub(super) leave: Leave,
    /// The jumps, except for those that stay unchanged.
    pub(super) jumps: Vec<Jump>,
    /// Whether a `return` stays unchanged, since a `?` in the caller has the same effect.
    keeps_return: bool,
}

/// How the caller continues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Leave {
    /// Always after the call.
    Never,
    /// The old function ends with the call, and returns its result.
    Whole {
        /// Whether the call is the function's tail expression unchanged.
        is_tail: bool,
    },
    /// With this jump, without further data.
    Told {
        words: String,
        /// Whether it always exits.
        is_certain: bool,
    },
    /// With a jump and a value that the new function returns.
    Carries {
        carried: Carried,
        /// Whether it always exits.
        is_certain: bool,
    },
    /// With one of several jumps.
    Several(Several),
}

/// Jumps with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carried {
    /// `return`, or `break` and its label.
    pub(super) words: String,
    /// The wrapper around the value at the jump.
    pub(super) wrapper: Option<&'static str>,
    /// Whether the value's type has to be probed, since no signature contains it.
    pub(super) is_break: bool,
}

/// Different kinds of jumps, at most one of each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Several {
    pub(super) carried: Option<Carried>,
    /// The source text of a `break` or a `return` without varying data.
    pub(super) stop: Option<String>,
    /// `continue`, with its label.
    pub(super) skip: Option<String>,
    pub(super) is_certain: bool,
}

/// How the caller handles a jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// As the end of the selection.
    End,
    Carried,
    Stop,
    Skip,
}

/// An expression that exits from the selection.
pub(super) struct Jump {
    pub(super) node: SyntaxNode,
    pub(super) value: Option<ast::Expr>,
    pub(super) role: Role,
}

/// A `return`, `break` or `continue` before its role is known.
struct Found {
    node: SyntaxNode,
    value: Option<ast::Expr>,
    escape: Escape,
}

/// The context of a selection.
pub(super) struct Around<'a> {
    pub(super) source: &'a Source,
    pub(super) scope: &'a Scope,
    pub(super) list: Option<&'a ast::StmtList>,
    pub(super) statements: &'a [SyntaxNode],
    /// Whether it ends its block.
    pub(super) is_last: bool,
    /// Whether its value is used by its block or its statement.
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
                    return Err(around.refused(&node, "A `yield` exits the selection"));
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
        has_try |= around
            .statements
            .iter()
            .any(|it| calls_try(around.source, it));
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
    /// Whether the end of the selection is never reached.
    pub(super) fn always(&self) -> bool {
        match self.leave {
            Leave::Never => false,
            Leave::Whole { .. } => true,
            Leave::Told { is_certain, .. }
            | Leave::Carries { is_certain, .. }
            | Leave::Several(Several { is_certain, .. }) => is_certain,
        }
    }

    /// Whether a move in the selection may go unnoticed by a use after it.
    pub(super) fn may_hide_moves(&self) -> bool {
        self.always() || self.keeps_return || self.jumps.iter().any(|it| it.value.is_some())
    }
}

impl Around<'_> {
    fn refused(&self, node: &SyntaxNode, why: &str) -> NotExtracted {
        let line = self.source.lines.line(node.text_range().start()) + 1;
        NotExtracted(format!("{why} at line {line}.").into())
    }

    /// Whether the function ends after the selection, and if so, whether the selection's value is its result.
    fn ends_function(&self, found: &[Found]) -> Option<bool> {
        if found.iter().any(|it| it.escape != Escape::Return) {
            return None;
        }
        let list = self.list?;
        let block = list.syntax().parent().and_then(ast::BlockExpr::cast)?;
        let is_end = self.is_last && flow::gives_result(&block);
        let has_result = self.scope.has_result();
        let diverges = self.diverges() && !found.is_empty();
        if is_end && (diverges || self.has_value || !has_result) {
            return Some(true);
        }
        diverges.then_some(false)
    }

    /// Whether the last statement diverges.
    fn diverges(&self) -> bool {
        let last = self.statements.last().cloned();
        let last = last.map(flow::without_semicolon).and_then(ast::Expr::cast);
        last.is_some_and(|it| flow::expr_diverges(&it))
    }

    fn coded(&self, found: Vec<Found>, awaits: bool, has_try: bool) -> Result<Exits, NotExtracted> {
        let may_tell = has_try || !found.is_empty();
        let maker = may_tell.then(|| self.scope.maker()).flatten();
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
                "The selection contains `?`, and the return type of the function isn't a known `Result` or `Option`.",
            ));
        }
        let open: Vec<Found> = found.into_iter().filter(|it| !is_error(it)).collect();
        let (ends, open): (Vec<Found>, Vec<Found>) =
            open.into_iter().partition(|it| self.only_ends(&it.escape));
        let leave = self.leave(&open, layer)?;
        let ends = ends.into_iter().map(|it| (Role::End, it));
        let open = open.into_iter().map(|it| (leave.role(&it), it));
        let jumps = ends.chain(open).map(|(role, it)| Jump {
            node: it.node,
            value: it.value,
            role,
        });
        let jumps: Vec<Jump> = jumps.collect();
        Ok(Exits {
            awaits,
            layer,
            leave,
            jumps,
            keeps_return: has_error,
        })
    }

    /// Whether a `continue` has the same target as the end of the selection.
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
        let is_certain = self.diverges();
        if is_certain && self.list.is_none() {
            return Err(self.refused(&first.node, "The selected expression always exits"));
        }
        match &*by_target(open) {
            [same] => Ok(match told(same) {
                Some(words) => Leave::Told { words, is_certain },
                None => Leave::Carries {
                    carried: self.carried(same, layer)?,
                    is_certain,
                },
            }),
            groups => self.several(groups, layer),
        }
    }

    fn several(
        &self,
        groups: &[Vec<&Found>],
        layer: Option<&'static str>,
    ) -> Result<Leave, NotExtracted> {
        let mut several = Several {
            is_certain: self.diverges(),
            ..Several::default()
        };
        let is_stop = |same: &&Vec<&Found>| {
            !matches!(same[0].escape, Escape::Continue(_)) && told(same).is_some()
        };
        let has_one_stop = groups.iter().filter(is_stop).count() == 1;
        for same in groups {
            let first = same[0];
            let words = told(same).filter(|_| first.value.is_none() || has_one_stop);
            let is_taken = match (&first.escape, words) {
                (Escape::Continue(_), Some(words)) => several.skip.replace(words).is_some(),
                (_, Some(words)) => several.stop.replace(words).is_some(),
                (_, None) => {
                    let carried = self.carried(same, layer)?;
                    several.carried.replace(carried).is_some()
                }
            };
            if is_taken {
                return Err(self.refused(&first.node, MIXED));
            }
        }
        Ok(Leave::Several(several))
    }

    fn carried(
        &self,
        same: &[&Found],
        layer: Option<&'static str>,
    ) -> Result<Carried, NotExtracted> {
        let first = same[0];
        let values: Vec<&ast::Expr> = same.iter().filter_map(|it| it.value.as_ref()).collect();
        if values.len() < same.len() {
            return Err(self.refused(&first.node, MIXED));
        }
        let is_break = first.escape != Escape::Return;
        let makers = if is_break {
            [Some("Some"), Some("Ok")]
        } else {
            [self.scope.maker(), None]
        };
        let mut makers = makers.into_iter().flatten();
        let wrapper = makers.find(|maker| values.iter().all(|it| is_call_of(it, maker)));
        if layer.is_some() && wrapper.is_none() && !is_break {
            let why =
                "The selection contains `?` and also a `return` that isn't `Ok(…)` or `Some(…)`";
            return Err(self.refused(&first.node, why));
        }
        let words = match &first.escape {
            Escape::Break(Some(label)) => format!("break {label}"),
            Escape::Break(None) => "break".to_owned(),
            _ => "return".to_owned(),
        };
        Ok(Carried {
            words,
            wrapper,
            is_break,
        })
    }
}

/// Whether the old `try!` macro is called.
fn calls_try(source: &Source, statement: &SyntaxNode) -> bool {
    if !source.slice(statement.text_range()).contains("try") {
        return false;
    }
    let calls = statement.descendants().filter_map(ast::MacroCall::cast);
    let mut names = calls.filter_map(|call| Some(call.path()?.syntax().text().to_string()));
    names.any(|it| it == "try" || it == "r#try")
}

/// Groups jumps by target, in order of first occurrence.
fn by_target(open: &[Found]) -> Vec<Vec<&Found>> {
    let mut groups: Vec<Vec<&Found>> = Vec::new();
    for jump in open {
        match groups.iter_mut().find(|it| it[0].escape == jump.escape) {
            Some(same) => same.push(jump),
            None => groups.push(vec![jump]),
        }
    }
    groups
}

/// The source text of jumps that are all identical and mean the same in the caller.
fn told(same: &[&Found]) -> Option<String> {
    let first = same.first()?;
    let words = first.node.text().to_string();
    let is_same = same.iter().all(|it| it.node.text() == words.as_str());
    (is_same && first.value.as_ref().is_none_or(is_constant)).then_some(words)
}

impl Leave {
    fn role(&self, jump: &Found) -> Role {
        let Self::Several(several) = self else {
            return match self {
                Self::Carries { .. } => Role::Carried,
                _ => Role::Stop,
            };
        };
        let text = jump.node.text().to_string();
        if several.stop.as_ref() == Some(&text) {
            return Role::Stop;
        }
        match jump.escape {
            Escape::Continue(_) => Role::Skip,
            _ => Role::Carried,
        }
    }

    /// The jumps with a value, if any.
    pub(super) fn carried(&self) -> Option<&Carried> {
        match self {
            Self::Carries { carried, .. } => Some(carried),
            Self::Several(several) => several.carried.as_ref(),
            Self::Never | Self::Whole { .. } | Self::Told { .. } => None,
        }
    }
}

const MIXED: &str = "The selection has several kinds of early exits, the last of them";

/// Whether an expression constructs a variant with a single value.
fn is_call_of(expr: &ast::Expr, variant: &str) -> bool {
    let ast::Expr::CallExpr(call) = expr else {
        return false;
    };
    let callee = call.expr().map(|it| it.syntax().text().to_string());
    callee.as_deref() == Some(variant) && call.arg_list().is_some_and(|it| it.args().count() == 1)
}

/// The value inside a variant's constructor.
pub(super) fn wrapped(expr: &ast::Expr) -> Option<ast::Expr> {
    let ast::Expr::CallExpr(call) = expr else {
        return None;
    };
    call.arg_list()?.args().next()
}

/// Whether an expression has no side effects and means the same everywhere in the function.
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

/// Whether a jump is the whole body of a match arm.
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

    /// The exits of the code between `[` and `]`.
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
            carried: Carried {
                words: "return".to_owned(),
                wrapper,
                is_break: false,
            },
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
        assert_eq!(found.jumps[0].role, Role::End);
    }

    #[test]
    fn jumps_of_several_kinds_are_told_apart() {
        let several = |text| match leave(text) {
            Leave::Several(it) => (it.carried.map(|it| it.words), it.stop, it.skip),
            other => panic!("{other:?}"),
        };
        let words = |it: &str| Some(it.to_owned());
        let text = "fn f() { loop { [if a() { break; } if b() { continue; }] c(); } }";
        assert_eq!(several(text), (None, words("break"), words("continue")));
        let text = "fn f() -> u8 { 'a: loop { [if a() { return b(); } break 'a;] } }";
        assert_eq!(several(text), (words("return"), words("break 'a"), None));
        let text = "fn f() -> u8 { loop { [if a() { return 1; } if b() { break; }] c(); } }";
        assert_eq!(several(text), (words("return"), words("break"), None));
    }

    #[test]
    fn more_kinds_than_can_be_told_apart_are_refused() {
        for text in [
            "fn f() { 'a: loop { loop { [if a() { break; } if b() { break 'a; }] c(); } } }",
            "fn f() { loop { [if a() { break; } if b() { return; }] c(); } }",
            "fn f() -> Result<u8, E> { [if a()? { return b(); }] Ok(1) }",
        ] {
            assert!(exits(text).is_err(), "{text}");
        }
    }
}
