//! Frames of the language server's protocol.

use crate::owned;

// The module is private to the server, and has no dependencies in it.
#[path = "../../../server/lsp/wire/framing.rs"]
#[allow(dead_code, unreachable_pub)]
mod framing;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    owned(&[
        "Content-Length: 2\r\n\r\n{}",
        "Content-Length: 17\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n{\"jsonrpc\":\"2.0\"}Content-Length: 0\r\n\r\n",
        "content-length:3\n\n[1]",
        "Content-Length: 67108865\r\n\r\n",
    ])
}

/// Reads no more than is available, and writes frames back unchanged.
pub(crate) fn read_all(bytes: &[u8]) {
    let mut input = bytes;
    while let Ok(Some(body)) = framing::read(&mut input) {
        assert!(body.len() <= bytes.len());
        let mut written = Vec::new();
        framing::write(&mut written, &body).expect("memory takes everything");
        let again = framing::read(&mut &*written).expect("what was written is read");
        assert_eq!(again, Some(body));
    }
}
