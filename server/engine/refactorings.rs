//! Applies refactorings. One file per refactoring, one alphabetical registry, and the audit that every edit passes: an
//! [`Offer`] has no other constructor.
//!
//! A refactoring derives its edits from the text it will change, at the moment of the request. It has no access to
//! configuration, files or caches.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
};

use ra_ap_syntax::{SyntaxKind, SyntaxNode};

use crate::{
    facts::Sighting,
    syntax::{Ledger, Rewrite, Source},
    text::{Edits, FileId, FileStep, NewFile, Steps, TextRange, TextSize},
};

mod audit;
pub mod closure_to_function;
pub mod comparisons_to_matches;
pub mod derive_impl;
pub mod extract_child_module;
pub mod extract_constant;
pub mod extract_type_alias;
pub mod extract_variable;
mod find;
#[cfg(test)]
pub(crate) mod fixture;
pub mod guard_clause;
pub mod hoist_shared_statement;
pub mod if_chain_to_match;
pub mod index_loop_to_iterator;
pub mod inline_constant;
pub mod inline_function;
pub mod inline_variable;
pub mod invert_if;
pub mod iterator_to_loop;
pub mod let_else;
pub mod loop_to_collect;
pub mod loop_to_search;
pub mod match_to_combinator;
pub mod match_to_if_let;
pub mod merge_identical_arms;
pub mod merge_identical_branches;
pub mod merge_if_lets;
pub mod merge_nested_if;
#[allow(clippy::test_attr_in_doctest, reason = "the example is about tests")]
pub mod move_tests_to_file;
mod moved_module;
pub mod name_condition;
pub mod narrow_variable;
pub mod pull_assignment_up;
pub mod question_mark;
pub mod remove_clone;
pub mod remove_control_flag;
pub mod remove_dead_comment;
pub mod remove_redundant_else;
pub mod replace_duplicate_with_call;
pub mod simplify_boolean;
pub mod split_impl;
pub mod toggle_enumerate;
pub mod unwrap_to_expect;
pub mod unwrap_to_let_else;
pub mod unwrap_to_question;
pub mod use_named_idiom;

pub use crate::syntax::{Hazard, Refusal};
pub use audit::{Allows, Also, Offer, audit, offer, panics};
pub use find::{Covered, covered};

/// A refactoring. Its documentation is the module comment of its file.
pub struct Refactoring {
    /// Public and stable.
    pub id: &'static str,
    pub kind: Kind,
    /// It applies only inside nodes of these kinds, and isn't tried elsewhere.
    pub at: &'static [SyntaxKind],
    pub needs: Needs,
    /// How it may change the tokens and items of the code it touches; the audit enforces this.
    pub allows: Allows,
    /// Recognises the code at the target, or returns why it is left alone. Produces no edits.
    pub plan: for<'a> fn(&'a Context<'_>, Target<'_>) -> Result<Plan<'a>, Refusal>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Extract,
    Inline,
    Move,
    Rewrite,
}

impl Kind {
    pub const ALL: &'static [Self] = &[Self::Extract, Self::Inline, Self::Move, Self::Rewrite];
}

/// The information that a refactoring requires besides the source text. Decides when it is listed and when it is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Syntax,
    Index,
    /// Rustc must accept the edit before it is offered.
    Verdict,
    Model,
}

/// The input of refactorings for one request; nothing is derived twice from one context.
pub struct Context<'a> {
    pub source: &'a Source,
    /// The single root of all nodes in this derivation; nodes of different roots are never equal.
    pub root: SyntaxNode,
    pub place: FilePlace<'a>,
    /// The requested name for something new.
    name: Option<&'a str>,
    others: BTreeMap<FileId, &'a Source>,
    offers: RefCell<Derived>,
    known: audit::Known,
    derived: Cell<usize>,
}

