//! What is agreed with the client: messages, names, positions, errors, and what a client can do. Nothing here knows what is
//! open.

pub(super) mod client;
pub(super) mod errors;
pub(super) mod framing;
pub(super) mod log;
pub(super) mod parent;
pub(super) mod positions;
pub(super) mod profile;
pub(super) mod progress;
pub(super) mod uri;

/// The name that diagnostics and settings carry.
pub(super) const NAME: &str = "rustassistant";
