//! A shop, small enough to read and with a few things that want refactoring.

pub mod orders;
