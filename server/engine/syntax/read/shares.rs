//! The contribution of each unit to the inspection of the whole file.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasAttrs, HasName, HasVisibility},
};

use super::{
    attributes,
    outline::{Owner, Presence},
    runs::Run,
    signatures::{self, is_dictated, is_plain_constructor},
    texts::{Text, hash},
    units::Unit,
};
use crate::text::{TextRange, TextSize};

/// What is collected in a file besides its lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileShare {
    /// String literals that may deserve a name.
    pub texts: Vec<Text>,
    /// Functions that may share parameters with others.
    pub functions: Vec<Parameters>,
    /// Statements that may repeat.
    pub runs: Vec<Run>,
}

/// The parameters of a function with at least three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// The name of the function.
    pub at: TextRange,
    pub all: Vec<Parameter>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// Hash of its name and type as written.
    pub hash: u64,
    /// The range of its name.
    pub at: TextRange,
    /// Whether its type is named, rather than composed of numbers and strings only.
    pub is_of_named_type: bool,
}

/// Minimum number of parameters; fewer are rarely worth a struct.
const FEWEST: usize = 3;

impl Unit<'_> {
    pub fn share(&self) -> FileShare {
        FileShare {
            texts: self.texts(),
            functions: self.shared_functions(),
            runs: self.runs(),
        }
    }

    fn shared_functions(&self) -> Vec<Parameters> {
        if self.is_for_tests() {
            return Vec::new();
        }
        let all = signatures::all(self);
        // The signature of a public function is determined by its callers.
        let is_public = |function: &ast::Fn| {
            let visibility = function.visibility();
            visibility.is_some_and(|it| it.syntax().text() == "pub")
        };
        let free = all.filter(|(function, owner)| {
            signatures::written(function) >= FEWEST
                && *owner != Owner::Trait
                && !is_dictated(function, *owner)
                && !is_plain_constructor(function)
                && !is_public(function)
                && function.unsafe_token().is_none()
                && !function.attrs().any(|it| attributes::is_conditional(&it))
        });
        free.filter_map(|(function, _)| self.parameters(&function))
            .collect()
    }

    fn parameters(&self, function: &ast::Fn) -> Option<Parameters> {
        let list = function.param_list()?;
        let all: Vec<_> = list
            .params()
            .filter_map(|parameter| {
                let ast::Pat::IdentPat(binding) = parameter.pat()? else {
                    return None;
                };
                let name = binding.name()?.syntax().text_range();
                let ty = self.slice(parameter.ty()?.syntax().text_range());
                let is_generic =
                    ty.trim_start_matches(['&', ' ']).len() < 2 || ty.contains("impl ");
                let written = format!("{}: {ty}", self.slice(name));
                (!is_generic).then(|| Parameter {
                    hash: hash(&written),
                    at: name,
                    is_of_named_type: ty.contains(|c: char| c.is_ascii_uppercase()),
                })
            })
            .collect();
        (all.len() >= FEWEST).then_some(Parameters {
            at: function.name()?.syntax().text_range(),
            all,
        })
    }
}

impl FileShare {
    /// The share with ranges relative to `start`.
    #[must_use]
    pub fn relative_to(self, start: TextSize) -> Self {
        self.mapped(|range| range - start)
    }

    /// Adds the share of a unit that starts at `start`. Code with platform-specific variants doesn't count as repetition.
    pub fn add(&mut self, share: &Self, start: TextSize, presence: Presence) {
        let moved = share.clone().mapped(|range| range + start);
        self.texts.extend(moved.texts);
        self.functions.extend(moved.functions);
        if presence == Presence::Always {
            let unit = self.runs.last().map_or(0, |run| run.unit + 1);
            let runs = moved.runs.into_iter().map(|run| Run { unit, ..run });
            self.runs.extend(runs);
        }
    }

    fn mapped(mut self, change: impl Fn(TextRange) -> TextRange) -> Self {
        for text in &mut self.texts {
            text.range = change(text.range);
        }
        for function in &mut self.functions {
            function.at = change(function.at);
            for parameter in &mut function.all {
                parameter.at = change(parameter.at);
            }
        }
        self.runs = self
            .runs
            .into_iter()
            .map(|run| run.mapped(&change))
            .collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{FileContext, Tree, places};

    #[test]
    fn functions_with_three_parameters_are_kept() {
        let text = "fn f(a: Aa, b: Bb, c: Cc) {} fn g(a: Aa, b: Bb) {} impl T for S { fn h(a: Aa, b: Bb, c: Cc) {} }\n\
                    impl S { fn new(a: Aa, b: Bb, c: Cc) -> S { S { a, b, c } } } pub fn i(a: Aa, b: Bb, c: Cc) {}\n\
                    fn j(a: A, b: B, c: impl C) {}";
        let tree = Tree::parse(text, FileContext::default().edition).unwrap();
        let places = places(&tree.root());
        let mut share = FileShare::default();
        for place in &places {
            let unit = Unit::new(text, place, FileContext::default());
            let start = place.node.text_range().start();
            share.add(&unit.share().relative_to(start), start, place.presence);
        }
        let names: Vec<_> = share.functions.iter().map(|it| &text[it.at]).collect();
        assert_eq!(names, ["f"]);
        assert_eq!(share.functions[0].all.len(), 3);
    }
}
