//! Targets for random bytes: everything that reads what a project, a neighbour or the network wrote.

mod configuration;
mod edits;
mod entries;
mod frames;
mod mutation;
mod patterns;
mod requests;
mod scratch;

pub use mutation::{Numbers, mutated};

/// A body that takes any bytes, and panics where something is wrong.
pub struct Target {
    pub name: &'static str,
    /// What random bytes are made of.
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
