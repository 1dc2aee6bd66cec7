//! The whole way, with the program as people start it: a pipeline fills a team's cache, a second developer starts warm, and
//! whatever goes wrong with the cache, everybody is told the same about their code.

mod faults;
mod office;
mod poison;
mod sharing;
