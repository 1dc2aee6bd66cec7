//! The header of the new function: its name, parameters and result.

use super::{
    Selection,
    outcome::Outcome,
    passing::{Passing, Receivers, Way},
    qualified_as,
    signature::{Generics, qualifiers, words},
    writing::Writer,
};
use crate::syntax::layout;

/// The code before the body, and the parts of a call.
pub(super) struct Heading {
    pub(super) name: String,
    pub(super) arguments: Vec<String>,
    pub(super) turbofish: String,
    /// Whether a call needs an `unsafe` block.
    pub(super) is_vouched_for: bool,
    before: String,
    parameters: Vec<String>,
    behind: String,
    bounds: Vec<String>,
}

impl Writer<'_> {
    pub(super) fn heading(&self, name: &str, passing: &Passing, result: &Outcome<'_>) -> Heading {
        let Self {
            selection, source, ..
        } = self;
        let ways = || {
            let captured = passing.captured(selection);
            captured.map(|(capture, way)| (capture.name.as_str(), way))
        };
        let receiver = passing.receiver.as_ref().map(Receivers::tightest);
        let this = self.home.this.as_deref().zip(receiver);
        let receiver = match this {
            Some((of, way)) => Some(parameter_of_self(of, way)),
            None => receiver.map(str::to_owned),
        };
        let fields = || {
            let fields = passing.fields();
            fields.map(|(of, ways)| (of, ways.name.as_str(), ways.tightest()))
        };
        let fields_named = fields().map(|(_, name, way)| (name, way));
        let captured = ways()
            .chain(fields_named)
            .map(|(name, way)| way.parameter(name));
        let parameters = receiver.into_iter().chain(captured);
        let parameters: Vec<String> = parameters
            .map(|it| self.of_implementor(&self.lifetime.of_parameter(&it)))
            .collect();
        let written = result
            .written
            .as_ref()
            .map(|it| self.of_implementor(&self.lifetime.of_result(it)));
        let implementor = self.home.implementor.as_ref();
        let types = format!(
            "{} {} {}",
            parameters.join(" "),
            written.as_deref().unwrap_or_default(),
            implementor.map_or("", |(_, bounds)| bounds)
        );
        let generics =
            Generics::needed(&self.home.declaring, &types, source.slice(selection.range));
        let fresh = self.lifetime.fresh().map(str::to_owned);
        let stands_in = implementor.map(|(name, bounds)| format!("{name}: {bounds}"));
        let declared = fresh.into_iter().chain(generics.declared);
        let declared: Vec<String> = declared.chain(stands_in).collect();
        let declared = match &*declared {
            [] => String::new(),
            some => format!("<{}>", some.join(", ")),
        };
        // A projection doesn't determine the type itself.
        let is_told = |(name, _): &&(String, String)| {
            let told = parameters.join(" ").replace(&format!("{name}::"), "");
            words(&told).any(|it| it == *name)
        };
        let untold = implementor.filter(|it| !is_told(it));
        let arguments = match (generics.arguments, untold) {
            (None, Some(_)) => Some(generics.names),
            (arguments, _) => arguments,
        };
        let turbofish = arguments.map_or_else(String::new, |mut it| {
            it.extend(implementor.map(|_| "Self".to_owned()));
            format!("::<{}>", it.join(", "))
        });
        let words = qualifiers(selection, passing);
        let behind = written
            .as_ref()
            .map_or_else(String::new, |it| format!(" -> {it}"));
        let arguments = ways().map(|(name, way)| way.argument(name));
        let of_field = |(of, name, way): (&str, &str, &Way)| way.argument(&format!("{of}.{name}"));
        let arguments = arguments.chain(fields().map(of_field));
        Heading {
            name: name.to_owned(),
            before: format!("{words}fn {name}{declared}"),
            parameters,
            arguments: this
                .map(|(_, way)| argument_of_self(selection, way))
                .into_iter()
                .chain(arguments)
                .collect(),
            turbofish,
            is_vouched_for: passing.is_unsafe && !selection.is_vouched_for(self.source),
            behind,
            bounds: generics.bounds,
        }
    }
}

impl Writer<'_> {
    /// A type where a type parameter replaces `Self`.
    pub(super) fn of_implementor(&self, text: &str) -> String {
        let Some((name, bounds)) = &self.home.implementor else {
            return text.to_owned();
        };
        let text = qualified_as(text, "Self", name);
        let of_trait = bounds.split(" + ").next().unwrap_or_default();
        text.replace(&format!("<{name} as {of_trait}>::"), &format!("{name}::"))
    }
}

/// The name of `self` as a regular parameter.
pub(super) const THIS: &str = "this";

fn parameter_of_self(of: &str, way: &str) -> String {
    let sign = way.strip_suffix("self").unwrap_or_default();
    match sign {
        "mut " => format!("mut {THIS}: {of}"),
        sign => format!("{THIS}: {sign}{of}"),
    }
}

fn argument_of_self(selection: &Selection, way: &str) -> String {
    let list = selection.scope.function.param_list();
    let old = list.and_then(|it| it.self_param());
    let is_reference = old.is_some_and(|it| it.amp_token().is_some());
    let sign = way.strip_suffix("self").filter(|it| it.starts_with('&'));
    match sign.filter(|_| !is_reference) {
        Some(sign) => format!("{sign}self"),
        None => "self".to_owned(),
    }
}

impl Heading {
    pub(super) fn lines(&self, writer: &Writer<'_>, indent: &str, longest: usize) -> String {
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
