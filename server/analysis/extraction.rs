//! Extracts functions; rustc infers types and checks the result.

mod asked;
mod others;
mod repeated;

use std::{path::Path, sync::Arc};

use crate::{
    compiler::{Compiler, Told},
    extraction::{Draft, Drops, Known, Leveled, NotExtracted, Passing, Purpose, Selection, Shared},
    syntax::Source,
    text::{Edits, TextRange, TextSize},
};

use super::{
    asking::{Asking, Refused},
    difference::difference,
};

pub use others::{is_free_beside, texts_beside};
pub use repeated::{Left, Repeated, Seen, Unification, Unified, repeated_at, unify};

/// The source text with the new function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    pub text: Arc<str>,
    pub name: String,
}

impl Extracted {
    /// Returns the edits that produce it.
    pub fn edits(&self, before: &str) -> Edits {
        difference(before, &self.text)
    }

    /// Returns the offset of the new function's call.
    pub fn call(&self) -> Option<TextSize> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut places = self.text.match_indices(&*self.name).filter(|(at, name)| {
            let (before, after) = (&self.text[..*at], &self.text[at + name.len()..]);
            let is_whole = !before.ends_with(is_word) && !after.starts_with(is_word);
            is_whole && after.starts_with('(') && !before.ends_with("fn ")
        });
        TextSize::try_from(places.next()?.0).ok()
    }
}

impl From<Draft> for Extracted {
    fn from(draft: Draft) -> Self {
        Self {
            text: draft.text.into(),
            name: draft.name,
        }
    }
}

impl From<NotExtracted> for Refused {
    fn from(why: NotExtracted) -> Self {
        Self::Because(why.to_string())
    }
}

/// Maximum number of drafts to try.
const TRIES: usize = 32;
/// Prevents lints that the package denies from failing probes.
const CAPPED: &str = "--cap-lints=warn";
/// Maximum number of parameters of a new function, the same as clippy's default.
const MOST_PARAMETERS: usize = 7;

/// Parameters of an extraction.
#[derive(Debug, Clone, Default)]
pub struct Extraction {
    /// The statements to extract.
    pub range: TextRange,
    pub name: Option<String>,
    /// Other source texts of the workspace, whose declarations show the effects of drops.
    pub others: Vec<Arc<str>>,
}

/// Extracts statements; uses the first draft that rustc accepts.
pub fn extract_function(
    source: &Source,
    path: &Path,
    wanted: &Extraction,
    compiler: &mut Compiler,
) -> Result<Extracted, Refused> {
    selected(source, wanted.range)?;
    let mut asking = Asking { path, compiler };
    let others = wanted.others.iter().map(|text| &**text);
    let drops = Drops::in_texts(others.chain([&*source.text]));
    let (selection, known) = asked(source, wanted.range, None, &mut asking)?;
    selection.check_drops(&drops, &known)?;
    let attempt = Attempt {
        source,
        original: source,
        leveled: None,
        selections: &[&selection],
        name: wanted.name.as_deref(),
        drops: &drops,
    };
    Ok(attempt.run(&mut asking, vec![known])?.into())
}

/// Returns the selection, including requirements of equal selections, and what rustc reports about it.
fn asked(
    source: &Source,
    range: TextRange,
    shared: Option<&Shared>,
    asking: &mut Asking<'_>,
) -> Result<(Selection, Known), Refused> {
    let root = source.root();
    let select = |maker| -> Result<Selection, NotExtracted> {
        let mut selection = Selection::assuming(source, &root, range, maker)?;
        if let Some(shared) = shared {
            selection.share(shared);
        }
        Ok(selection)
    };
    let mut selection = select("Some")?;
    let types = match asking.types(&selection.type_probe(source)) {
        // Not all fields can be probed.
        Err(Refused::Because(_)) if selection.forget_fields() => {
            asking.types(&selection.type_probe(source))?
        }
        types => types?,
    };
    let moved = Vec::new();
    let mut known = Known { types, moved };
    if let Some(maker) = selection.other_maker(&known) {
        selection = select(maker)?;
    }
    known.moved = asking.moved(&selection.move_probe(source))?;
    if let Some(probe) = selection.copy_probe(source) {
        let others = asking.not_copied(&probe)?;
        selection.copied(&mut known, &probe, &others);
    }
    Ok((selection, known))
}

