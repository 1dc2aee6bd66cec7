//! The resolved version of the parser that produces the reports; a test compares it with the lock file.

pub(crate) const PARSER: &str = "ra_ap_syntax 0.0.349, ra_ap_parser 0.0.349";
