//! The base protocol: a header with the length of the body, then the body.

use std::io::{self, BufRead, Read, Write};

/// Maximum length of a body in bytes. A client that announces more is out of sync.
const LONGEST_BODY: usize = 64 * 1024 * 1024;
/// Maximum length of a header line in bytes.
const LONGEST_LINE: u64 = 8 * 1024;
/// Maximum number of lines in a header.
const MOST_LINES: usize = 64;

#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a header without a length")]
    NoLength,
    #[error("a header that announces no usable length: {0:?}")]
    BadLength(String),
    #[error("a header that is too long")]
    LongHeader,
    #[error("the input ended inside a message")]
    Cut,
    #[error("the input can't be read: {0}")]
    Io(#[from] io::Error),
}

/// Reads one body; `None` at the end of the input.
pub(crate) fn read(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, FrameError> {
    let Some(length) = read_header(input)? else {
        return Ok(None);
    };
    // The length is only announced, so memory is allocated as bytes arrive.
    let mut body = Vec::new();
    input.by_ref().take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Err(FrameError::Cut);
    }
    Ok(Some(body))
}

/// Writes one body in one piece with its header, unless that would copy too much.
pub(crate) fn write(output: &mut impl Write, body: &[u8]) -> io::Result<()> {
    const MOST_COPIED: usize = 32 * 1024;
    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    let (copied, rest) = body.split_at(body.len().min(MOST_COPIED));
    frame.extend_from_slice(copied);
    output.write_all(&frame)?;
    output.write_all(rest)?;
    output.flush()
}

fn read_header(input: &mut impl BufRead) -> Result<Option<usize>, FrameError> {
    let mut length = None;
    for lines_before in 0..MOST_LINES {
        let line = read_line(input)?;
        if line.is_empty() && lines_before == 0 {
            return Ok(None);
        }
        let Some(line) = line.strip_suffix('\n') else {
            return Err(cut_or_long(&line));
        };
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            return length.map(Some).ok_or(FrameError::NoLength);
        }
        if let Some(value) = length_field(line) {
            length = Some(parse_length(value)?);
        }
    }
    Err(FrameError::LongHeader)
}

fn read_line(input: &mut impl BufRead) -> Result<String, FrameError> {
    let mut line = Vec::new();
    input
        .by_ref()
        .take(LONGEST_LINE)
        .read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn cut_or_long(line: &str) -> FrameError {
    if (line.len() as u64) < LONGEST_LINE {
        FrameError::Cut
    } else {
        FrameError::LongHeader
    }
}

fn length_field(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    name.trim()
        .eq_ignore_ascii_case("content-length")
        .then_some(value.trim())
}

fn parse_length(value: &str) -> Result<usize, FrameError> {
    match value.parse() {
        Ok(length) if length <= LONGEST_BODY => Ok(length),
        _ => Err(FrameError::BadLength(value.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut input: &[u8]) -> (Vec<String>, Option<String>) {
        let mut bodies = Vec::new();
        loop {
            match read(&mut input) {
                Ok(Some(body)) => bodies.push(String::from_utf8(body).unwrap()),
                Ok(None) => return (bodies, None),
                Err(error) => return (bodies, Some(error.to_string())),
            }
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        for body in ["{}", "", "ä🦀"] {
            write(&mut bytes, body.as_bytes()).unwrap();
        }
        let expected = ["{}", "", "ä🦀"].map(String::from).to_vec();
        assert_eq!(read_all(&bytes), (expected, None));
    }

    #[test]
    fn other_headers_and_other_cases_are_read_over() {
        let input = b"content-type: application/vscode-jsonrpc\r\nCONTENT-LENGTH:2\r\n\r\n{}";
        assert_eq!(read_all(input), (vec!["{}".into()], None));
        let bare_newlines = b"Content-Length: 2\n\n{}";
        assert_eq!(read_all(bare_newlines), (vec!["{}".into()], None));
    }

    #[test]
    fn a_header_that_has_no_length_ends_the_session() {
        let cases: [&[u8]; 6] = [
            b"hello\r\n\r\n",
            b"Content-Length: -1\r\n\r\n",
            b"Content-Length: 99999999999999999999\r\n\r\n",
            b"Content-Length: 67108865\r\n\r\n",
            b"Content-Length: 5\r\n\r\n{}",
            b"Content-Le",
        ];
        for input in cases {
            let (bodies, error) = read_all(input);
            assert!(bodies.is_empty() && error.is_some(), "{bodies:?}");
        }
    }

    #[test]
    fn an_endless_header_is_not_read_to_its_end() {
        let long_line = vec![b'x'; 100_000];
        assert!(matches!(
            read(&mut &long_line[..]),
            Err(FrameError::LongHeader)
        ));
        let many_lines = b"a: b\r\n".repeat(1_000);
        assert!(matches!(
            read(&mut &many_lines[..]),
            Err(FrameError::LongHeader)
        ));
    }
}
