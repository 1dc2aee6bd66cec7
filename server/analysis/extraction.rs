//! Extracting a function, with rustc as the one that tells types and judges what was written.

mod others;

use std::{path::Path, sync::Arc};

use crate::{
    compiler::{Compiler, Told, Unjudged},
    extraction::{
        Draft, Drops, Known, NotExtracted, Passing, Probe, Purpose, Selection, Type, WITNESS,
    },
    syntax::Source,
    text::{Edits, TextRange, TextSize},
};

use super::{
    asking::{Asking, Refused},
    difference::difference,
};

pub use others::texts_beside;

/// The text with the new function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    pub text: Arc<str>,
    pub name: String,
}

impl Extracted {
    /// The edits that lead to it.
    pub fn edits(&self, before: &str) -> Edits {
        difference(before, &self.text)
    }

    /// Where the new function is called.
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

impl From<NotExtracted> for Refused {
    fn from(why: NotExtracted) -> Self {
        Self::Because(why.to_string())
    }
}

/// So many drafts are tried at most.
const TRIES: usize = 32;
/// What a package denies is no answer to a question of ours.
const CAPPED: &str = "--cap-lints=warn";
/// As many as clippy lets pass.
const MOST_PARAMETERS: usize = 7;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Extraction {
    /// The statements.
    pub range: TextRange,
    pub name: Option<String>,
    /// Texts of the workspace beside the one that is edited, whose declarations tell what a drop does.
    pub others: Vec<Arc<str>>,
}

/// Extracts statements; the first draft that rustc has nothing against is taken.
pub fn extract_function(
    source: &Source,
    path: &Path,
    wanted: &Extraction,
    compiler: &mut Compiler,
) -> Result<Extracted, Refused> {
    let mut selection = selected(source, wanted.range)?;
    let mut asking = Asking { path, compiler };
    let types = match asking.types(&selection.type_probe(source)) {
        // Not every field can be asked about.
        Err(Refused::Because(_)) if selection.forget_fields() => {
            asking.types(&selection.type_probe(source))?
        }
        types => types?,
    };
    let moved = Vec::new();
    let mut known = Known { types, moved };
    if let Some(maker) = selection.other_maker(&known) {
        selection = Selection::assuming(source, &source.root(), wanted.range, maker)?;
    }
    known.moved = asking.moved(&selection.move_probe(source))?;
    if let Some(probe) = selection.copy_probe(source) {
        let others = asking.not_copied(&probe)?;
        selection.copied(&mut known, &probe, &others);
    }
    let others = wanted.others.iter().map(|text| &**text);
    let drops = Drops::in_texts(others.chain([&*source.text]));
    selection.check_drops(&drops, &known)?;
    let passing = Passing::new(&selection, &known)?;
    let attempt = Attempt {
        source,
        selection: &selection,
        name: wanted.name.as_deref(),
        drops: &drops,
    };
    if selection.is_nameless(&known) {
        let draft = attempt.draft(&known, &passing, Purpose::Asking)?;
        let mut text = asking.description(&draft)?;
        if let (None, Some(probe)) = (&text, selection.item_probe(source, &known)) {
            text = asking.item(&probe)?;
        }
        if let Some(text) = text {
            selection.describe(&mut known, text);
        }
    }
    attempt.run(&mut asking, known, passing)
}

/// A selection for which drafts are written until rustc has nothing against one.
struct Attempt<'a> {
    source: &'a Source,
    selection: &'a Selection,
    name: Option<&'a str>,
    drops: &'a Drops<'a>,
}

