//! `textDocument/diagnostic`.

use serde_json::json;

use super::diagnostics::Written;

/// Returns the response to a client that knows the result `previous`.
pub(crate) fn answer(written: &Written, previous: Option<&str>) -> Vec<u8> {
    let id = &written.id;
    if previous == Some(id.as_str()) {
        let unchanged = json!({"kind": "unchanged", "resultId": id});
        return unchanged.to_string().into_bytes();
    }
    let head = format!(r#"{{"kind":"full","resultId":"{id}","items":"#);
    written.between(head.as_bytes(), b"}")
}
