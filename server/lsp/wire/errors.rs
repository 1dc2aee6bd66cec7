//! The errors that the client is answered with.

use tower_lsp::jsonrpc::{Error, ErrorCode};

/// What was asked for could not be done.
pub(crate) fn failed(why: impl Into<String>) -> Error {
    let mut error = Error::internal_error();
    error.message = why.into().into();
    error
}

/// What was asked for is understood and possible no more; people read why.
pub(crate) fn refused(why: impl Into<String>) -> Error {
    const REQUEST_FAILED: i64 = -32803;
    Error {
        code: ErrorCode::ServerError(REQUEST_FAILED),
        message: why.into().into(),
        data: None,
    }
}

/// Clients show nothing for it, and ask again.
pub(crate) fn content_modified() -> Error {
    Error {
        code: ErrorCode::ContentModified,
        message: "the document has changed since the action was offered".into(),
        data: None,
    }
}