/// Equal selections, for which drafts are tried until rustc accepts one.
struct Attempt<'a> {
    source: &'a Source,
    /// The source text to change, if the selections are in a leveled one.
    original: &'a Source,
    leveled: Option<&'a Leveled>,
    selections: &'a [&'a Selection],
    name: Option<&'a str>,
    drops: &'a Drops<'a>,
}

impl Attempt<'_> {
    /// Drafts the function of the first selection, with a call in place of each.
    fn draft(
        &self,
        known: &[Known],
        passing: &Passing,
        purpose: Purpose,
    ) -> Result<Draft, NotExtracted> {
        let draft = self.draft_of_equal(known, passing, purpose)?;
        match self.leveled {
            None => Ok(draft),
            Some(leveled) => leveled.carried_back(draft, &[]),
        }
    }

    fn draft_of_equal(
        &self,
        known: &[Known],
        passing: &Passing,
        purpose: Purpose,
    ) -> Result<Draft, NotExtracted> {
        let drafts = self.each(known).map(|(selection, known)| {
            Draft::new(self.source, selection, known, passing, self.name, purpose)
        });
        Draft::joined(self.source, &drafts.collect::<Result<Vec<_>, _>>()?)
    }

    fn each<'a>(&'a self, known: &'a [Known]) -> impl Iterator<Item = (&'a Selection, &'a Known)> {
        self.selections.iter().copied().zip(known)
    }

    fn run(&self, asking: &mut Asking<'_>, mut known: Vec<Known>) -> Result<Draft, Refused> {
        let first = self.selections[0];
        let mut passing = Passing::new(first, &known[0])?;
        self.describe(asking, &mut known, &passing)?;
        let mut objection: Option<Told> = None;
        let layout = asking.layout(self.original);
        for _ in 0..TRIES {
            let mut draft = self.draft(&known, &passing, Purpose::Result)?;
            if let Some(layout) = &layout {
                draft.text = asking.formatted(draft.text, layout);
            }
            let told = asking.ask(&draft.text, &[])?;
            let (mut errors, warnings): (Vec<Told>, Vec<Told>) =
                told.into_iter().partition(|it| it.is_error);
            if errors.is_empty() {
                errors = self.objections_elsewhere(asking, &draft)?;
            }
            let Some(error) = errors.first() else {
                let idle = |it: &&Told| it.code.as_deref() == Some("unused_mut");
                let mut idle = warnings.iter().filter(idle).map(|it| it.at as usize);
                let named = |name: &str| match self.leveled {
                    Some(leveled) => leveled.fresh(name),
                    None => name.to_owned(),
                };
                if idle.any(|at| passing.make_constant((&draft.text, at), named)) {
                    continue;
                }
                // Unnecessarily long paths are shortened afterwards.
                let is_long = |it: &Told| it.code.as_deref() == Some("unused_qualifications");
                let (long, rest): (Vec<Told>, Vec<Told>) = warnings.into_iter().partition(is_long);
                self.check(asking, &known, &passing, &rest)?;
                let before = draft.text.clone();
                let polished = self.polished(asking, draft, known, passing);
                if polished.text == before {
                    asking.check_warnings(self.original, &long)?;
                }
                return Ok(polished);
            };
            let import = errors.iter().find_map(|it| it.imports.first());
            let import = import.map(|it| first.path_of_import(self.source, it));
            if let Some(import) = import.filter(|import| qualify(&mut known, import)) {
                tracing::debug!("a type is named by its path: {import}");
                passing.qualify(&import);
                continue;
            }
            // A variable of the same name prevents rustc from suggesting a module's path.
            let lacks_path =
                |it: &Told| matches!(it.code.as_deref(), Some("E0412" | "E0425" | "E0433"));
            if errors.iter().any(lacks_path) && self.shorten(&mut known, &mut passing) {
                continue;
            }
            tracing::debug!("a draft doesn't hold: {error}");
            tracing::trace!("the draft: {}", draft.text);
            objection = Some(error.clone());
            let hides_borrow = errors.iter().any(|it| it.code.as_deref() == Some("E0700"));
            if hides_borrow && self.borrow_result(&mut known) {
                continue;
            }
            if !loosen(&mut passing, &errors, &draft.text) {
                break;
            }
        }
        Err(Refused::Because(match objection {
            Some(told) => format!("rustc rejects it: {told}."),
            None => "rustc rejects every variant that was tried.".to_owned(),
        }))
    }

    /// Lets rustc describe the function's result type if it can't be named.
    fn describe(
        &self,
        asking: &mut Asking<'_>,
        known: &mut [Known],
        passing: &Passing,
    ) -> Result<(), Refused> {
        let selection = self.selections[0];
        if !selection.is_nameless(&known[0]) {
            return Ok(());
        }
        if self.selections.len() > 1 {
            let why = "The return type of the function can't be named.";
            return Err(Refused::Because(why.to_owned()));
        }
        let draft = self.draft(known, passing, Purpose::Asking)?;
        let mut text = asking.description(&draft)?;
        if let (None, Some(probe)) = (&text, selection.item_probe(self.source, &known[0])) {
            text = asking.item(&probe)?;
        }
        if let Some(text) = text {
            selection.describe(&mut known[0], text);
        }
        Ok(())
    }

    /// Returns rustc's errors for configurations in which other parts of the selection are compiled.
    fn objections_elsewhere(
        &self,
        asking: &mut Asking<'_>,
        draft: &Draft,
    ) -> Result<Vec<Told>, Refused> {
        for gate in self.selections.iter().flat_map(|it| &it.gates) {
            for other in ["#[cfg(all())]", "#[cfg(any())]"] {
                let before = asking.ask(&self.original.text.replace(gate, other), &[])?;
                if before.iter().any(|it| it.is_error) {
                    let why = format!("Part of the selection isn't always compiled: `{gate}`.");
                    return Err(Refused::Because(why));
                }
                let after = asking.ask(&draft.text.replace(gate, other), &[])?;
                let count =
                    |all: &[Told], words: &str| all.iter().filter(|it| it.words == words).count();
                let (errors, warnings): (Vec<Told>, Vec<Told>) =
                    after.into_iter().partition(|it| it.is_error);
                if !errors.is_empty() {
                    return Ok(errors);
                }
                let mut new = warnings
                    .iter()
                    .filter(|it| count(&warnings, &it.words) > count(&before, &it.words));
                if let Some(warning) = new.next() {
                    return Err(Refused::Because(format!(
                        "rustc would warn in builds where `{gate}` has the opposite result: {warning}."
                    )));
                }
            }
        }
        Ok(Vec::new())
    }

    /// Shortens names in an accepted draft if they keep their meaning.
    fn polished(
        &self,
        asking: &mut Asking<'_>,
        draft: Draft,
        known: Vec<Known>,
        passing: Passing,
    ) -> Draft {
        let (mut best, mut known, mut passing) = (draft, known, passing);
        let (mut shorter, mut named) = (known.clone(), passing.clone());
        if self.shorten(&mut shorter, &mut named)
            && let Ok(draft) = self.tried(asking, &shorter, &named)
        {
            (best, known, passing) = (draft, shorter, named);
        }
        if let [selection] = self.selections
            && passing.name_function(selection)
            && let Ok(draft) = self.tried(asking, &known, &passing)
        {
            best = draft;
        }
        best
    }

    /// Returns a draft that rustc accepts without new warnings.
    fn tried(
        &self,
        asking: &mut Asking<'_>,
        known: &[Known],
        passing: &Passing,
    ) -> Result<Draft, Refused> {
        let mut draft = self.draft(known, passing, Purpose::Result)?;
        if let Some(layout) = asking.layout(self.original) {
            draft.text = asking.formatted(draft.text, &layout);
        }
        let told = asking.ask(&draft.text, &[])?;
        if let Some(error) = told.iter().find(|it| it.is_error) {
            return Err(Refused::Because(error.to_string()));
        }
        asking.check_warnings(self.original, &told)?;
        Ok(draft)
    }

    /// Checks what the draft's verdict doesn't show.
    fn check(
        &self,
        asking: &mut Asking<'_>,
        known: &[Known],
        passing: &Passing,
        warnings: &[Told],
    ) -> Result<(), Refused> {
        asking.check_warnings(self.original, warnings)?;
        for (selection, known) in self.each(known) {
            selection.check_taken(self.drops, known, passing)?;
            if let Some(leveled) = self.leveled {
                leveled.check(selection, known, passing)?;
            }
        }
        self.check_lent(asking, known, passing)?;
        if self.selections[0].has_macro {
            let trap = self.draft(known, passing, Purpose::Trap)?;
            asking.check_returns(&trap)?;
        }
        Ok(())
    }

    /// Checks that values passed to a call aren't changed before they are used, by borrowing them for the whole call.
    fn check_lent(
        &self,
        asking: &mut Asking<'_>,
        known: &[Known],
        passing: &Passing,
    ) -> Result<(), Refused> {
        let lent = self
            .leveled
            .map(|it| (it, it.lent(self.selections[0], passing)));
        let Some((leveled, lent)) = lent.filter(|(_, lent)| !lent.is_empty()) else {
            return Ok(());
        };
        let draft = self.draft_of_equal(known, passing, Purpose::Result)?;
        let draft = leveled.carried_back(draft, &lent)?;
        let told = asking.ask(&draft.text, &[CAPPED])?;
        match told.iter().find(|it| it.is_error) {
            None => Ok(()),
            Some(error) => Err(Refused::Because(format!(
                "A differing value may change before it is read: {error}."
            ))),
        }
    }

    fn shorten(&self, known: &mut [Known], passing: &mut Passing) -> bool {
        let each = self.selections.iter().zip(known);
        each.fold(false, |found, (selection, known)| {
            found | selection.shorten(known, passing)
        })
    }

    fn borrow_result(&self, known: &mut [Known]) -> bool {
        let each = self.selections.iter().zip(known);
        each.fold(false, |found, (selection, known)| {
            found | selection.borrow_result(known)
        })
    }
}

