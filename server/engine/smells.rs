//! What wants refactoring. A smell measures; `analysis` judges. One file per smell, and one alphabetical list of them.
//!
//! A smell looks at one [`Unit`] at a time, or at the sum of a file's units, and sees nothing of configuration or other
//! files. What stands in several places is found by the [`index`](crate::index); its smells say how it is told.
//!
//! # The documentation of a smell
//!
//! It is the module comment of the smell's file, in Markdown; [`doc`] gives it, people read it in their editors and terminals,
//! and a test runs its examples. A line `// … 40 more statements` in an example stands for so many statements of
//! one line each, and so do `functions`. It has these headings in this order:
//!
//! ````text
//! # Name for people
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
//! The documentation of a refactoring has the same form, with `What it checks` in place of `Limits`.

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
    /// Public and stable: configuration, allowances, JSON and baselines name it.
    pub id: &'static str,
    pub limits: Limits,
    pub cause: Cause,
    /// Whether its measure is to be trusted where the parser gave up on a part of what is looked at. Shapes are not.
    pub survives_errors: bool,
    /// Sightings above the first limit per 100,000 lines of public code without its tests, if measured.
    pub rate: Option<f32>,
    pub calm: Calm,
    /// The ids of refactorings that may answer it, the best first.
    pub answers: &'static [&'static str],
    /// Clippy's lints of the same matter: where they are allowed, this smell is silent.
    pub clippy: &'static [&'static str],
    pub drawn: Drawn,
    /// The kinds of nodes that it asks a unit for.
    pub sees: &'static [SyntaxKind],
    pub look: Look,
    pub say: Say,
    /// A measure in words, with `{}` for the number.
    pub measured: &'static str,
    pub part_measure: PartMeasure,
}

/// What the measure of a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartMeasure {
    /// What the part adds to the whole.
    Share,
    /// A number that the message is made of, and that nobody is shown.
    Code,
}

/// What is drawn for a finding, and may be quoted by its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// A keyword, a name, a literal.
    Token,
    /// Code without comments.
    Code,
    /// The first item of a file: what is said is true of the file as a whole.
    Head,
}