/// The outcome of a refactoring's plan, by refactoring id and target of the plan.
type Derived = HashMap<(&'static str, TextRange), Result<Offer, Refusal>>;

/// The location of the files of a file's child modules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FilePlace<'a> {
    #[default]
    Unknown,
    /// In the same folder, as for `lib.rs`, `main.rs` and `mod.rs`.
    Folder,
    /// In a sibling folder with this name, as for `name.rs`.
    Beside(&'a str),
}

/// The target of a refactoring.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    Cursor(TextSize),
    Selection(TextRange),
    /// A sighting with absolute ranges, from this very source text.
    Answer(&'a Sighting),
}

/// What a refactoring recognised. The same target of a refactoring always yields the same change.
pub struct Plan<'a> {
    pub target: TextRange,
    write: Box<dyn FnOnce() -> Result<Change, Refusal> + 'a>,
}

/// The change a refactoring proposes. It can't be applied before the audit has turned it into an [`Offer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Imperative, at most 60 characters, no full stop: "Invert `if`".
    pub title: String,
    /// The whole range that is changed, in the requested file; smaller targets come first in a menu.
    pub target: TextRange,
    pub steps: Steps,
    /// Files that are read but not touched: the change is valid only while they stay the same.
    pub read: Vec<FileId>,
    pub applicability: Applicability,
    /// The declared changes to the tokens of the touched code; the audit verifies them.
    pub ledger: Ledger,
    /// What was proven absent or preserved, for the proof sheet: "no escaping control flow".
    pub checked: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// May be applied in a batch.
    Safe,
    /// Applied one at a time, after review by the user.
    NeedsCheck,
    /// Leaves placeholders for the user to fill in, and says so.
    Draft,
}

impl Refactoring {
    /// Whether rustc must confirm the edit because syntax alone isn't sufficient; until then the offer has no edit.
    pub fn asks_rustc(&self) -> bool {
        self.needs == Needs::Verdict
    }
}

impl<'a> Plan<'a> {
    pub fn new(
        target: TextRange,
        write: impl FnOnce() -> Result<Change, Refusal> + 'a,
    ) -> Result<Self, Refusal> {
        let write = Box::new(write);
        Ok(Self { target, write })
    }
}

impl Change {
    /// A safe change of the requested file.
    pub fn new(
        title: impl Into<String>,
        target: TextRange,
        rewrites: Vec<Rewrite<'_>>,
    ) -> Result<Self, Refusal> {
        let (edits, ledger) = Ledger::of(rewrites)?;
        Ok(Self {
            title: title.into(),
            target,
            steps: Steps::of_one(edits),
            read: Vec::new(),
            applicability: Applicability::Safe,
            ledger,
            checked: Vec::new(),
        })
    }

    #[must_use]
    pub fn checked(mut self, checked: &[&'static str]) -> Self {
        self.checked.extend(checked);
        self
    }

    /// Marks the change as needing review, and adds what to review to its title.
    #[must_use]
    pub fn to_check(mut self, what: &str) -> Self {
        if self.applicability == Applicability::Safe {
            self.applicability = Applicability::NeedsCheck;
            self.title = format!("{} (check {what})", self.title);
        }
        self
    }

    #[must_use]
    pub fn with(mut self, applicability: Applicability) -> Self {
        self.applicability = applicability;
        self
    }

    /// Adds a new file with the contents of `written`.
    #[must_use]
    pub fn creating(mut self, at: NewFile, written: Rewrite<'_>) -> Self {
        let text = self.ledger.take_new(written);
        self.steps.files.push(FileStep::Create { at, text });
        self
    }

    /// The edits of the requested file.
    pub fn edits(&self) -> &Edits {
        self.steps.edits_of(FileId::ASKED)
    }
}

impl<'a> Context<'a> {
    pub fn new(source: &'a Source) -> Self {
        Self {
            source,
            root: source.root(),
            place: FilePlace::Unknown,
            name: None,
            others: BTreeMap::new(),
            offers: RefCell::default(),
            known: audit::Known::default(),
            derived: Cell::new(0),
        }
    }

    /// Sets the location of the file.
    #[must_use]
    pub fn placed(self, place: FilePlace<'a>) -> Self {
        Self { place, ..self }
    }

