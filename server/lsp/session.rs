//! State of the session: documents and their versions, folders and their options, and the loop that changes them.

pub(super) mod ahead;
pub(super) mod analysed;
pub(super) mod closed;
mod comparisons;
pub(super) mod document;
pub(super) mod documents;
pub(super) mod folders;
pub(super) mod memo;
pub(super) mod output;
pub(super) mod request;
pub(super) mod server;
pub(super) mod state;
pub(super) mod status;
pub(super) mod tasks;
pub(super) mod transport;
pub(super) mod twins;
pub(super) mod written;
