//! End to end, with the program as users start it: a pipeline fills a team's cache, a second developer starts warm, and
//! whatever goes wrong with the cache, everyone gets the same findings.

mod faults;
mod office;
mod poison;
mod sharing;
