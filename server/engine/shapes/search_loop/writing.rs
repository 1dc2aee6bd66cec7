//! Writes a call of an iterator's method as rustfmt would.

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

/// What stands in the place of the shape. Nothing if it can't be laid out as rustfmt would.
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
    /// The end of a line and the indentation of the next one.
    level: String,
    /// The same for one that continues it.
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

    /// What stands before the iterator; `gap` is between the `=` and that.
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

    /// What the closure asks.
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

    /// A condition of several lines on one, if each but the first begins with an operator.
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

    /// The call to its closure's body.
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

    /// The name of the question where it is one of `char` about each character of a text.
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

    /// A short chain that has a line of its own behind the `=`.
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

    /// A chain of calls with a line for each.
    fn broken(&self, call: &Rewrite<'a>) -> Option<Laid> {
        let links = layout::links(&self.source.kept);
        // What is behind a `=` goes below it as a whole.
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
        // A short root takes the next link beside it, where it is the first on its line.
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

    /// A closure whose body has a line of its own.
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

/// The iterator as it is laid out, and how the call follows.
struct Laid {
    source: String,
    /// It begins on the line below the `=`.
    is_below: bool,
    /// The call has a line of its own.
    breaks: bool,
    /// The closure's body has one.
    has_block: bool,
}
