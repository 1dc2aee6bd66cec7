//! The text with the new function and the call of it.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasName},
};

use super::{
    Known, NotExtracted, Passing, Selection,
    passing::{Lifetime, Way, nameable},
    selection::Local,
    signature::{Generics, mentions_self_type, qualifiers, tried},
};
use crate::{
    syntax::{
        Refusal, Source, layout,
        moving_out::{moved_text, odd_indentation},
        scopes::Names,
    },
    text::{Edit, Edits, TextRange, TextSize},
};

/// A text that may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub text: String,
    pub name: String,
}

/// Where the new function stands, and how it is called there.
struct Home {
    /// The item that it follows.
    after: SyntaxNode,
    call: &'static str,
}

/// What a draft is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Result,
    /// Its result is of a type that nothing else has, so that a hidden `return` doesn't compile.
    Trap,
}

impl Draft {
    pub fn new(
        source: &Source,
        selection: &Selection,
        known: &Known,
        passing: &Passing,
        name: Option<&str>,
        purpose: Purpose,
    ) -> Result<Self, NotExtracted> {
        let name = fresh_name(selection, name)?;
        let home = home(selection)?;
        let result = result(selection, known, purpose)?;
        let text = &*source.text;
        let newline = layout::first_line_ending(text);
        let indent = layout::indentation(text, selection.range.start());
        let fn_indent = layout::indentation(text, home.after.text_range().start());
        let unit = layout::indent_unit_around(text, selection.function.syntax());
        let inner = format!("{fn_indent}{unit}");
        let lifetime = passing.lifetime();
        let writer = Writer {
            source,
            selection,
            newline,
            indent,
            inner: &inner,
            unit: &unit,
            lifetime,
        };
        let body = writer.body(passing, &result)?;
        let signature = writer.signature(&name, passing, &result);
        let call = writer.call(&name, home.call, &result, &signature);
        let head = signature.lines(&writer, fn_indent, source.context.width.max());
        let gates = gates(selection, &home);
        let gates: String = gates
            .map(|gate| [&gate, newline, fn_indent].concat())
            .collect();
        let function =
            format!("{newline}{newline}{fn_indent}{gates}{head}{body}{newline}{fn_indent}}}");
        let mut edits = writer.idle_muts(passing);
        let returned = writer.returned_name(&result);
        let replaced = returned.map_or(selection.range, |it| selection.range.cover(it));
        edits.push(Edit::replace(replaced, call));
        edits.push(Edit::insert(home.after.text_range().end(), function));
        let edits = Edits::new(edits);
        let text = edits.ok().and_then(|edits| edits.apply(text));
        let text = text.ok_or(NotExtracted::new("The edits don't fit."))?;
        Ok(Self { text, name })
    }
}

fn fresh_name(selection: &Selection, wish: Option<&str>) -> Result<String, NotExtracted> {
    let root = selection.function.syntax().ancestors().last();
    let names = Names::in_node(&root.unwrap_or_else(|| selection.function.syntax().clone()));
    if let Some(wish) = wish {
        if names.is_free(wish) {
            return Ok(wish.to_owned());
        }
        let why = format!("`{wish}` is no name for a function here, or something has it.");
        return Err(NotExtracted(why.into()));
    }
    let own = selection.function.name().map(|it| it.text().to_string());
    let own = own.unwrap_or_default();
    let mut wishes = Vec::new();
    if let [output] = &*selection.outputs {
        wishes.push(format!("compute_{}", output.name));
    }
    wishes.push(format!("{own}_part"));
    names
        .fresh(&wishes)
        .ok_or(NotExtracted::new("Give it a name with `--name`."))
}

fn home(selection: &Selection) -> Result<Home, NotExtracted> {
    let function = selection.function.syntax().clone();
    let list = function
        .parent()
        .filter(|it| it.kind() == SyntaxKind::ASSOC_ITEM_LIST);
    let Some(owner) = list.and_then(|list| list.parent()) else {
        return Ok(Home {
            after: function,
            call: "",
        });
    };
    let inherent = ast::Impl::cast(owner.clone()).filter(|it| it.trait_().is_none());
    if inherent.is_some() {
        let call = if selection.receivers.is_empty() {
            "Self::"
        } else {
            "self."
        };
        return Ok(Home {
            after: function,
            call,
        });
    }
    if !selection.receivers.is_empty() || selection.statements.iter().any(mentions_self_type) {
        return Err(NotExtracted::new(
            "The selection uses `self` or `Self` of a trait, which takes no more functions.",
        ));
    }
    Ok(Home {
        after: owner,
        call: "",
    })
}

