//! How a captured variable is passed to the new function: the most restrictive ways first.

mod mentions;
mod ways;

use ra_ap_syntax::ast;

use super::{
    Known, NotExtracted, Selection,
    fields::Field,
    home::{self, Place},
    lifetimes::{Lifetime, lifetimes},
    selection::Capture,
};
use ways::{fields, receivers, ways};

pub(super) use mentions::{has_expressions, is_formatting, is_taken_by_reference_too};
pub(super) use ways::{Receivers, Way, Ways, givable, nameable};

/// One way for each variable, which can be relaxed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing {
    captured: Vec<Ways>,
    /// The ways to pass `self`, if it is mentioned.
    pub(super) receiver: Option<Receivers>,
    lifetimes: Vec<Lifetime>,
    /// Whether the result is bound to a variable first, as the temporaries of a tail expression outlive the block's variables.
    pub(super) names_result: bool,
    /// Whether a `?` at the end stays although the result could be returned unchanged.
    pub(super) keeps_try: bool,
    places: Vec<Place>,
    /// The ways to pass fields, if their owner can be passed by its fields alone.
    fields: Vec<(String, Ways)>,
    /// The variables that are passed by their fields.
    split: Vec<String>,
    /// Whether callers have to uphold safety conditions.
    pub(super) is_unsafe: bool,
    /// The closure that the function's name replaces, and its parameters.
    pub(super) closure: Option<(ast::ClosureExpr, Vec<String>)>,
    /// Variables that aren't mutated after the selection.
    pub(super) constant: Vec<String>,
}

impl Passing {
    pub fn new(selection: &Selection, known: &Known) -> Result<Self, NotExtracted> {
        let captured = selection.captures.iter().map(|capture| {
            Ok(Ways {
                name: capture.name.clone(),
                ways: ways(capture, known, selection.exits.may_hide_moves())?,
            })
        });
        Ok(Self {
            captured: captured.collect::<Result<_, NotExtracted>>()?,
            receiver: receivers(selection, known),
            lifetimes: lifetimes(selection),
            names_result: false,
            keeps_try: !selection.ends_with_try(),
            places: home::places(selection),
            fields: fields(selection, known),
            split: Vec::new(),
            is_unsafe: selection.relies_on_callers(),
            closure: None,
            constant: Vec::new(),
        })
    }

    /// Names lifetimes that were elided so far. Returns whether there is an alternative left.
    pub fn name_lifetimes(&mut self) -> bool {
        let has_other = self.lifetimes.len() > 1;
        if has_other {
            self.lifetimes.remove(0);
        }
        has_other
    }

    /// Binds the result to a variable. Returns whether it wasn't bound before.
    pub fn name_result(&mut self) -> bool {
        !std::mem::replace(&mut self.names_result, true)
    }

    /// Keeps a `?` at the end. Returns whether it was removed before.
    pub fn keep_try(&mut self) -> bool {
        !std::mem::replace(&mut self.keeps_try, true)
    }

    /// Passes fields instead of the owner that the compiler's message names. Returns whether that is a change.
    pub fn take_fields(&mut self, words: &str) -> bool {
        let quoted = words.split('`').skip(1).step_by(2);
        let mut roots = quoted.map(|word| {
            let word = word.trim_start_matches(['*', '&']);
            word.split(['.', '[']).next().unwrap_or_default()
        });
        let Some(of) = roots.find(|it| self.may_split(it)) else {
            return false;
        };
        if of == "self" {
            self.receiver = None;
        }
        self.split.push(of.to_owned());
        true
    }

    fn may_split(&self, of: &str) -> bool {
        !self.is_split(of) && self.fields.iter().any(|(owner, _)| owner == of)
    }

    /// Whether the fields of a variable are passed instead of the whole.
    pub(super) fn is_split(&self, of: &str) -> bool {
        self.split.iter().any(|it| it == of)
    }

    /// Removes the `mut` at a location of a draft from its variable. Returns whether it is a new change. The variable may have
    /// another name in the selection.
    pub fn make_constant(
        &mut self,
        (text, at): (&str, usize),
        named: impl Fn(&str) -> String,
    ) -> bool {
        let declared = text.get(at..).and_then(|it| it.strip_prefix("mut "));
        let name =
            declared.and_then(|it| it.split(|c: char| !c.is_alphanumeric() && c != '_').next());
        let name = named(name.unwrap_or_default());
        let is_new = !name.is_empty() && !self.constant.contains(&name);
        self.constant.extend(is_new.then_some(name));
        is_new
    }

