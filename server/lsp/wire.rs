//! The protocol's conventions: messages, names, positions, errors and the client's capabilities. Nothing here knows the open
//! documents.

pub(super) mod client;
pub(super) mod errors;
pub(super) mod framing;
pub(super) mod log;
pub(super) mod parent;
pub(super) mod positions;
pub(super) mod profile;
pub(super) mod progress;
pub(super) mod uri;

/// The name in diagnostics and settings.
pub(super) const NAME: &str = "rustassistant";
