//! Error responses to the client.

use tower_lsp::jsonrpc::{Error, ErrorCode};

/// The request failed.
pub(crate) fn failed(why: impl Into<String>) -> Error {
    let mut error = Error::internal_error();
    error.message = why.into().into();
    error
}

/// The request is valid but can't be fulfilled any more; the reason is shown to the user.
pub(crate) fn refused(why: impl Into<String>) -> Error {
    const REQUEST_FAILED: i64 = -32803;
    Error {
        code: ErrorCode::ServerError(REQUEST_FAILED),
        message: why.into().into(),
        data: None,
    }
}

/// Clients don't show this error, and repeat the request.
pub(crate) fn content_modified() -> Error {
    Error {
        code: ErrorCode::ContentModified,
        message: "the document has changed since the action was offered".into(),
        data: None,
    }
}
