//! The errors that the client is answered with.

use tower_lsp::jsonrpc::{Error, ErrorCode};

/// What was asked for could not be done.
pub(crate) fn failed(why: impl Into<String>) -> Error {
    let mut error = Error::internal_error();
    error.message = why.into().into();
    error
}

/// Clients show nothing for it, and ask again.
pub(crate) fn content_modified() -> Error {
    Error {
        code: ErrorCode::ContentModified,
        message: "the document has changed since the action was offered".into(),
        data: None,
    }
}
