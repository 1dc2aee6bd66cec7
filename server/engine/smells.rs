//! Detects code worth refactoring. A smell measures; `analysis` judges. One file per smell, and one alphabetical registry.
//!
//! A smell inspects one [`Unit`] at a time, or the totals of a file's units, and has no access to configuration or other files.
//! Code that occurs in several places is found by the [`index`](crate::index); its smells only define how it is reported.
//!
//! # The documentation of a smell
//!
//! The documentation is the module comment of the smell's file, in Markdown. [`doc`] returns it, editors and terminals show it,
//! and a test runs its examples. In an example, a line `// … 40 more statements` stands for that many one-line statements;
//! `functions` works the same way. The headings are, in this order:
//!
//! ````text
//! # Display name
//!
//! ## What it does
//! ## Why
//! ## Example
//! ```rust before
//! // The smell fires above its first limit here, and no other smell does.
//! ```
//! ```rust after
//! // No smell fires here.
//! ```
//! ## What it leaves alone
//! ## Limits
//! The two limits, what is counted, and how often the smell fires in well-kept code.
//! ## Sources
//! ````
//!
//! The documentation of a refactoring has the same form, with `What it checks` instead of `Limits`.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use ra_ap_syntax::SyntaxKind;

use crate::{
    facts::{Part, Sighting, SmellId},
    index::{Duplicate, DuplicateKind, Spot},
    syntax::{FileUnit, KindSet, Unit, UnitKind},
    text::TextRange,
};

pub mod boolean_arguments;
pub mod boolean_fields;
pub mod boolean_parameters;
pub mod boolean_return;
pub mod cognitive_complexity;
pub mod collapsible_if;
pub mod combinator_opportunity;
pub mod commented_out_code;
pub mod complex_conditional;
pub mod complex_type;
pub mod data_clump;
pub mod deep_nesting;
pub mod derivable_impl;
pub mod distant_declaration;
pub mod duplicate_block;
pub mod duplicate_function;
pub mod flag_loop;
pub mod god_type;
pub mod guard_clause_opportunity;
pub mod identical_arms;
pub mod identical_branches;
pub mod large_file;
pub mod large_impl;
pub mod large_type;
pub mod let_else_opportunity;
pub mod long_closure;
pub mod long_else_if_chain;
pub mod long_function;
pub mod long_loop_body;
pub mod long_match_arm;
pub mod loop_opportunity;
pub mod magic_number;
pub mod matches_opportunity;
pub mod near_duplicate_function;
pub mod panic_in_fallible;
pub mod question_mark_opportunity;
pub mod reference_to_owner;
pub mod repeated_block;
pub mod repeated_expression;
pub mod repeated_stanza;
pub mod repeated_statement;
pub mod repeated_string;
pub mod shared_branch_code;
pub mod similar_block;
pub mod spelled_out_idiom;
pub mod swallowed_error;
pub mod swappable_parameters;
pub mod too_many_locals;
pub mod too_many_parameters;
pub mod tuple_return;
pub mod unwrap_density;
pub mod unwrap_in_fallible;

/// A smell. Its documentation is the module comment of its file.
pub struct Smell {
    /// Public and stable: configuration, allowances, JSON and baselines refer to it.
    pub id: &'static str,
    pub limits: Limits,
    pub cause: Cause,
    /// Whether its measure is still reliable where the parser recovered from an error. Shapes are not.
    pub survives_errors: bool,
    /// Sightings above the first limit per 100,000 lines of public non-test code, if measured.
    pub rate: Option<f32>,
    pub calm: Calm,
    /// The ids of refactorings that may resolve it, best first.
    pub answers: &'static [&'static str],
    /// Clippy's equivalent lints: where they are allowed, this smell is silent.
    pub clippy: &'static [&'static str],
    pub drawn: Drawn,
    /// The kinds of nodes that it queries a unit for.
    pub sees: &'static [SyntaxKind],
    pub look: Look,
    pub say: Say,
    /// A description of the measure, with `{}` for the number.
    pub measured: &'static str,
    pub part_measure: PartMeasure,
}

/// The meaning of a part's measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartMeasure {
    /// The part's contribution to the total.
    Share,
    /// A number that the message is built from and that is never displayed.
    Code,
}