impl Attempt<'_> {
    fn draft(
        &self,
        known: &Known,
        passing: &Passing,
        purpose: Purpose,
    ) -> Result<Draft, NotExtracted> {
        let Self {
            source,
            selection,
            name,
            ..
        } = *self;
        Draft::new(source, selection, known, passing, name, purpose)
    }

    fn run(
        &self,
        asking: &mut Asking<'_>,
        mut known: Known,
        mut passing: Passing,
    ) -> Result<Extracted, Refused> {
        let mut objection: Option<Told> = None;
        let layout = asking.layout(self.source);
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
            let Some(first) = errors.first() else {
                let idle = |it: &&Told| it.code.as_deref() == Some("unused_mut");
                let mut idle = warnings.iter().filter(idle).map(|it| it.at as usize);
                if idle.any(|at| passing.make_constant(&draft.text, at)) {
                    continue;
                }
                // Paths that are longer than they need be are shortened afterwards.
                let is_long = |it: &Told| it.code.as_deref() == Some("unused_qualifications");
                let (long, rest): (Vec<Told>, Vec<Told>) = warnings.into_iter().partition(is_long);
                self.check(asking, &known, &passing, &rest)?;
                let before = draft.text.clone();
                let extracted = self.polished(asking, draft, known, passing);
                if *extracted.text == *before {
                    asking.check_warnings(self.source, &long)?;
                }
                return Ok(extracted);
            };
            let import = errors.iter().find_map(|it| it.imports.first());
            let import = import.map(|it| self.selection.path_of_import(self.source, it));
            if let Some(import) = import.filter(|import| known.qualify(import)) {
                tracing::debug!("a type is named by its path: {import}");
                passing.qualify(&import);
                continue;
            }
            // A variable of the same name keeps rustc from telling the path of a module.
            let lacks_path =
                |it: &Told| matches!(it.code.as_deref(), Some("E0412" | "E0425" | "E0433"));
            if errors.iter().any(lacks_path) && self.selection.shorten(&mut known, &mut passing) {
                continue;
            }
            tracing::debug!("a draft doesn't hold: {first}");
            tracing::trace!("the draft: {}", draft.text);
            objection = Some(first.clone());
            let hides_borrow = errors.iter().any(|it| it.code.as_deref() == Some("E0700"));
            if hides_borrow && self.selection.borrow_result(&mut known) {
                continue;
            }
            if !loosen(&mut passing, &errors, &draft.text) {
                break;
            }
        }
        Err(Refused::Because(match objection {
            Some(told) => format!("rustc stands against it: {told}."),
            None => "rustc wants more than was tried.".to_owned(),
        }))
    }

    /// What rustc has against a draft where parts of the selection are compiled that aren't now, or are not that are.
    fn objections_elsewhere(
        &self,
        asking: &mut Asking<'_>,
        draft: &Draft,
    ) -> Result<Vec<Told>, Refused> {
        for gate in &self.selection.gates {
            for other in ["#[cfg(all())]", "#[cfg(any())]"] {
                let before = asking.ask(&self.source.text.replace(gate, other), &[])?;
                if before.iter().any(|it| it.is_error) {
                    let why = format!("A part of the selection isn't always compiled: `{gate}`.");
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
                        "rustc would warn where `{gate}` decides otherwise: {warning}."
                    )));
                }
            }
        }
        Ok(Vec::new())
    }

    /// A draft that holds, with shorter names where they mean the same.
    fn polished(
        &self,
        asking: &mut Asking<'_>,
        draft: Draft,
        known: Known,
        passing: Passing,
    ) -> Extracted {
        let (mut best, mut known, mut passing) = (draft, known, passing);
        let (mut shorter, mut named) = (known.clone(), passing.clone());
        if self.selection.shorten(&mut shorter, &mut named)
            && let Ok(draft) = self.tried(asking, &shorter, &named)
        {
            (best, known, passing) = (draft, shorter, named);
        }
        if passing.name_function(self.selection)
            && let Ok(draft) = self.tried(asking, &known, &passing)
        {
            best = draft;
        }
        let text = best.text.into();
        let name = best.name;
        Extracted { text, name }
    }

    /// A draft that rustc has nothing against, not even a warning that is new.
    fn tried(
        &self,
        asking: &mut Asking<'_>,
        known: &Known,
        passing: &Passing,
    ) -> Result<Draft, Refused> {
        let mut draft = self.draft(known, passing, Purpose::Result)?;
        if let Some(layout) = asking.layout(self.source) {
            draft.text = asking.formatted(draft.text, &layout);
        }
        let told = asking.ask(&draft.text, &[])?;
        if let Some(error) = told.iter().find(|it| it.is_error) {
            return Err(Refused::Because(error.to_string()));
        }
        asking.check_warnings(self.source, &told)?;
        Ok(draft)
    }

    /// What the draft's verdict doesn't show.
    fn check(
        &self,
        asking: &mut Asking<'_>,
        known: &Known,
        passing: &Passing,
        warnings: &[Told],
    ) -> Result<(), Refused> {
        asking.check_warnings(self.source, warnings)?;
        self.selection.check_taken(self.drops, known, passing)?;
        if self.selection.has_macro {
            let trap = self.draft(known, passing, Purpose::Trap)?;
            asking.check_returns(&trap)?;
        }
        Ok(())
    }
}

/// Whether a function may be made of a range, as far as syntax tells. Costs no more than looking at the file.
pub fn may_be_extracted(source: &Source, range: TextRange) -> Result<(), Refused> {
    selected(source, range).map(|_| ())
}

