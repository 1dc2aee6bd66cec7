//! Targets for random bytes: all readers of data written by a project, a neighbouring tool or the network.

mod configuration;
mod edits;
mod entries;
mod frames;
mod mutation;
mod patterns;
mod requests;
mod scratch;

pub use mutation::{Numbers, mutated};

/// A function that accepts any bytes, and panics on a bug.
pub struct Target {
    pub name: &'static str,
    /// The inputs that random bytes are derived from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    pub body: fn(&[u8]),
}

pub const TARGETS: &[Target] = &[
    Target {
        name: "configuration",
        seeds: configuration::seeds,
        body: configuration::read,
    },
    Target {
        name: "edits",
        seeds: edits::seeds,
        body: edits::type_in,
    },
    Target {
        name: "entries",
        seeds: entries::seeds,
        body: entries::decode_all,
    },
    Target {
        name: "frames",
        seeds: frames::seeds,
        body: frames::read_all,
    },
    Target {
        name: "patterns",
        seeds: patterns::seeds,
        body: patterns::walk_with,
    },
    Target {
        name: "requests",
        seeds: requests::seeds,
        body: requests::send,
    },
];

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