/// The kind of range that is highlighted for a finding, and that its message may quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// A keyword, a name, a literal.
    Token,
    /// Code without comments.
    Code,
    /// The first item of a file, for findings about the file as a whole.
    Head,
}

/// What a smell inspects.
#[derive(Debug, Clone, Copy)]
pub enum Look {
    /// Each function with a body and each constant that contains code, including everything nested in it.
    Function(fn(&Unit<'_>, &mut Sightings)),
    /// Each struct, enum and union.
    Type(fn(&Unit<'_>, &mut Sightings)),
    /// Both of the above.
    Item(fn(&Unit<'_>, &mut Sightings)),
    /// A file, by the totals of its units.
    File(fn(&FileUnit, &mut Sightings)),
    /// All files together. Such sightings depend on other files too, so they are stored in no report.
    Workspace(DuplicateKind),
}

/// Builds the message, a phrase without a full stop, from the sighting (absolute ranges) and the source text.
pub type Say = fn(&Sighting, &str) -> String;

/// The largest acceptable measures: a smell fires above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub warn: u32,
    pub strong: u32,
}

/// Smells with the same cause are reported as one finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A function is too much to keep in mind: complexity, length, nesting. The one furthest above its limit leads.
    FunctionSize,
    /// Code occurs several times in one function. Other findings about repetition at that place are suppressed.
    Repetition,
    /// A shape that a refactoring removes. It is sighted only where that refactoring actually offers its edit.
    Opportunity,
    /// Anything else is reported separately.
    Own,
}

/// What the calm profile reports of a smell that has no configured level.
#[derive(Debug, Clone, Copy)]
pub enum Calm {
    /// Every finding.
    Always,
    /// Findings without parts. Those with parts are reported only if the file already contains this text, so that the answer is
    /// familiar there.
    Written(&'static str),
    /// Functions that are hard to read by more than one measure, if another finding there has a part to extract.
    Hard,
    /// Functions with a part that is worth extracting.
    Extracted(Extracted),
    /// Strong findings with a measure above this, inside hard functions.
    InHard(u32),
    /// Findings without parts.
    Plain,
    /// Findings accepted by the predicate, except in ported files.
    Chosen(fn(&Sighting) -> bool),
    /// Nothing.
    Never,
}

/// The measure from which a part to extract is searched for.
#[derive(Debug, Clone, Copy)]
pub struct Extracted {
    pub from: u32,
    /// From this measure on, whatever the part leaves behind is accepted.
    pub always_from: u32,
    /// Below it, the part may leave at most this much.
    pub leaving: u32,
}

/// Refactorings that reduce nesting.
const FLATTENING: &[&str] = &[
    "guard-clause",
    "let-else",
    "remove-redundant-else",
    "merge-nested-if",
    "merge-if-lets",
];

impl Smell {
    /// A smell with its own cause, no refactorings and no clippy lint; registrations override what differs.
    pub const fn new(id: &'static str, limits: Limits, look: Look, say: Say) -> Self {
        Self {
            id,
            limits,
            cause: Cause::Own,
            survives_errors: false,
            rate: None,
            calm: Calm::Always,
            answers: &[],
            clippy: &[],
            drawn: Drawn::Token,
            sees: &[],
            look,
            say,
            measured: "{} lines",
            part_measure: PartMeasure::Share,
        }
    }

    /// The measure in words: "complexity 32", "6 levels".
    pub fn in_words(&self, measure: u32) -> String {
        self.measured.replace("{}", &measure.to_string())
    }

    /// Whether two smells at the same place have the same cause.
    pub fn has_same_cause(&self, other: &Self) -> bool {
        self.id == other.id
            || self.cause == Cause::FunctionSize && other.cause == Cause::FunctionSize
    }
}

impl std::fmt::Debug for Smell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Limits {
    pub const fn of(warn: u32, strong: u32) -> Self {
        Self { warn, strong }
    }

    /// The minimum measure that is stored: half of the first limit, rounded up. Most code measures less, and storing it would
    /// only make reports large. Setting a limit below this therefore reports nothing more.
    pub fn floor(self) -> u32 {
        (self.warn + 1).div_ceil(2)
    }
}

/// Collects what a smell detects. Measures below the smell's [floor](Limits::floor) are dropped.
#[derive(Debug, Default)]
pub struct Sightings {
    floor: u32,
    kept: Vec<(TextRange, u32, Vec<Part>)>,
}

impl Sightings {
    fn of(smell: &Smell) -> Self {
        Self {
            floor: smell.limits.floor(),
            kept: Vec::new(),
        }
    }

    /// Whether a sighting with this measure is stored.
    pub fn keeps(&self, measure: u32) -> bool {
        measure >= self.floor
    }

    /// Adds a sighting; `at` is the highlighted range, a name or a keyword.
    pub fn push(&mut self, at: TextRange, measure: u32) {
        self.push_with_parts(at, measure, Vec::new());
    }

    pub fn push_with_parts(&mut self, at: TextRange, measure: u32, parts: Vec<Part>) {
        if self.keeps(measure) {
            self.kept.push((at, measure, parts));
        }
    }
}

/// The number of panics in smells caught in this process. Each loses only what that smell would have found in one unit.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// Runs a judgement; returns `None` if it panics, so that a panic costs only that judgement.
pub fn guarded<T>(judge: impl FnOnce() -> T) -> Option<T> {
    let judged = catch_unwind(AssertUnwindSafe(judge)).ok();
    if judged.is_none() {
        PANICS.fetch_add(1, Ordering::Relaxed);
    }
    judged
}

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Every smell, alphabetically.
pub fn all() -> &'static [Smell] {
    REGISTRY
}

pub fn get(id: SmellId) -> Option<&'static Smell> {
    REGISTRY.get(usize::from(id.0))
}

pub fn by_name(id: &str) -> Option<&'static Smell> {
    REGISTRY.iter().find(|smell| smell.id == id)
}

/// The documentation of a smell in Markdown.
pub fn doc(id: &str) -> Option<&'static str> {
    by_name(id)?;
    let found = DOCUMENTATION.iter().find(|(name, _)| *name == id);
    found.map(|(_, text)| *text)
}

/// The number of a smell.
pub fn id_of(name: &str) -> Option<SmellId> {
    numbered().find_map(|(id, smell)| (smell.id == name).then_some(id))
}

/// The smells equivalent to a clippy lint, which is given without `clippy::`.
pub fn of_clippy(lint: &str) -> impl Iterator<Item = SmellId> {
    let smells = numbered().filter(move |(_, smell)| smell.clippy.contains(&lint));
    smells.map(|(id, _)| id)
}

/// The smells that are silent where the clippy lint of `id` is allowed. Allowing one lint about function size shows that the
/// size is known, so it silences all of them.
pub fn silent_with(id: SmellId) -> Vec<SmellId> {
    let is_of_size = |smell: &Smell| smell.cause == Cause::FunctionSize;
    if !get(id).is_some_and(is_of_size) {
        return vec![id];
    }
    let all = numbered().filter(|(_, smell)| is_of_size(smell));
    all.map(|(id, _)| id).collect()
}

fn numbered() -> impl Iterator<Item = (SmellId, &'static Smell)> {
    (0..).map(SmellId).zip(all())
}

/// The kinds of nodes that smells query in a unit of this kind. A unit must be created with them.
pub fn seen_in(kind: UnitKind) -> KindSet {
    match kind {
        UnitKind::Code => SEEN.code,
        UnitKind::Type => SEEN.types,
        UnitKind::Plain => KindSet::default(),
    }
}

/// Runs all smells on a unit, regardless of the limits. Ranges are absolute.
pub fn look_at(unit: &Unit<'_>) -> Vec<Sighting> {
    look(numbered(), At::Unit(unit))
}

/// Runs all smells of files on a file. Ranges are absolute.
pub fn look_at_file(file: &FileUnit) -> Vec<Sighting> {
    look(numbered(), At::File(file))
}

/// The sighting of a duplicate at one of its places.
pub fn look_at_duplicate(duplicate: &Duplicate, place: &Spot) -> Option<Sighting> {
    let is_renamed = duplicate.kind == DuplicateKind::RenamedBlock;
    let told_as = if is_renamed {
        DuplicateKind::Block
    } else {
        duplicate.kind
    };
    let sees = |smell: &Smell| matches!(smell.look, Look::Workspace(kind) if kind == told_as);
    let (smell, _) = numbered().find(|(_, smell)| sees(smell))?;
    // The differing part adds nothing to the measure.
    let differing = is_renamed.then_some(Part {
        at: place.range,
        measure: 0,
    });
    Some(Sighting {
        smell,
        at: place.at,
        measure: duplicate.saves(),
        parts: differing.into_iter().collect(),
        extraction: None,
    })
}

/// Whether the sightings of a smell depend on other files too.
pub fn is_of_workspaces(id: SmellId) -> bool {
    get(id).is_some_and(|smell| matches!(smell.look, Look::Workspace(_)))
}

static SEEN: LazyLock<Seen> = LazyLock::new(|| {
    let mut seen = Seen::default();
    for smell in all() {
        let sees = KindSet::of(smell.sees);
        let kinds = match smell.look {
            // The totals of a file are counted in its functions.
            Look::Function(_) | Look::File(_) => &mut seen.code,
            Look::Type(_) => &mut seen.types,
            Look::Item(_) => {
                seen.types = seen.types.union(&sees);
                &mut seen.code
            }
            Look::Workspace(_) => continue,
        };
        *kinds = kinds.union(&sees);
    }
    seen
});

#[derive(Debug, Default)]
struct Seen {
    code: KindSet,
    types: KindSet,
}

/// The code under inspection.
#[derive(Clone, Copy)]
enum At<'a, 't> {
    Unit(&'a Unit<'t>),
    File(&'a FileUnit),
}

impl At<'_, '_> {
    fn is_broken(&self) -> bool {
        match self {
            At::Unit(unit) => unit.is_broken,
            At::File(file) => file.is_broken,
        }
    }

