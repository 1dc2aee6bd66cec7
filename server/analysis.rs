//! The engine behind both doors: reports through the cache, findings, offers.
//!
//! What is asked here runs on the caller's thread, which needs `syntax::STACK_SIZE` bytes of stack, and is a pure function
//! of text, context and configuration. Only [`engine`] knows of threads and caches.

mod measure;
mod open_file;

pub use measure::{Memo, measure};
pub use open_file::OpenFile;