fn selected(source: &Source, range: TextRange) -> Result<Selection, Refused> {
    let selection = Selection::of(source, &source.root(), range)?;
    let count = selection.parameters();
    if count > MOST_PARAMETERS {
        let why = format!("A function would take {count} parameters.");
        return Err(Refused::Because(why));
    }
    Ok(selection)
}

/// Answers errors of a draft by a looser way of passing; says whether there is one left.
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

impl Asking<'_> {
    fn types(
        &mut self,
        probe: &Probe,
    ) -> Result<std::collections::BTreeMap<String, Type>, Refused> {
        const FLAGS: [&str; 5] = [
            CAPPED,
            "--force-warn",
            "dropping_references",
            "--force-warn",
            "dropping_copy_types",
        ];
        let told = self.ask(&probe.text, &FLAGS)?;
        let mut types = std::collections::BTreeMap::new();
        let is_answer = |told: &Told| {
            told.code
                .as_deref()
                .is_some_and(|it| it.starts_with("dropping_"))
        };
        if let Some(error) = told.iter().find(|it| it.is_error && !is_answer(it)) {
            return Err(Refused::Because(format!(
                "rustc can't tell the types: {error}."
            )));
        }
        for told in told.iter().filter(|it| is_answer(it)) {
            let Some(name) = probe.subject(TextSize::new(told.at)) else {
                continue;
            };
            let label = told
                .labels
                .iter()
                .find_map(|label| label.strip_prefix("argument has type `")?.strip_suffix('`'));
            let is_copy = told.code.as_deref() == Some("dropping_copy_types");
            let entry = types.entry(name.to_owned()).or_insert(Type {
                text: String::new(),
                is_copy: false,
            });
            if is_copy {
                entry.is_copy = true;
                continue;
            }
            // What is given away by reference; a variable that is a reference is given away as such a second time.
            let text = label
                .and_then(|label| label.strip_prefix('&'))
                .unwrap_or_default();
            if text.len() > entry.text.len() {
                text.clone_into(&mut entry.text);
            }
        }
        for known in types.values_mut() {
            // A reference can be copied, but one that changes.
            known.is_copy |= known.text.starts_with('&') && !known.text.starts_with("&mut ");
        }
        if types.remove(WITNESS).is_none() {
            let why = "The selection isn't compiled in any target that is checked here.";
            return Err(Refused::Because(why.to_owned()));
        }
        types.retain(|_, known| !known.text.is_empty());
        Ok(types)
    }

    /// A description of the iterator that gives what rustc tells of.
    fn item(&mut self, probe: &Probe) -> Result<Option<String>, Unjudged> {
        const FLAGS: [&str; 3] = [CAPPED, "--force-warn", "dropping_references"];
        let told = self.ask(&probe.text, &FLAGS)?;
        let mut labels = told.iter().flat_map(|it| &it.labels);
        let item = labels.find_map(|it| {
            it.strip_prefix("argument has type `&")?
                .strip_suffix('`')
                .and_then(Selection::iterator_of)
        });
        Ok(item)
    }

    /// How rustc would describe the result of a function that says `_`.
    fn description(&mut self, draft: &Draft) -> Result<Option<String>, Unjudged> {
        let told = self.ask(&draft.text, &[CAPPED])?;
        let mut told = told.into_iter();
        let answer = told.find(|it| it.code.as_deref() == Some("E0121"));
        Ok(answer.and_then(|it| it.replacements.into_iter().next()))
    }

    /// A macro may hold a `return`, which would leave the new function alone.
    fn check_returns(&mut self, trap: &Draft) -> Result<(), Refused> {
        let told = self.ask(&trap.text, &[CAPPED])?;
        match told.iter().find(|it| it.is_error) {
            None => Ok(()),
            Some(error) => Err(Refused::Because(format!(
                "A macro in the selection may leave it with a `return`: {error}."
            ))),
        }
    }

    fn moved(&mut self, probe: &Probe) -> Result<Vec<String>, Unjudged> {
        self.subjects(probe, "E0382")
    }

    fn not_copied(&mut self, probe: &Probe) -> Result<Vec<String>, Unjudged> {
        self.subjects(probe, "E0277")
    }

    /// What an error is about wherever it has this code.
    fn subjects(&mut self, probe: &Probe, code: &str) -> Result<Vec<String>, Unjudged> {
        let told = self.ask(&probe.text, &[CAPPED])?;
        let told = told.iter().filter(|it| it.code.as_deref() == Some(code));
        let names = told.filter_map(|it| probe.subject(TextSize::new(it.at)));
        Ok(names.map(str::to_owned).collect())
    }
}