/// The conditions under which the function is compiled and the lints that it allows, which the new one needs too where it
/// stands.
fn gates(selection: &Selection, home: &Home) -> impl Iterator<Item = String> {
    let function = selection.function.syntax();
    let owner = (home.after != *function).then(|| home.after.clone());
    let around = owner.into_iter().chain([function.clone()]);
    let attributes = around.flat_map(|node| node.children().filter_map(ast::Attr::cast));
    let texts = attributes.map(|attribute| attribute.syntax().text().to_string());
    texts.filter(|text| text.starts_with("#[cfg(") || text.starts_with("#[allow("))
}

/// What the new function gives.
struct Outcome<'a> {
    outputs: &'a [Local],
    /// Nothing for `()`.
    written: Option<String>,
    maker: Option<&'static str>,
    is_trap: bool,
}

/// What nobody else returns.
const TRAP: &str = "[(); 7]";
const TRAP_VALUE: &str = "[(); 7]";

fn result<'a>(
    selection: &'a Selection,
    known: &Known,
    purpose: Purpose,
) -> Result<Outcome<'a>, NotExtracted> {
    let types = selection.outputs.iter().map(|output| {
        let name = &output.name;
        let found = known.behind(name);
        let why = || NotExtracted(format!("The type of `{name}` can't be told.").into());
        let text = found.ok_or_else(why)?.text.clone();
        nameable(name, &text)?;
        Ok(text)
    });
    let types = types.collect::<Result<Vec<String>, NotExtracted>>()?;
    let plain = match &*types {
        [] => "()".to_owned(),
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    };
    let is_trap = purpose == Purpose::Trap;
    let plain = if is_trap {
        format!("({plain}, {TRAP})")
    } else {
        plain
    };
    let (written, maker) = if selection.tries {
        let (text, maker) = tried(&selection.function, &plain)?;
        (Some(text), Some(maker))
    } else {
        ((is_trap || !types.is_empty()).then_some(plain), None)
    };
    Ok(Outcome {
        outputs: &selection.outputs,
        written,
        maker,
        is_trap,
    })
}

struct Writer<'a> {
    source: &'a Source,
    selection: &'a Selection,
    newline: &'a str,
    /// Of the selection.
    indent: &'a str,
    /// Of the new body.
    inner: &'a str,
    unit: &'a str,
    lifetime: &'a Lifetime,
}

struct SignatureText {
    before: String,
    parameters: Vec<String>,
    arguments: Vec<String>,
    turbofish: String,
    behind: String,
    bounds: Vec<String>,
}