    /// The fields that are passed separately, and their owners.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Ways)> {
        let fields = self.fields.iter().filter(|(of, _)| self.is_split(of));
        fields.map(|(of, ways)| (of.as_str(), ways))
    }

    /// How a field is passed, if it is passed separately.
    pub(super) fn of_field(&self, field: &Field) -> Option<&Way> {
        let mut fields = self.fields();
        let (_, ways) = fields.find(|(of, it)| *of == field.of && it.name == field.name)?;
        Some(ways.tightest())
    }

    /// The variables that are passed as a whole.
    pub(super) fn captured<'a>(
        &'a self,
        selection: &'a Selection,
    ) -> impl Iterator<Item = (&'a Capture, &'a Way)> {
        let all = selection.captures.iter().zip(&self.captured);
        let whole = all.filter(|(capture, _)| !self.is_split(&capture.name));
        whole.map(|(capture, ways)| (capture, ways.tightest()))
    }

    /// Moves the function to another location. Returns whether there is one left.
    pub fn move_on(&mut self) -> bool {
        let has_other = self.places.len() > 1;
        if has_other {
            self.places.remove(0);
        }
        has_other
    }

    pub(super) fn place(&self) -> Place {
        self.places[0]
    }

    pub(super) fn lifetime(&self) -> &Lifetime {
        &self.lifetimes[0]
    }

    /// Relaxes how the variable in the code at `at` of a draft is passed.
    pub fn loosen_at(&mut self, text: &str, at: usize) -> bool {
        let (before, behind) = text.split_at_checked(at).unwrap_or_default();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let chain = before.trim_end_matches(|c: char| is_word(c) || matches!(c, '.' | '[' | ']'));
        let chain = &text[chain.len()..];
        let here = behind.trim_start_matches(['*', '&', '(']);
        let here = here.trim_start_matches("mut ");
        let line = before.lines().last().unwrap_or_default();
        let root = |code: &str| {
            code.split(|c| !is_word(c))
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let words = line.split(|c| !is_word(c)).map(str::to_owned);
        let candidates: Vec<String> = [root(chain), root(here)].into_iter().chain(words).collect();
        let mut candidates = candidates.iter().filter(|name| !name.is_empty());
        candidates.any(|name| self.loosen(&format!("`{name}`")))
    }

    /// Uses a path to name types.
    pub fn qualify(&mut self, path: &str) {
        let fields = self.fields.iter_mut().map(|(_, ways)| ways);
        let all = self.captured.iter_mut().chain(fields);
        let ways = all.flat_map(|it| &mut it.ways);
        for way in ways {
            let text = way.text_mut();
            *text = super::qualified(text, path);
        }
    }

    /// The types of fields, and of variables of these names.
    pub(super) fn texts_mut<'a>(
        &'a mut self,
        names: &'a [&str],
    ) -> impl Iterator<Item = &'a mut String> {
        let captured = self.captured.iter_mut();
        let captured = captured.filter(|it| names.contains(&it.name.as_str()));
        let fields = self.fields.iter_mut().map(|(_, ways)| ways);
        let ways = captured.chain(fields).flat_map(|it| &mut it.ways);
        ways.map(Way::text_mut)
    }

    /// Makes the function `unsafe`, like the code around the selection. Returns whether it wasn't so before.
    pub fn make_unsafe(&mut self) -> bool {
        !std::mem::replace(&mut self.is_unsafe, true)
    }

    /// Replaces a closure that only calls the function by the function. Returns whether it can be replaced.
    pub fn name_function(&mut self, selection: &Selection) -> bool {
        self.closure = selection.closure_around().filter(|_| !self.is_unsafe);
        self.closure.is_some()
    }

    /// Relaxes how the variable in the compiler's message is passed. Returns whether there is a way left.
    pub fn loosen(&mut self, words: &str) -> bool {
        let names = |name: &str| {
            let quoted = words.split('`').skip(1).step_by(2);
            quoted
                .map(|word| {
                    word.trim_start_matches(['*', '&'])
                        .trim_start_matches("mut ")
                })
                .any(|word| {
                    word == name
                        || word
                            .strip_prefix(name)
                            .is_some_and(|it| it.starts_with(['.', '[']))
                })
        };
        let split = &self.split;
        let fields = self.fields.iter_mut();
        let fields = fields.filter(|(of, _)| split.contains(of));
        let whole = self.captured.iter_mut();
        let whole = whole.filter(|it| !split.contains(&it.name));
        if let Some(ways) = whole
            .chain(fields.map(|(_, ways)| ways))
            .find(|it| names(&it.name) && it.ways.len() > 1)
        {
            ways.ways.remove(0);
            return true;
        }
        if let Some(Receivers(ways)) = self
            .receiver
            .as_mut()
            .filter(|it| names("self") && it.0.len() > 1)
        {
            ways.remove(0);
            return true;
        }
        false
    }

    /// Relaxes how any variable is passed, if the compiler doesn't name one.
    pub fn loosen_any(&mut self) -> bool {
        let names = self
            .captured
            .iter()
            .filter(|it| it.ways.len() > 1)
            .map(|it| it.name.clone());
        let name = names
            .into_iter()
            .next()
            .unwrap_or_else(|| "self".to_owned());
        self.loosen(&format!("`{name}`"))
    }
}
