//! Writes a call of an iterator method, formatted as by rustfmt.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList, HasName},
};

use super::{
    Predicate,
    parts::{Asks, Gives, Parts},
};
use crate::{
    shapes::loop_source::{Source, Wraps},
    syntax::{
        FileContext, FileNames, Rewrite,
        layout::{self, width},
        types_shown,
    },
    text::{TextRange, slice},
};

/// Returns the replacement of the shape, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrite<'a>(
    parts: &Parts,
    source: &Source,
    predicate: &Predicate,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let start = parts.whole.start();
    if !layout::is_first_on_line(text, start) {
        return None;
    }
    let unit = layout::indent_unit_around(text, parts.found.syntax());
    let end = layout::first_line_ending(text);
    let indent = layout::indentation(text, start);
    let writer = Writer {
        parts,
        source,
        predicate,
        text,
        context,
        level: format!("{end}{indent}"),
        below: format!("{end}{indent}{unit}"),
        unit: width(&unit),
    };
    writer.rewrite()
}

struct Writer<'a, 'p> {
    parts: &'p Parts,
    source: &'p Source,
    predicate: &'p Predicate,
    text: &'a str,
    context: FileContext,
    /// The line ending and the indentation of the next line.
    level: String,
    /// The same for a continuation line.
    below: String,
    unit: usize,
}