impl Writer<'_> {
    fn body(&self, passing: &Passing, result: &Outcome<'_>) -> Result<String, NotExtracted> {
        let Self {
            selection,
            newline,
            inner,
            ..
        } = self;
        let range = selection.range;
        let mut edits = Vec::new();
        for (capture, ways) in selection.captures.iter().zip(&passing.captured) {
            let way = ways.tightest();
            edits.extend(capture.mentions.iter().filter_map(|it| way.edit(it)));
        }
        let names: Vec<&str> = result.outputs.iter().map(|it| it.name.as_str()).collect();
        let direct = self.direct_value(&names, result.maker);
        let direct = direct.filter(|_| !result.is_trap && !passing.names_result);
        if let Some((head, semicolon)) = direct {
            edits.push(Edit::delete(head));
            edits.push(Edit::delete(semicolon));
        }
        let edits: Vec<Edit> = edits
            .into_iter()
            .map(|mut edit| {
                edit.delete -= range.start();
                edit
            })
            .collect();
        let code = self.source.slice(range);
        let code = Edits::new(edits).ok().and_then(|edits| edits.apply(code));
        let code = code.ok_or(NotExtracted::new("The edits meet."))?;
        let edition = self.source.context.edition;
        let moved = moved_text(&code, edition, self.indent, inner);
        let moved = moved.ok_or_else(|| {
            NotExtracted(match odd_indentation() {
                Refusal::Because { why, .. } => why.into(),
                Refusal::NotHere => "".into(),
            })
        })?;
        let mut body = format!("{newline}{inner}{moved}");
        if direct.is_some() {
            return Ok(body);
        }
        let value = match &*names {
            [] => String::new(),
            [one] => (*one).to_owned(),
            several => format!("({})", several.join(", ")),
        };
        let value = match &*value {
            value if !result.is_trap => value.to_owned(),
            "" => format!("((), {TRAP_VALUE})"),
            value => format!("({value}, {TRAP_VALUE})"),
        };
        let value = match result.maker {
            Some(maker) if value.is_empty() => format!("{maker}(())"),
            Some(maker) => format!("{maker}({value})"),
            None => value,
        };
        let ends_open = !body.ends_with([';', '}']);
        if ends_open && !value.is_empty() {
            body.push(';');
        }
        if !value.is_empty() {
            body.extend([newline, inner, value.as_str()]);
        }
        Ok(body)
    }

    /// `let x = ` and `;` of the last statement, if all that is wanted of it is its value.
    fn direct_value(&self, names: &[&str], maker: Option<&str>) -> Option<(TextRange, TextRange)> {
        let [name] = names else {
            return None;
        };
        let last = ast::LetStmt::cast(self.selection.statements.last()?.clone())?;
        let Some(ast::Pat::IdentPat(pattern)) = last.pat() else {
            return None;
        };
        let is_it = pattern.name()?.text() == *name
            && last.let_else().is_none()
            && last.attrs().next().is_none();
        let value = last.initializer()?.syntax().text_range();
        let start = last.let_token()?.text_range().start();
        let lead = self.source.slice(TextRange::new(start, value.start()));
        let end = last.semicolon_token()?.text_range();
        let is_plain = maker.is_none() && !lead.contains(['/', '#']) && end.start() == value.end();
        (is_it && is_plain).then(|| (TextRange::new(start, value.start()), end))
    }

    /// The name behind the selection, if the value of the block is the one that the function gives.
    fn returned_name(&self, result: &Outcome<'_>) -> Option<TextRange> {
        let [output] = result.outputs else {
            return None;
        };
        let last = self.selection.statements.last()?;
        let value = ast::PathExpr::cast(last.next_sibling()?)?;
        let range = value.syntax().text_range();
        let between = TextRange::new(self.selection.range.end(), range.start());
        let is_it = value.syntax().text() == output.name.as_str() && !result.is_trap;
        let is_plain = self.source.slice(between).trim().is_empty() && result.maker.is_none();
        (is_it && is_plain).then_some(range)
    }

    fn signature(&self, name: &str, passing: &Passing, result: &Outcome<'_>) -> SignatureText {
        let Self {
            selection, source, ..
        } = self;
        let ways = || {
            passing
                .captured
                .iter()
                .map(|it| (it.name.as_str(), it.tightest()))
        };
        let receiver = passing.receiver.as_ref().map(|it| it.tightest().to_owned());
        let captured = ways().map(|(name, way)| way.parameter(name));
        let parameters = receiver.into_iter().chain(captured);
        let parameters: Vec<String> = parameters
            .map(|it| self.lifetime.of_parameter(&it))
            .collect();
        let written = result
            .written
            .as_ref()
            .map(|it| self.lifetime.of_result(it));
        let types = format!(
            "{} {}",
            parameters.join(" "),
            written.as_deref().unwrap_or_default()
        );
        let generics = Generics::needed(&selection.function, &types, source.slice(selection.range));
        let fresh = self.lifetime.fresh().map(str::to_owned);
        let declared: Vec<String> = fresh.into_iter().chain(generics.declared).collect();
        let declared = match &*declared {
            [] => String::new(),
            some => format!("<{}>", some.join(", ")),
        };
        let turbofish = generics
            .arguments
            .map_or_else(String::new, |it| format!("::<{}>", it.join(", ")));
        let words = qualifiers(&selection.function, selection.awaits);
        let behind = written
            .as_ref()
            .map_or_else(String::new, |it| format!(" -> {it}"));
        SignatureText {
            before: format!("{words}fn {name}{declared}"),
            parameters,
            arguments: ways().map(|(name, way)| way.argument(name)).collect(),
            turbofish,
            behind,
            bounds: generics.bounds,
        }
    }

    fn call(
        &self,
        name: &str,
        owner: &str,
        result: &Outcome<'_>,
        signature: &SignatureText,
    ) -> String {
        let Self {
            selection,
            newline,
            indent,
            unit,
            ..
        } = self;
        let pattern = |output: &Local| {
            let is_changed = output.is_mut && self.is_changed_after(&output.name);
            let word = if is_changed { "mut " } else { "" };
            format!("{word}{}", output.name)
        };
        let is_returned = self.returned_name(result).is_some();
        let patterns: Vec<String> = result.outputs.iter().map(pattern).collect();
        let lead = match &*patterns {
            [] if result.is_trap => "let ((), _) = ".to_owned(),
            [] => String::new(),
            _ if is_returned => String::new(),
            [one] if result.is_trap => format!("let ({one}, _) = "),
            [one] => format!("let {one} = "),
            several if result.is_trap => format!("let (({}), _) = ", several.join(", ")),
            several => format!("let ({}) = ", several.join(", ")),
        };
        let behind = [
            if selection.awaits { ".await" } else { "" },
            if selection.tries { "?" } else { "" },
        ];
        let SignatureText {
            arguments,
            turbofish,
            ..
        } = signature;
        let open = format!("{lead}{owner}{name}{turbofish}(");
        let end = if is_returned { "" } else { ";" };
        let close = format!("){}{end}", behind.concat());
        let line = format!("{open}{}{close}", arguments.join(", "));
        let longest = self.source.context.width.max();
        let inline: usize = arguments.iter().map(|it| it.len() + 2).sum();
        if layout::width(indent) + layout::width(&line) <= longest && inline <= longest * 60 / 100 {
            return line;
        }
        let lines: String = arguments
            .iter()
            .map(|it| [newline, indent, unit, it.as_str(), ","].concat())
            .collect();
        format!("{open}{lines}{newline}{indent}{close}")
    }

    /// What makes variables constant that only the selection changed, which are the new function's own now.
    fn idle_muts(&self, passing: &Passing) -> Vec<Edit> {
        let captures = self.selection.captures.iter().zip(&passing.captured);
        let taken = captures.filter(|(_, ways)| matches!(ways.tightest(), Way::MutValue(_)));
        let range = self.selection.range;
        let idle = taken.filter(|(capture, _)| {
            !self.is_changed(&capture.name, &|at| !range.contains_range(at))
        });
        idle.filter_map(|(capture, _)| {
            let word = capture.mut_word.as_ref()?.text_range();
            Some(Edit::delete(TextRange::new(
                word.start(),
                word.end() + TextSize::of(' '),
            )))
        })
        .collect()
    }

    fn is_changed_after(&self, name: &str) -> bool {
        let end = self.selection.range.end();
        self.is_changed(name, &|at| at.start() >= end)
    }

    /// Whether a variable may be changed at a place of these.
    fn is_changed(&self, name: &str, is_meant: &dyn Fn(TextRange) -> bool) -> bool {
        let tokens = super::selection::tokens(self.selection.function.syntax());
        let after = tokens.filter(|it| is_meant(it.text_range()) && it.text() == name);
        after.into_iter().any(|mention| {
            let is_pattern = mention
                .parent()
                .is_some_and(|it| it.kind() == SyntaxKind::NAME);
            if is_pattern {
                return false;
            }
            let Some(path) = mention.parent_ancestors().find_map(ast::PathExpr::cast) else {
                return true;
            };
            let around = path.syntax().parent();
            let place = std::iter::successors(around, SyntaxNode::parent).find(|it| {
                !matches!(
                    it.kind(),
                    SyntaxKind::FIELD_EXPR | SyntaxKind::INDEX_EXPR | SyntaxKind::PAREN_EXPR
                )
            });
            place.is_some_and(|it| match it.kind() {
                SyntaxKind::REF_EXPR => {
                    ast::RefExpr::cast(it).is_some_and(|it| it.mut_token().is_some())
                }
                SyntaxKind::BIN_EXPR => ast::BinExpr::cast(it).is_some_and(|it| {
                    matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { .. }))
                }),
                SyntaxKind::METHOD_CALL_EXPR | SyntaxKind::MACRO_CALL => true,
                _ => false,
            })
        })
    }
}

impl SignatureText {
    fn lines(&self, writer: &Writer<'_>, indent: &str, longest: usize) -> String {
        let Self {
            before,
            parameters,
            behind,
            bounds,
            ..
        } = self;
        let Writer { newline, inner, .. } = writer;
        let open = if bounds.is_empty() { " {" } else { "" };
        let line = format!("{before}({}){behind}{open}", parameters.join(", "));
        let head = if layout::width(indent) + layout::width(&line) <= longest {
            line
        } else {
            let lines: String = parameters
                .iter()
                .map(|it| [newline, inner, it.as_str(), ","].concat())
                .collect();
            format!("{before}({lines}{newline}{indent}){behind}{open}")
        };
        if bounds.is_empty() {
            return head;
        }
        let bounds: String = bounds
            .iter()
            .map(|it| [newline, inner, it.as_str(), ","].concat())
            .collect();
        format!("{head}{newline}{indent}where{bounds}{newline}{indent}{{")
    }
}
