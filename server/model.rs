//! A language model, asked where a person asks for it: the room that speaks to one, and nothing else does.
//!
//! Nothing is sent unless `[model]` names a provider, and nothing is believed: an answer is a choice among what the engine can
//! do, read strictly, and what it leads to is worked out, compiled and measured as anything else. Every request is reserved in
//! the ledger before it is sent, and answers are kept, so that the same question is never paid for twice.

mod anthropic;
mod budget;
mod choosing;
mod client;
mod kept;
mod openai;
mod protocol;
#[cfg(test)]
mod scripted;

pub use budget::{Budget, Spent};
pub use choosing::{Listed, Subject, Suggestion, suggestions};
pub use client::{Client, NoAnswer};
pub use kept::{Kept, Memory};
pub use protocol::Question;
