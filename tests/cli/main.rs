//! The command line through the real binary.

mod analyze;
mod apply;
mod bad_home;
mod bad_input;
mod commands;
mod harness;
