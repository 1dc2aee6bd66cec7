//! The call of the new function, and how the caller handles its result.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{
    body::VALUE_NAME,
    exits::{Carried, Leave, Role, Several},
    heading::Heading,
    outcome::{Outcome, Wrapping},
    selection::Local,
    writing::Writer,
};
use crate::{
    syntax::{flow, layout},
    text::TextRange,
};

/// The code around a call.
struct Frame {
    before: String,
    behind: String,
}

impl Frame {
    fn new(before: impl Into<String>, behind: impl Into<String>) -> Self {
        Self {
            before: before.into(),
            behind: behind.into(),
        }
    }
}

/// The jump of the caller with a value.
fn leaving(carried: &Carried) -> String {
    let words = &carried.words;
    match carried.wrapper {
        Some(wrapper) => format!("{words} {wrapper}({VALUE_NAME})"),
        None => format!("{words} {VALUE_NAME}"),
    }
}

/// Joins values into one.
pub(super) fn together(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    }
}

impl Writer<'_> {
    pub(super) fn call(&self, owner: &str, result: &Outcome<'_>, heading: &Heading) -> String {
        let Self {
            selection,
            newline,
            indent,
            unit,
            ..
        } = self;
        let is_whole = matches!(result.leave, Leave::Whole { .. });
        let (vouching, vouched) = if heading.is_vouched_for {
            ("unsafe { ", " }")
        } else {
            ("", "")
        };
        let suffix = [
            vouched,
            if selection.exits.awaits { ".await" } else { "" },
            if result.layer.is_some() && self.returned_name(result).is_none() {
                "?"
            } else {
                ""
            },
            if result.is_trap && !is_whole {
                ".0"
            } else {
                ""
            },
        ];
        let Frame { before, behind } = self.frame(result);
        let Heading {
            name,
            arguments,
            turbofish,
            ..
        } = heading;
        let open = format!("{before}{vouching}{owner}{name}{turbofish}(");
        let close = format!("){}{behind}", suffix.concat());
        let line = format!("{open}{}{close}", arguments.join(", "));
        let longest = self.source.context.width.max();
        let inline: usize = arguments.iter().map(|it| it.len() + 2).sum();
        let first = line.lines().next().unwrap_or_default();
        if layout::width(indent) + layout::width(first) <= longest && inline <= longest * 60 / 100 {
            return line;
        }
        let lines: String = arguments
            .iter()
            .map(|it| [newline, indent, unit, it.as_str(), ","].concat())
            .collect();
        format!("{open}{lines}{newline}{indent}{close}")
    }

    fn frame(&self, result: &Outcome<'_>) -> Frame {
        let has_result = result.written.is_some();
        let is_expression = self.selection.is_expression;
        match result.leave {
            Leave::Whole { is_tail: true } if has_result || is_expression => Frame::new("", ""),
            Leave::Whole { is_tail: false } if has_result => Frame::new("return ", ";"),
            Leave::Whole { is_tail: false } => Frame::new("", self.then("return")),
            Leave::Never if self.returned_name(result).is_some() => Frame::new("", ""),
            Leave::Never if self.is_idle(result) => Frame::new("", ";"),
            Leave::Never if !result.outputs.is_empty() => {
                Frame::new(format!("let {} = ", self.patterns(result)), ";")
            }
            Leave::Never if result.has_value || is_expression => Frame::new("", ""),
            Leave::Whole { is_tail: true } | Leave::Never => Frame::new("", ";"),
            Leave::Told { words, is_certain } => self.telling(result, words, *is_certain),
            Leave::Carries {
                carried,
                is_certain: true,
            } => match carried.wrapper {
                Some(wrapper) => Frame::new(format!("{} {wrapper}(", carried.words), ");"),
                None => Frame::new(format!("{} ", carried.words), ";"),
            },
            Leave::Carries { carried, .. } => self.carrying(result, &leaving(carried)),
            Leave::Several(several) => self.choosing(result, several),
        }
    }

    /// Handles an exit without a value.
    fn telling(&self, result: &Outcome<'_>, words: &str, is_certain: bool) -> Frame {
        if is_certain {
            return Frame::new("", self.then(words));
        }
        if result.is_unit() {
            return Frame::new("if ", self.block(words));
        }
        if result.has_value {
            let going = format!("Some({VALUE_NAME}) => {VALUE_NAME}");
            return self.choice("", &[going, format!("None => {words}")], "");
        }
        Frame::new(
            format!("let Some({}) = ", self.patterns(result)),
            format!(" else{};", self.block(words)),
        )
    }

    /// Handles an exit with a value.
    fn carrying(&self, result: &Outcome<'_>, words: &str) -> Frame {
        let control = result.control;
        if result.is_unit() {
            let leaving = if result.wrapping == Wrapping::Flow {
                format!("{control}::Break({VALUE_NAME})")
            } else {
                format!("Some({VALUE_NAME})")
            };
            let before = format!("if let {leaving} = ");
            return Frame::new(before, self.block(words));
        }
        let leaving = format!("{control}::Break({VALUE_NAME}) => {words}");
        self.going_or(result, &[leaving], |inner| {
            format!("{control}::Continue({inner})")
        })
    }

    /// Handles several kinds of exits.
    fn choosing(&self, result: &Outcome<'_>, several: &Several) -> Frame {
        let control = result.control;
        let carried = several
            .carried
            .as_ref()
            .map(|it| (Role::Carried, leaving(it)));
        let stop = several.stop.clone().map(|it| (Role::Stop, it));
        let skip = several.skip.clone().map(|it| (Role::Skip, it));
        let arms = carried.into_iter().chain(stop).chain(skip);
        let arms = arms.map(|(role, words)| {
            let told = result.of_one(several, role, VALUE_NAME);
            format!("{told} => {words}")
        });
        let mut arms: Vec<String> = arms.collect();
        if several.is_certain {
            return self.choice("", &arms, "");
        }
        let is_maybe = several.skip.is_some();
        if result.is_unit() {
            let end = if is_maybe {
                "None".to_owned()
            } else {
                format!("{control}::Continue(())")
            };
            arms.insert(0, format!("{end} => {{}}"));
            return self.choice("", &arms, "");
        }
        self.going_or(result, &arms, |inner| {
            if is_maybe {
                format!("{control}::Continue(Some({inner}))")
            } else {
                format!("{control}::Continue({inner})")
            }
        })
    }

    /// Continues with the function's result, or exits.
    fn going_or(
        &self,
        result: &Outcome<'_>,
        leaving: &[String],
        told: impl Fn(&str) -> String,
    ) -> Frame {
        let inner = if result.has_value {
            VALUE_NAME.to_owned()
        } else {
            let names = result.outputs.iter().map(|it| it.name.clone());
            together(&names.collect::<Vec<_>>())
        };
        let going = format!("{} => {inner}", told(&inner));
        let arms: Vec<String> = [going].into_iter().chain(leaving.iter().cloned()).collect();
        if result.has_value {
            return self.choice("", &arms, "");
        }
        let before = format!("let {} = ", self.patterns(result));
        self.choice(&before, &arms, ";")
    }

    /// Whether the result is unused and isn't `#[must_use]`.
    fn is_idle(&self, result: &Outcome<'_>) -> bool {
        let unused = &self.selection.unused;
        let is_unused = !unused.is_empty() && unused.len() == result.outputs.len();
        let is_plain = |it: &String| {
            let is_primitive = it.chars().all(|it| it.is_lowercase() || it.is_numeric());
            is_primitive || it.starts_with(['*', '&', '(', '['])
        };
        is_unused && result.layer.is_none() && result.written.as_ref().is_some_and(is_plain)
    }

    /// The pattern that declares the outputs.
    fn patterns(&self, result: &Outcome<'_>) -> String {
        let unused = &self.selection.unused;
        if !unused.is_empty() && unused.len() == result.outputs.len() {
            return "_".to_owned();
        }
        let patterns = result.outputs.iter().map(|it| self.pattern(it));
        together(&patterns.collect::<Vec<_>>())
    }

    /// Formats ` {`, the code on its own line, and `}`.
    fn block(&self, words: &str) -> String {
        let Self {
            newline,
            indent,
            unit,
            ..
        } = self;
        format!(" {{{newline}{indent}{unit}{words};{newline}{indent}}}")
    }

    /// The code after the call, on its own line.
    fn then(&self, words: &str) -> String {
        format!(";{}{}{words};", self.newline, self.indent)
    }

    fn choice(&self, before: &str, arms: &[String], behind: &str) -> Frame {
        let Self {
            newline,
            indent,
            unit,
            ..
        } = self;
        let is_part = self.selection.is_expression && self.is_operand();
        let (open, close) = if is_part { ("(", ")") } else { ("", "") };
        let arms = arms.iter().flat_map(|arm| {
            let comma = if arm.ends_with('}') { "" } else { "," };
            [newline, *indent, unit, arm, comma]
        });
        let arms: String = arms.collect();
        Frame::new(
            format!("{before}{open}match "),
            format!(" {{{arms}{newline}{indent}}}{close}{behind}"),
        )
    }

    /// Whether the selection is an operand of an expression.
    fn is_operand(&self) -> bool {
        let value = self.selection.value.as_ref();
        let around = value.and_then(|it| it.syntax().parent());
        around.is_some_and(|it| {
            matches!(
                it.kind(),
                SyntaxKind::BIN_EXPR
                    | SyntaxKind::PREFIX_EXPR
                    | SyntaxKind::REF_EXPR
                    | SyntaxKind::CAST_EXPR
                    | SyntaxKind::FIELD_EXPR
                    | SyntaxKind::METHOD_CALL_EXPR
                    | SyntaxKind::INDEX_EXPR
                    | SyntaxKind::TRY_EXPR
                    | SyntaxKind::AWAIT_EXPR
            )
        })
    }

    fn pattern(&self, output: &Local) -> String {
        if self.selection.unused.contains(&output.name) {
            return "_".to_owned();
        }
        let is_constant = self.constant.contains(&output.name);
        let is_changed = output.is_mut && !is_constant && self.is_changed_after(&output.name);
        let word = if is_changed { "mut " } else { "" };
        format!("{word}{}", output.name)
    }

    /// The range after the selection, if the block's value is the function's result.
    pub(super) fn returned_name(&self, result: &Outcome<'_>) -> Option<TextRange> {
        let last = self.selection.statements.last()?;
        let value = ast::Expr::cast(last.next_sibling()?)?;
        let range = value.syntax().text_range();
        let between = TextRange::new(self.selection.range.end(), range.start());
        let is_plain = self.source.slice(between).trim().is_empty()
            && result.leave == &Leave::Never
            && !result.is_trap
            && !self.selection.is_expression;
        let given = match result.outputs {
            [output] => output.name.clone(),
            [] => "()".to_owned(),
            _ => return None,
        };
        let is_it = match result.layer {
            Some(maker) => {
                let block = last.parent()?.parent().and_then(ast::BlockExpr::cast)?;
                let text = value.syntax().text();
                text == format!("{maker}({given})").as_str() && flow::gives_result(&block)
            }
            None => value.syntax().text() == given.as_str() && !result.outputs.is_empty(),
        };
        (is_plain && is_it && result.is_scopes).then_some(range)
    }
}
