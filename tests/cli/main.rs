//! The command line through the real binary.

mod analyze;
mod apply;
mod bad_input;
mod bad_home;
mod commands;
mod harness;
