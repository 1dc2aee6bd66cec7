//! JSON messages between the client and the server of a ledger.
//!
//! ```text
//! POST {base}/v1/ledger/reserve   {"ns", "id", "estimate", "ttl_ms"}   "reserved", or {"refused": {..}}
//! POST {base}/v1/ledger/settle    {"ns", "id", "actual"}               {}
//! POST {base}/v1/ledger/release   {"ns", "id"}                         {}
//! GET  {base}/v1/ledger/status?ns={namespace}                          {"windows": [..]}
//! ```
//!
//! Each request may be repeated. The budget is determined by the bearer key, not chosen by the client.

use serde::{Deserialize, Serialize};

use crate::ledger::WindowStatus;

/// Maximum length of a request in bytes.
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

/// An empty response.
#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Done {}

#[derive(Serialize, Deserialize, Debug)]
pub(super) struct Windows {
    pub(super) windows: Vec<WindowStatus>,
}
