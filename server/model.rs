//! Queries a language model on the user's request; the only module that does.
//!
//! Nothing is sent unless `[model]` names a provider, and no answer is trusted: it is a choice among edits the engine can make,
//! parsed strictly, and its result is derived, compiled and measured like any other edit. Every request is reserved in the
//! ledger before it is sent, and answers are cached, so the same question is never paid for twice.

mod answers;
mod anthropic;
mod asker;
mod budget;
mod choosing;
mod client;
mod kept;
mod naming;
mod openai;
mod opening;
mod protocol;
mod rewriting;
mod savings;
#[cfg(test)]
pub(crate) mod scripted;

pub use asker::{Answer, AnswerSource, Asker};
pub use budget::{Budget, OpenLedger, Purse, Spent, until};
pub use choosing::{ChosenPart, Listed, Subject, Suggestion, is_readable, suggestions};
pub use client::NoAnswer;
pub use kept::{Kept, Memory};
pub use naming::{MOST_NAMES, NameOf, NameSubject, for_names, proposed_names};
pub use opening::savings;
pub use protocol::Question;
pub use rewriting::{RewriteReply, RewriteSubject, Tries, rewrite_reply};
pub use savings::{Saved, Savings};
