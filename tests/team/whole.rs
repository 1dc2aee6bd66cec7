//! A second developer starts warm.
