//! How a captured variable reaches the new function: the tightest ways first.

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

/// One way for each variable, which may be made looser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing {
    captured: Vec<Ways>,
    /// Of `self`, if it is mentioned.
    pub(super) receiver: Option<Receivers>,
    lifetimes: Vec<Lifetime>,
    /// Whether the result has a name first: the temporaries of a block's value outlive its variables.
    pub(super) names_result: bool,
    /// Whether a `?` at the end stays where the result could be given on as it is.
    pub(super) keeps_try: bool,
    places: Vec<Place>,
    /// Of fields, if all of what they belong to can be passed alone.
    fields: Vec<(String, Ways)>,
    /// What is passed by its fields.
    split: Vec<String>,
    /// Whether callers have to vouch for more than the compiler sees.
    pub(super) is_unsafe: bool,
    /// The closure in whose stead the function is named, and what it takes.
    pub(super) closure: Option<(ast::ClosureExpr, Vec<String>)>,
    /// Variables that nobody changes behind the selection.
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

    /// Names lifetimes that could be left out so far; says whether there is a way left.
    pub fn name_lifetimes(&mut self) -> bool {
        let has_other = self.lifetimes.len() > 1;
        if has_other {
            self.lifetimes.remove(0);
        }
        has_other
    }

    /// Gives the result a name; says whether it had none.
    pub fn name_result(&mut self) -> bool {
        !std::mem::replace(&mut self.names_result, true)
    }

    /// Lets a `?` at the end stay; says whether it was taken away.
    pub fn keep_try(&mut self) -> bool {
        !std::mem::replace(&mut self.keeps_try, true)
    }

    /// Passes fields in the stead of all of what the compiler's words name; says whether that is another way.
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

    /// Whether the fields of something are passed in its stead.
    pub(super) fn is_split(&self, of: &str) -> bool {
        self.split.iter().any(|it| it == of)
    }

    /// Has the variable be constant whose `mut` stands at a place of a draft; says whether it wasn't so far. It may have another
    /// name where it is selected.
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

    /// The fields that are passed by themselves, and what they belong to.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &Ways)> {
        let fields = self.fields.iter().filter(|(of, _)| self.is_split(of));
        fields.map(|(of, ways)| (of.as_str(), ways))
    }

    /// How a field is passed, if it is passed by itself.
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

    /// Gives the function another place; says whether there is one left.
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

    /// Lets the variable be passed more loosely that the code at `at` of a draft is about.
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

    /// Has types be named by a path.
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

    /// Has the function be `unsafe`, as what stands around the selection is; says whether it wasn't so far.
    pub fn make_unsafe(&mut self) -> bool {
        !std::mem::replace(&mut self.is_unsafe, true)
    }

    /// Has a closure that only calls the function be the function; says whether it may be one.
    pub fn name_function(&mut self, selection: &Selection) -> bool {
        self.closure = selection.closure_around().filter(|_| !self.is_unsafe);
        self.closure.is_some()
    }

    /// Lets the variable that the compiler's words name be passed more loosely; says whether there is a way left.
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

    /// Lets anything be passed more loosely where the compiler doesn't say what.
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