    fn show(self, look: Look, sightings: &mut Sightings) {
        match (self, look) {
            (At::Unit(unit), Look::Function(look)) if unit.kind == UnitKind::Code => {
                look(unit, sightings);
            }
            (At::Unit(unit), Look::Type(look)) if unit.kind == UnitKind::Type => {
                look(unit, sightings);
            }
            (At::Unit(unit), Look::Item(look)) if unit.kind != UnitKind::Plain => {
                look(unit, sightings);
            }
            (At::File(file), Look::File(look)) => look(file, sightings),
            _ => {}
        }
    }
}

fn look(smells: impl Iterator<Item = (SmellId, &'static Smell)>, at: At<'_, '_>) -> Vec<Sighting> {
    let mut seen = Vec::new();
    for (id, smell) in smells {
        if at.is_broken() && !smell.survives_errors {
            continue;
        }
        let mut sightings = Sightings::of(smell);
        if guarded(|| at.show(smell.look, &mut sightings)).is_none() {
            continue;
        }
        let sighting = |(at, measure, parts)| Sighting {
            smell: id,
            at,
            measure,
            parts,
            extraction: None,
        };
        seen.extend(sightings.kept.into_iter().map(sighting));
    }
    seen
}

static REGISTRY: &[Smell] = &[
    boolean_arguments::SMELL,
    boolean_fields::SMELL,
    boolean_parameters::SMELL,
    boolean_return::SMELL,
    cognitive_complexity::SMELL,
    collapsible_if::SMELL,
    combinator_opportunity::SMELL,
    commented_out_code::SMELL,
    complex_conditional::SMELL,
    complex_type::SMELL,
    data_clump::SMELL,
    deep_nesting::SMELL,
    derivable_impl::SMELL,
    distant_declaration::SMELL,
    duplicate_block::SMELL,
    duplicate_function::SMELL,
    flag_loop::SMELL,
    god_type::SMELL,
    guard_clause_opportunity::SMELL,
    identical_arms::SMELL,
    identical_branches::SMELL,
    large_file::SMELL,
    large_impl::SMELL,
    large_type::SMELL,
    let_else_opportunity::SMELL,
    long_closure::SMELL,
    long_else_if_chain::SMELL,
    long_function::SMELL,
    long_loop_body::SMELL,
    long_match_arm::SMELL,
    loop_opportunity::SMELL,
    magic_number::SMELL,
    matches_opportunity::SMELL,
    near_duplicate_function::SMELL,
    panic_in_fallible::SMELL,
    question_mark_opportunity::SMELL,
    reference_to_owner::SMELL,
    repeated_block::SMELL,
    repeated_expression::SMELL,
    repeated_stanza::SMELL,
    repeated_statement::SMELL,
    repeated_string::SMELL,
    shared_branch_code::SMELL,
    similar_block::SMELL,
    spelled_out_idiom::SMELL,
    swallowed_error::SMELL,
    swappable_parameters::SMELL,
    too_many_locals::SMELL,
    too_many_parameters::SMELL,
    tuple_return::SMELL,
    unwrap_density::SMELL,
    unwrap_in_fallible::SMELL,
];

/// Generated from the files' module comments at build time.
static DOCUMENTATION: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/smells.rs"));

#[cfg(test)]
mod fixture {
    use super::{At, Smell, by_name, look, numbered};
    use crate::{
        facts::Sighting,
        syntax::{Edition, FileContext, KindSet, Source, Unit, outline},
    };

    /// What one smell detects in a text, regardless of its limits, in source order. The unit is created with only the kinds it
    /// declares.
    pub(super) fn seen(id: &str, text: &str) -> Vec<Sighting> {
        let context = FileContext {
            edition: Edition::Edition2024,
            ..FileContext::default()
        };
        seen_in(by_name(id).unwrap(), text, context)
    }

    pub(super) fn seen_in(
        smell: &'static Smell,
        text: &str,
        context: FileContext,
    ) -> Vec<Sighting> {
        let source = Source::parse(text, context).unwrap();
        assert!(!source.tree.has_errors(), "the fixture is no Rust: {text}");
        let outline = outline(&source.root());
        let sees = KindSet::of(smell.sees);
        let units = outline.places.iter();
        let units: Vec<_> = units
            .map(|place| Unit::seeing(sees, &source.text, place, context))
            .collect();
        let mut file = outline.file(&source, units.iter().map(Unit::lines));
        for (unit, place) in units.iter().zip(&outline.places) {
            file.share.add(&unit.share(), 0.into(), place.presence);
        }
        let all = units.iter().map(At::Unit).chain([At::File(&file)]);
        let one = || numbered().filter(|(_, one)| one.id == smell.id);
        let mut found: Vec<_> = all.flat_map(|at| look(one(), at)).collect();
        assert_eq!(super::panics(), 0);
        found.sort_by_key(|sighting| sighting.at.start());
        found
    }

    /// Repeats a template, replacing each `#` with a number.
    pub(super) fn counted(count: usize, template: &str) -> String {
        let one = |at: usize| template.replace('#', &at.to_string());
        (0..count).map(one).collect()
    }

    /// What one smell highlights above its first limit, with the measures.
    pub(super) fn fired(id: &str, text: &str) -> Vec<(String, u32)> {
        let limit = by_name(id).unwrap().limits.warn;
        let seen = seen(id, text).into_iter();
        let above = seen.filter(|sighting| sighting.measure > limit);
        let drawn = |sighting: &Sighting| crate::text::slice(text, sighting.at).unwrap().to_owned();
        above
            .map(|sighting| (drawn(&sighting), sighting.measure))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_alphabetical_and_documented() {
        let ids: Vec<_> = all().iter().map(|smell| smell.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        for smell in all() {
            assert!(smell.limits.warn < smell.limits.strong, "{}", smell.id);
            assert!(doc(smell.id).is_some(), "{}", smell.id);
        }
    }

    #[test]
    fn clippys_names_lead_to_our_own() {
        let names = of_clippy("too_many_lines").map(|id| get(id).unwrap().id);
        assert_eq!(names.collect::<Vec<_>>(), ["long-function"]);
        assert_eq!(of_clippy("needless_return").count(), 0);
    }

    #[test]
    fn half_of_the_first_limit_is_kept() {
        let floor = |warn| Limits { warn, strong: 99 }.floor();
        assert_eq!([floor(0), floor(2), floor(15), floor(60)], [1, 2, 8, 31]);
    }
}