impl<'a> Writer<'a, '_> {
    fn rewrite(&self) -> Option<Rewrite<'a>> {
        let asked = self.asked()?;
        let call = self.call(&asked)?;
        let head = self.head(" ")?;
        let source = self.source();
        let laid = self
            .on_one_line(&head, &source, &call)
            .or_else(|| self.on_next_line(&source, &call))
            .or_else(|| self.broken(&call))
            .or_else(|| self.with_block(&head, &source))?;
        let head = if laid.is_below {
            self.head(&self.below)?
        } else {
            head
        };
        let head = head.put_as(source, &laid.source);
        let head = if laid.breaks {
            head.text(&self.below)
        } else {
            head
        };
        let whole = if laid.has_block {
            let open = self.open()?;
            head.put(open)
                .text("{")
                .text(&self.below)
                .put(asked)
                .text(&self.level)
                .text("})")
        } else {
            head.put(call)
        };
        Some(if self.parts.is_tail() {
            whole
        } else {
            whole.text(";")
        })
    }

    /// The code before the iterator. `gap` separates it from the `=`.
    fn head(&self, gap: &str) -> Option<Rewrite<'a>> {
        let mut head = Rewrite::of(self.text, self.parts.whole);
        if let Some(variable) = &self.parts.declares {
            let name = variable.name()?.syntax().text_range();
            head = head.text("let ").keep(name).text(" =").text(gap);
        }
        Some(if self.predicate.is_negated {
            head.text("!")
        } else {
            head
        })
    }

    fn source(&self) -> Rewrite<'a> {
        let kept = self.source.kept.syntax().text_range();
        let part = Rewrite::part(self.text);
        match self.source.wraps {
            Wraps::Nothing => part.keep(kept),
            Wraps::Parentheses => part.text("(").keep(kept).text(")"),
            Wraps::Iter => part.keep(kept).text(".iter()"),
            Wraps::IntoIter => part.keep(kept).text(".into_iter()"),
        }
    }

    /// The closure's condition.
    fn asked(&self) -> Option<Rewrite<'a>> {
        let part = Rewrite::part(self.text);
        let part = match (&self.parts.asks, &self.predicate.opposite) {
            (Asks::Condition(condition), opposite) => {
                let range = condition.syntax().text_range();
                match opposite {
                    Some(opposite) => part.negate(range, opposite, &opposite.text),
                    None => part.keep_as(range, &self.joined(range)?),
                }
            }
            (Asks::Pattern(it), _) => {
                let value = it.expr()?.syntax().text_range();
                let pattern = it.pat()?.syntax().text_range();
                part.text("matches!(")
                    .keep(value)
                    .text(", ")
                    .keep(pattern)
                    .text(")")
            }
        };
        (!part.written().contains('\n')).then_some(part)
    }

    /// A multi-line condition joined into one line, if each line but the first begins with an operator.
    fn joined(&self, range: TextRange) -> Option<String> {
        let code = slice(self.text, range)?;
        let is_operand = |line: &str| {
            ["&& ", "|| "]
                .iter()
                .any(|it| line.trim_start().starts_with(it))
        };
        let may_join = code.lines().skip(1).all(is_operand);
        may_join.then(|| layout::on_one_line(code))
    }

    /// The call up to the closure's body.
    fn open(&self) -> Option<Rewrite<'a>> {
        let pattern = self.parts.pattern.syntax().text_range();
        let before = if self.parts.gives == Gives::Element {
            "(|&"
        } else {
            "(|"
        };
        let part = Rewrite::part(self.text)
            .text(".")
            .text(self.predicate.method)
            .text(before)
            .keep(pattern)
            .text("| ");
        (!part.written().contains('\n')).then_some(part)
    }

    fn call(&self, asked: &Rewrite<'a>) -> Option<Rewrite<'a>> {
        if let Some(question) = self.of_character() {
            let part = Rewrite::part(self.text)
                .text(".")
                .text(self.predicate.method);
            return Some(part.text("(char::").keep(question).text(")"));
        }
        Some(self.open()?.put(asked.clone()).text(")"))
    }

    /// The method's name, if the test is a `char` method called on each character of a string.
    fn of_character(&self) -> Option<TextRange> {
        const QUESTIONS: [&str; 7] = [
            "is_alphabetic",
            "is_alphanumeric",
            "is_control",
            "is_lowercase",
            "is_numeric",
            "is_uppercase",
            "is_whitespace",
        ];
        let (Asks::Condition(ast::Expr::MethodCallExpr(asks)), ast::Expr::MethodCallExpr(source)) =
            (&self.parts.asks, &self.source.kept)
        else {
            return None;
        };
        let question = asks.name_ref()?;
        let element = asks.receiver()?.syntax().text().to_string();
        let is_of_element = self.parts.pattern.syntax().text() == element.as_str();
        let has_text = source.name_ref()?.text() == "chars"
            && types_shown::is_text_or_string(&source.receiver()?);
        let names = FileNames::around(source);
        let is_own = names.imports("char") || !names.types("char").is_empty();
        let by_value = self.predicate.opposite.is_none() && self.parts.gives != Gives::Element;
        let is_known =
            QUESTIONS.contains(&question.text()) && asks.arg_list()?.args().next().is_none();
        (is_known && is_of_element && has_text && by_value && !is_own)
            .then(|| question.syntax().text_range())
    }

    fn links(&self) -> usize {
        layout::links(&self.source.kept).len() + 1 + usize::from(self.source.wraps == Wraps::Iter)
    }

    fn indent(&self) -> usize {
        self.level.lines().last().map_or(0, width)
    }

    fn max(&self) -> usize {
        let end = usize::from(!self.parts.is_tail());
        self.context.width.max() - end
    }

    fn share_of_chains(&self) -> usize {
        const WIDEST: usize = 60;
        self.context.width.share(WIDEST)
    }

    fn is_short(&self, column: usize, chain: usize) -> bool {
        column + chain <= self.max() && (self.links() == 1 || chain <= self.share_of_chains())
    }

    fn on_one_line(
        &self,
        head: &Rewrite<'a>,
        source: &Rewrite<'a>,
        call: &Rewrite<'a>,
    ) -> Option<Laid> {
        let source = source.written();
        let column = self.indent() + width(head.written());
        let is_short = self.is_short(column, width(source) + width(call.written()));
        (!source.contains('\n') && is_short).then(|| Laid {
            source: source.to_owned(),
            is_below: false,
            breaks: false,
            has_block: false,
        })
    }

    /// A short chain on its own line after the `=`.
    fn on_next_line(&self, source: &Rewrite<'a>, call: &Rewrite<'a>) -> Option<Laid> {
        self.parts.declares.as_ref()?;
        let source = source.written();
        let sign = usize::from(self.predicate.is_negated);
        let column = self.indent() + self.unit + sign;
        let is_chain = self.links() > 1 && !source.contains('\n');
        let is_short = self.is_short(column, width(source) + width(call.written()));
        (is_chain && is_short).then(|| Laid {
            source: source.to_owned(),
            is_below: true,
            breaks: false,
            has_block: false,
        })
    }

    /// A chain with one call per line.
    fn broken(&self, call: &Rewrite<'a>) -> Option<Laid> {
        let links = layout::links(&self.source.kept);
        // A value after a `=` moves below it as a whole.
        if self.links() == 1 && !self.parts.is_tail() {
            return None;
        }
        let kept = self.source.kept.syntax().text_range();
        let end = links.first().map_or(kept.end(), |first| first.start());
        let mut source = slice(self.text, TextRange::new(kept.start(), end))?.to_owned();
        if self.source.wraps == Wraps::Parentheses {
            source = format!("({source})");
        }
        let mut parts: Vec<&str> = Vec::new();
        for link in links {
            parts.push(slice(self.text, link)?.trim());
        }
        if self.source.wraps == Wraps::Iter {
            parts.push(".iter()");
        }
        // A short root keeps the next link on its line if it comes first there.
        let mut is_root = self.parts.is_tail();
        let sign = usize::from(self.predicate.is_negated);
        for part in parts {
            if !is_root || sign + width(&source) > self.unit {
                is_root = false;
                source.push_str(&self.below);
            }
            source.push_str(part);
        }
        let last = self.indent() + self.unit + width(call.written());
        let widest = |line: &str| width(line) <= self.max();
        let fits = last <= self.max() && source.lines().all(widest);
        fits.then_some(Laid {
            source,
            is_below: false,
            breaks: true,
            has_block: false,
        })
    }

    /// A closure whose body is on its own line.
    fn with_block(&self, head: &Rewrite<'a>, source: &Rewrite<'a>) -> Option<Laid> {
        let source = source.written();
        let asked = self.asked()?;
        let column = self.indent() + width(head.written());
        let first = width(source) + width(self.open()?.written()) + width("{");
        let inner = self.indent() + self.unit + width(asked.written());
        let fits = !source.contains('\n')
            && self.is_short(column, first)
            && inner <= self.context.width.max();
        fits.then(|| Laid {
            source: source.to_owned(),
            is_below: false,
            breaks: false,
            has_block: true,
        })
    }
}

/// The iterator as laid out, and how the call follows.
struct Laid {
    source: String,
    /// Whether it starts on the line below the `=`.
    is_below: bool,
    /// Whether the call is on its own line.
    breaks: bool,
    /// Whether the closure's body is on its own line.
    has_block: bool,
}
