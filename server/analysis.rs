//! The engine behind the language server and the command line: reports through the cache, findings, offers.
//!
//! Functions run on the caller's thread, which needs `syntax::STACK_SIZE` bytes of stack, and are pure functions of source
//! text, context and configuration. Only [`engine`] knows about threads and caches.

mod agreed;
mod allowing;
mod analysed;
mod answering;
mod apply;
mod asking;
mod at_place;
mod baseline;
mod compared;
mod comparison;
mod difference;
mod duplicates;
mod engine;
mod extraction;
mod file_change;
mod findings;
mod functions;
mod gain;
mod identities;
mod idle;
mod input_file;
mod judgement;
mod laid_out;
mod measure;
mod named_place;
mod nameless;
#[cfg(feature = "model")]
mod naming;
mod offers;
mod open_file;
mod openings;
#[cfg(feature = "model")]
mod oversized;
#[cfg(feature = "model")]
mod planning;
mod proof;
mod proposals;
#[cfg(feature = "model")]
mod rewriting;
mod stored;

pub use agreed::{agreed, check_compiled};
pub use allowing::{allowing, reason_in_comment, without_allowances};
pub use analysed::{AnalysedFiles, analysed};
pub use answering::{answers_of_places, is_answered_by_places, unifying};
pub use apply::{
    Applied, CarriedOut, Holds, Only, apply_safe, apply_safe_if, apply_safe_one_by_one,
    apply_safe_while,
};
pub use asking::Refused;
pub use at_place::{
    OffersAtPlace, SWITCHED_OFF, ShownExtraction, ShownOffer, extraction_at_place, lines_in_words,
    offers_at_place,
};
pub use baseline::{
    Accepted, BadBaseline, Baseline, Entry, FileFindings, FoundInFiles, HeldBack, Home, Mark,
    baselines_of, is_replaceable, marks,
};
pub use compared::{ComparedFile, ComparedFunction, Numbers, Trend, Version, compared};
pub use comparison::Comparison;
pub use difference::difference;
pub use duplicates::{
    Copies, Files, OtherPlace, ReadFile, duplicates, duplicates_led_by, duplicates_of,
    wants_duplicates,
};
pub use engine::{
    CacheOutcome, Engine, FoundReport, FoundSurvey, Input, Priority, ReportOrigin, WorkError,
    Workers,
};
pub use extraction::{
    Extracted, Extraction, Left, Repeated, Seen, Unification, Unified, extract_function,
    is_free_beside, may_be_extracted, repeated_at, texts_beside, unify,
};
pub use file_change::FileChange;
pub use findings::{Answers, Around, Finding, FindingPart, Judge, Level, judge, judge_with_copies};
pub use functions::{Functions, function_of_signature};
pub use gain::{Gain, gain, title};
pub use identities::identities;
pub use idle::{Idle, IdleAllowance, idle_allowances};
pub use input_file::{FoundFile, GivenText, InputFile};
pub use judgement::{Judged, JudgedFile, Judgement, judge_patch};
pub use laid_out::{edits_laid_out, laid_out};
pub use measure::{Measured, Memo, measure, measure_and_survey};
pub use named_place::{NamedPlace, NoPlace};
pub use nameless::{NAME_CONDITION, Nameless, condition_named};
#[cfg(feature = "model")]
pub use naming::{name_subject, names_in};
pub use offers::{
    Offers, PlacedOffer, Trigger, Wanted, answers_in, offers, offers_among, offers_at, offers_in,
};
pub use open_file::OpenFile;
pub use openings::{Opening, Openings};
#[cfg(feature = "model")]
pub use planning::{Outcome, Planned, Planning};
pub use proof::{ProofStep, difference_in_words, proof};
pub use proposals::{apart, gain_in_words, is_for_extraction, is_for_unifying, parts, proposals};
#[cfg(feature = "model")]
pub use rewriting::{HeldRewrite, Rewriting, TestsRun};
pub use stored::{decode, encode, key, key_fields};