fn qualify(known: &mut [Known], path: &str) -> bool {
    let known = known.iter_mut();
    known.fold(false, |found, known| found | known.qualify(path))
}

/// Whether a range can be extracted, as far as syntax shows. As cheap as analysing the file.
pub fn may_be_extracted(source: &Source, range: TextRange) -> Result<(), Refused> {
    selected(source, range).map(|_| ())
}

fn selected(source: &Source, range: TextRange) -> Result<Selection, Refused> {
    let selection = Selection::of(source, &source.root(), range)?;
    let count = selection.parameters();
    if count > MOST_PARAMETERS {
        let why = format!("The function would have {count} parameters.");
        return Err(Refused::Because(why));
    }
    Ok(selection)
}

/// Reacts to a draft's errors by relaxing how values are passed; returns whether that was possible.
fn loosen(passing: &mut Passing, errors: &[Told], draft: &str) -> bool {
    let wants_lifetime = |told: &Told| {
        matches!(told.code.as_deref(), Some("E0106" | "E0621"))
            || told.words.contains("lifetime may not live")
    };
    let outlives = |told: &Told| told.code.as_deref() == Some("E0597");
    let is_bound_too_long = |told: &Told| told.code.as_deref() == Some("E0515");
    let mismatches = |told: &Told| matches!(told.code.as_deref(), Some("E0308" | "E0277"));
    let is_borrowed = |told: &Told| {
        matches!(
            told.code.as_deref(),
            Some("E0499" | "E0502" | "E0503" | "E0505" | "E0506" | "E0382" | "E0716")
        )
    };
    let belongs_elsewhere = |told: &Told| {
        let code = told.code.as_deref();
        matches!(
            code,
            Some("E0116" | "E0118" | "E0390" | "E0425" | "E0412" | "E0411")
        )
    };
    let is_unsafe = |told: &Told| told.code.as_deref() == Some("E0133");
    (errors.iter().any(is_unsafe) && passing.make_unsafe())
        || (errors.iter().any(outlives) && passing.name_result())
        || (errors.iter().any(is_bound_too_long) && passing.name_lifetimes())
        || (errors.iter().any(mismatches) && passing.keep_try())
        || errors
            .iter()
            .filter(|it| is_borrowed(it) || it.code.as_deref() == Some("E0507"))
            .any(|it| passing.take_fields(&it.words))
        || (errors.iter().any(belongs_elsewhere) && passing.move_on())
        || errors.iter().any(|it| passing.loosen(&it.words))
        || (errors.iter().any(wants_lifetime) && passing.name_lifetimes())
        || errors
            .iter()
            .any(|it| passing.loosen_at(draft, it.at as usize))
        || (errors.iter().any(is_borrowed) && passing.name_lifetimes())
        || passing.loosen_any()
}
