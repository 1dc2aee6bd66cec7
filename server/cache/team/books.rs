//! What the client and the server of a ledger say to each other, in JSON.
//!
//! ```text
//! POST {base}/v1/ledger/reserve   {"ns", "id", "estimate", "ttl_ms"}   "reserved", or {"refused": {..}}
//! POST {base}/v1/ledger/settle    {"ns", "id", "actual"}               {}
//! POST {base}/v1/ledger/release   {"ns", "id"}                         {}
//! GET  {base}/v1/ledger/status?ns={namespace}                          {"windows": [..]}
//! ```
//!
//! Each may be said twice. Whose budget it is says the key, and not the client.

use serde::{Deserialize, Serialize};

use crate::ledger::WindowStatus;

/// Bytes of a request.
pub(super) const MAX_REQUEST: usize = 1 << 10;

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Reserve {
    pub(super) ns: String,
    pub(super) id: String,
    pub(super) estimate: u64,
    pub(super) ttl_ms: u64,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Settle {
    pub(super) ns: String,
    pub(super) id: String,
    pub(super) actual: u64,
}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Release {
    pub(super) ns: String,
    pub(super) id: String,
}

/// There is nothing more to say.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Done {}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Windows {
    pub(super) windows: Vec<WindowStatus>,
}