/// What a smell looks at.
#[derive(Debug, Clone, Copy)]
pub enum Look {
    /// At each function with a body and each constant with code in it, with all that is in it.
    Function(fn(&Unit<'_>, &mut Sightings)),
    /// At each struct, enum and union.
    Type(fn(&Unit<'_>, &mut Sightings)),
    /// At each of both.
    Item(fn(&Unit<'_>, &mut Sightings)),
    /// At a file, by what was counted in its units.
    File(fn(&FileUnit, &mut Sightings)),
    /// At all files together. What is seen there follows from other files too, so it is kept in no report.
    Workspace(DuplicateKind),
}

/// One phrase for people without a full stop, made from the sighting (ranges absolute) and the text of the file.
pub type Say = fn(&Sighting, &str) -> String;

/// The largest measures that are still fine: a smell fires above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub warn: u32,
    pub strong: u32,
}

/// Smells that have one cause are shown as one finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A function is too much to keep in mind: its complexity, length, nesting. The one furthest above its limit leads.
    FunctionSize,
    /// Code stands several times in one function. Other findings of what stands twice there are not told beside it.
    Repetition,
    /// A shape that a refactoring removes. It is sighted only where that refactoring really offers its edit.
    Opportunity,
    /// Anything else stands for itself.
    Own,
}

/// What the calm profile shows of a smell to which the configuration gives no level.
#[derive(Debug, Clone, Copy)]
pub enum Calm {
    /// All of it.
    Always,
    /// What has no part; what has one, only where the file holds this text already, so that its answer is no news there.
    Written(&'static str),
    /// Functions that are hard to read by more than one measure, beside what tells of a part to move out.
    Hard,
    /// Functions that have a part which is worth moving out.
    Extracted(Extracted),
    /// What is strong and measures more than this, inside of such functions.
    InHard(u32),
    /// What has no part.
    Plain,
    /// What this says of it, in code that was written here.
    Chosen(fn(&Sighting) -> bool),
    /// Nothing.
    Never,
}

/// From which measure a part is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Extracted {
    pub from: u32,
    /// Whatever is left.
    pub always_from: u32,
    /// At most so much, where less is there.
    pub leaving: u32,
}

/// What makes a function less nested.
const FLATTENING: &[&str] = &[
    "guard-clause",
    "let-else",
    "remove-redundant-else",
    "merge-nested-if",
    "merge-if-lets",
];

impl Smell {
    /// A smell with a cause of its own that nothing answers and clippy doesn't know; registrations say what is different.
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

    /// "complexity 32", "6 levels".
    pub fn in_words(&self, measure: u32) -> String {
        self.measured.replace("{}", &measure.to_string())
    }

    /// Whether two smells tell of one cause, if they are drawn at one place.
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

    /// The least measure that is kept: half of the first limit, rounded up. Most code measures less, and keeping it would
    /// only make reports large; so a limit that is set lower than this shows no more than this one does.
    pub fn floor(self) -> u32 {
        (self.warn + 1).div_ceil(2)
    }
}

/// Where a smell puts what it sees. What measures less than the smell's [floor](Limits::floor) is not kept.
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

    /// Whether a sighting of this measure is kept.
    pub fn keeps(&self, measure: u32) -> bool {
        measure >= self.floor
    }

    /// `at` is what is drawn: a name or a keyword.
    pub fn push(&mut self, at: TextRange, measure: u32) {
        self.push_with_parts(at, measure, Vec::new());
    }

    pub fn push_with_parts(&mut self, at: TextRange, measure: u32, parts: Vec<Part>) {
        if self.keeps(measure) {
            self.kept.push((at, measure, parts));
        }
    }
}

/// How many panics of smells were caught in this process. Each cost only what its smell would have seen in one unit.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

/// What a judgement comes to; nothing if it panics, which costs only that one.
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

/// A smell as a number.
pub fn id_of(name: &str) -> Option<SmellId> {
    numbered().find_map(|(id, smell)| (smell.id == name).then_some(id))
}

/// The smells of the same matter as a lint of clippy, which is named without `clippy::`.
pub fn of_clippy(lint: &str) -> impl Iterator<Item = SmellId> {
    let smells = numbered().filter(move |(_, smell)| smell.clippy.contains(&lint));
    smells.map(|(id, _)| id)
}

/// The smells that are silent where clippy's lint of one is allowed. Who allows one about the size of functions knows that
/// they are large.
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

/// The kinds of nodes that smells look for in a unit of one kind. A unit has to be made to see them.
pub fn seen_in(kind: UnitKind) -> KindSet {
    match kind {
        UnitKind::Code => SEEN.code,
        UnitKind::Type => SEEN.types,
        UnitKind::Plain => KindSet::default(),
    }
}

/// What every smell sees in a unit, whatever the limits are set to.
/// Ranges are absolute.
pub fn look_at(unit: &Unit<'_>) -> Vec<Sighting> {
    look(numbered(), At::Unit(unit))
}

/// What every smell of files sees.
/// Ranges are absolute.
pub fn look_at_file(file: &FileUnit) -> Vec<Sighting> {
    look(numbered(), At::File(file))
}

/// What is seen of a duplicate at one of its places.
pub fn look_at_duplicate(duplicate: &Duplicate, place: &Spot) -> Option<Sighting> {
    let is_renamed = duplicate.kind == DuplicateKind::RenamedBlock;
    let told_as = if is_renamed {
        DuplicateKind::Block
    } else {
        duplicate.kind
    };
    let sees = |smell: &Smell| matches!(smell.look, Look::Workspace(kind) if kind == told_as);
    let (smell, _) = numbered().find(|(_, smell)| sees(smell))?;
    // What differs adds nothing.
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

/// Whether what a smell sees follows from other files too.
pub fn is_of_workspaces(id: SmellId) -> bool {
    get(id).is_some_and(|smell| matches!(smell.look, Look::Workspace(_)))
}

static SEEN: LazyLock<Seen> = LazyLock::new(|| {
    let mut seen = Seen::default();
    for smell in all() {
        let sees = KindSet::of(smell.sees);
        let kinds = match smell.look {
            // What a file is looked at by is counted in its functions.
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

/// What is looked at.
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

/// Made from the files' module comments when the crate is built.
static DOCUMENTATION: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/smells.rs"));

#[cfg(test)]
mod fixture {
    use super::{At, Smell, by_name, look, numbered};
    use crate::{
        facts::Sighting,
        syntax::{Edition, FileContext, KindSet, Source, Unit, outline},
    };

    /// What one smell sees in a text, whatever its limits are, in the order of the text. It gets only what it says it sees.
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

    /// A text again and again, with a number in the place of each `#`.
    pub(super) fn counted(count: usize, template: &str) -> String {
        let one = |at: usize| template.replace('#', &at.to_string());
        (0..count).map(one).collect()
    }

    /// What one smell draws above its first limit, and the measures.
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