    /// Sets the name for the new item; if it isn't usable, nothing is offered. Only `name-condition` uses it.
    #[must_use]
    pub fn naming(self, name: &'a str) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    /// Adds another file that may be read and changed.
    #[must_use]
    pub fn with(mut self, file: FileId, source: &'a Source) -> Self {
        self.others.insert(file, source);
        self
    }

    /// The number of changes that were written and audited for this request.
    pub fn derived(&self) -> usize {
        self.derived.get()
    }

    fn source_of(&self, file: FileId) -> Option<&'a Source> {
        if file == FileId::ASKED {
            return Some(self.source);
        }
        self.others.get(&file).copied()
    }

    fn rewrite(&self, range: TextRange) -> Rewrite<'a> {
        Rewrite::of(&self.source.text, range)
    }
}

impl FilePlace<'_> {
    /// The file of the module `name` inside the nested modules `outer` of this file.
    fn file_of(self, outer: &[&str], name: &str) -> Result<NewFile, Refusal> {
        let file = format!("{name}.rs");
        let stem = match self {
            Self::Unknown => {
                return Err(Refusal::because(
                    Hazard::References,
                    "No file declares this one without `#[path]`, so the location of its modules is unknown.",
                ));
            }
            Self::Folder => None,
            Self::Beside(stem) => Some(stem),
        };
        let folders = stem.into_iter().chain(outer.iter().copied());
        let components: Vec<&str> = folders.chain([&*file]).collect();
        NewFile::beside(FileId::ASKED, &components)
            .map_err(|bad| Refusal::because(Hazard::References, format!("{bad} on every system.")))
    }
}

impl Target<'_> {
    /// The relevant offset: the cursor, the start of the selection, or the start of the highlighted range.
    pub fn offset(&self) -> TextSize {
        match self {
            Self::Cursor(at) => *at,
            Self::Selection(range) => range.start(),
            Self::Answer(sighting) => sighting.at.start(),
        }
    }
}

/// Every refactoring, alphabetically.
pub fn all() -> &'static [Refactoring] {
    REGISTRY
}

pub fn by_name(id: &str) -> Option<&'static Refactoring> {
    REGISTRY.iter().find(|refactoring| refactoring.id == id)
}

/// The documentation of a refactoring in Markdown.
pub fn doc(id: &str) -> Option<&'static str> {
    by_name(id)?;
    let found = DOCUMENTATION.iter().find(|(name, _)| *name == id);
    found.map(|(_, text)| *text)
}

/// Generated from the files' module comments at build time.
static DOCUMENTATION: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/refactorings.rs"));

static REGISTRY: &[Refactoring] = &[
    closure_to_function::REFACTORING,
    comparisons_to_matches::REFACTORING,
    derive_impl::REFACTORING,
    extract_child_module::REFACTORING,
    extract_constant::REFACTORING,
    extract_type_alias::REFACTORING,
    extract_variable::REFACTORING,
    guard_clause::REFACTORING,
    hoist_shared_statement::REFACTORING,
    if_chain_to_match::REFACTORING,
    index_loop_to_iterator::REFACTORING,
    inline_constant::REFACTORING,
    inline_function::REFACTORING,
    inline_variable::REFACTORING,
    invert_if::REFACTORING,
    iterator_to_loop::REFACTORING,
    let_else::REFACTORING,
    loop_to_collect::REFACTORING,
    loop_to_search::REFACTORING,
    match_to_combinator::REFACTORING,
    match_to_if_let::REFACTORING,
    merge_identical_arms::REFACTORING,
    merge_identical_branches::REFACTORING,
    merge_if_lets::REFACTORING,
    merge_nested_if::REFACTORING,
    move_tests_to_file::REFACTORING,
    name_condition::REFACTORING,
    narrow_variable::REFACTORING,
    pull_assignment_up::REFACTORING,
    question_mark::REFACTORING,
    remove_clone::REFACTORING,
    remove_control_flag::REFACTORING,
    remove_dead_comment::REFACTORING,
    remove_redundant_else::REFACTORING,
    replace_duplicate_with_call::REFACTORING,
    simplify_boolean::REFACTORING,
    split_impl::REFACTORING,
    toggle_enumerate::REFACTORING,
    unwrap_to_expect::REFACTORING,
    unwrap_to_let_else::REFACTORING,
    unwrap_to_question::REFACTORING,
    use_named_idiom::REFACTORING,
];
