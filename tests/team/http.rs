//! The client of an HTTP cache: against a real nginx, and against servers that fail and lie in every way.
