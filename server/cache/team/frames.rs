//! Format of bodies that both ends of an HTTP cache share.
//!
//! ```text
//! query    namespace, "\n", then 32 bytes for each key; at most 1000 keys
//! answer   for each key that has an entry, in any order: 32 bytes of key, length (u32, little
//!          endian), sealed envelope
//! ```
//!
//! An answer never exceeds [`MAX_ANSWER`] bytes: an entry that would exceed it is only named, by a frame of length 0, and the
//! client fetches it separately. Envelopes are never empty, so that length is unambiguous.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::seal::SEAL;
use crate::envelope::MAX_LENGTH;
use crate::{FaultKind, Key, Limits, Namespace, Policy};

/// Version of this protocol, reported in [`Status`].
pub(super) const PROTOCOL: u32 = 1;
/// Maximum keys per query.
pub(super) const MAX_KEYS: usize = 1000;
/// Maximum length of a sealed envelope in bytes: an uncompressed payload of maximum length, the envelope's head and the seal.
pub(super) const MAX_SEALED: usize = MAX_LENGTH + 24 + SEAL;
/// Maximum length of a query in bytes.
pub(super) const MAX_QUERY: usize = 64 + 1 + MAX_KEYS * Key::LENGTH;
/// Maximum length of an answer to a query in bytes.
pub(super) const MAX_ANSWER: usize = 64 << 20;

const LENGTH: usize = size_of::<u32>();
const FRAME: usize = Key::LENGTH + LENGTH;
/// Bytes available for envelopes, leaving space to name every key.
const ROOM: usize = MAX_ANSWER - MAX_KEYS * FRAME;

/// The entries that a client requests.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Query {
    pub(super) namespace: Namespace,
    /// Sorted and without duplicates.
    pub(super) keys: Vec<Key>,
}

impl Query {
    /// Accepts at most [`MAX_KEYS`] keys; duplicates are requested once.
    pub(super) fn new(namespace: Namespace, keys: &[Key]) -> Query {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys.dedup();
        Query { namespace, keys }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.namespace.as_str().as_bytes().to_vec();
        bytes.push(b'\n');
        for key in &self.keys {
            bytes.extend_from_slice(key.as_bytes());
        }
        bytes
    }

    /// Returns [`FaultKind::TooLarge`] for more than [`MAX_KEYS`] keys, and [`FaultKind::Malformed`] for an invalid query.
    pub(super) fn parse(bytes: &[u8]) -> Result<Query, FaultKind> {
        if bytes.len() > MAX_QUERY {
            return Err(FaultKind::TooLarge);
        }
        let end = memchr::memchr(b'\n', bytes).ok_or(FaultKind::Malformed)?;
        let (namespace, keys) = (&bytes[..end], &bytes[end + 1..]);
        let namespace = std::str::from_utf8(namespace).ok();
        let namespace = namespace.and_then(|namespace| namespace.parse().ok());
        let namespace = namespace.ok_or(FaultKind::Malformed)?;
        let (keys, rest) = keys.as_chunks::<{ Key::LENGTH }>();
        if !rest.is_empty() {
            return Err(FaultKind::Malformed);
        }
        if keys.len() > MAX_KEYS {
            return Err(FaultKind::TooLarge);
        }
        let keys: Vec<Key> = keys.iter().copied().map(Key::from).collect();
        Ok(Query::new(namespace, &keys))
    }
}

/// Builds the answer to a query.
#[derive(Default)]
pub(super) struct Answer(Vec<u8>);

impl Answer {
    /// Adds an entry, or only its key if it doesn't fit. No key may be added twice.
    pub(super) fn add(&mut self, key: &Key, sealed: &[u8]) {
        let has_room = self.0.len() + FRAME + sealed.len() <= ROOM;
        let sealed = if has_room { sealed } else { &[] };
        let length = u32::try_from(sealed.len()).unwrap_or_default();
        self.0.extend_from_slice(key.as_bytes());
        self.0.extend_from_slice(&length.to_le_bytes());
        self.0.extend_from_slice(sealed);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The answer for one key.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Framed {
    Sealed(Vec<u8>),
    /// The entry exists and must be fetched separately.
    Apart,
}

/// Parses an answer. Returns [`FaultKind::Malformed`] if it contains a key that wasn't requested or is repeated, an impossible
/// length, or an incomplete frame: then the rest isn't trusted either.
pub(super) fn parse_answer(
    asked: &[Key],
    mut answer: &[u8],
) -> Result<HashMap<Key, Framed>, FaultKind> {
    let asked: HashSet<&Key> = asked.iter().collect();
    let mut frames = HashMap::new();
    while !answer.is_empty() {
        let (key, sealed, rest) = split(answer).ok_or(FaultKind::Malformed)?;
        let content = match sealed {
            [] => Framed::Apart,
            sealed => Framed::Sealed(sealed.to_vec()),
        };
        if !asked.contains(&key) || frames.insert(key, content).is_some() {
            return Err(FaultKind::Malformed);
        }
        answer = rest;
    }
    Ok(frames)
}

/// Splits the first frame from the rest.
fn split(answer: &[u8]) -> Option<(Key, &[u8], &[u8])> {
    let (key, rest) = answer.split_first_chunk::<{ Key::LENGTH }>()?;
    let (length, rest) = rest.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if length > MAX_SEALED {
        return None;
    }
    let (sealed, rest) = rest.split_at_checked(length)?;
    Some((Key::from(*key), sealed, rest))
}

/// Response to `GET /v1/cache/{ns}`: keys in ascending order, in hexadecimal digits.
#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
pub(super) struct Listing {
    pub(super) keys: Vec<String>,
}

/// Response to `DELETE /v1/cache/{ns}` and to `POST /v1/cache/{ns}/prune`.
#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
pub(super) struct Removed {
    pub(super) removed: u64,
}

/// Response to `GET /v1/status`.
#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
pub(super) struct Status {
    /// The server's [`PROTOCOL`].
    pub(super) protocol: u32,
    /// The server's version.
    pub(super) version: String,
    pub(super) entries: u64,
    pub(super) envelope_bytes: u64,
    pub(super) disk_bytes: u64,
}

/// The body of `POST /v1/cache/{ns}/prune`.
#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
pub(super) struct Prune {
    bytes: u64,
    age_hours: u64,
    policy: Order,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
enum Order {
    LeastRecentlyUsed,
    Oldest,
    Largest,
}

const HOUR: u64 = 60 * 60;

impl From<Limits> for Prune {
    fn from(limits: Limits) -> Prune {
        Prune {
            bytes: limits.bytes,
            // Rounds up, so that nothing younger is removed.
            age_hours: limits.age.as_secs().div_ceil(HOUR),
            policy: match limits.policy {
                Policy::LeastRecentlyUsed => Order::LeastRecentlyUsed,
                Policy::Oldest => Order::Oldest,
                Policy::Largest => Order::Largest,
            },
        }
    }
}

impl From<Prune> for Limits {
    fn from(prune: Prune) -> Limits {
        Limits {
            bytes: prune.bytes,
            age: std::time::Duration::from_secs(prune.age_hours.saturating_mul(HOUR)),
            policy: match prune.policy {
                Order::LeastRecentlyUsed => Policy::LeastRecentlyUsed,
                Order::Oldest => Policy::Oldest,
                Order::Largest => Policy::Largest,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(seed: u8) -> Key {
        Key::from([seed; Key::LENGTH])
    }

    fn answer(entries: &[(Key, &[u8])]) -> Vec<u8> {
        let mut answer = Answer::default();
        for (key, sealed) in entries {
            answer.add(key, sealed);
        }
        answer.into_bytes()
    }

    #[test]
    fn a_query_comes_back_sorted_and_without_repetition() {
        let query = Query::new(Namespace::default(), &[key(3), key(1), key(3)]);
        let bytes = query.to_bytes();
        assert!(bytes.starts_with(b"main\n\x01"));
        assert_eq!(query.keys, [key(1), key(3)]);
        assert_eq!(Query::parse(&bytes), Ok(query));
    }

    #[test]
    fn what_is_no_query_is_refused() {
        for bytes in [&b""[..], b"main", b"Main\n", b"\n", b"a/b\n", b"main\nx"] {
            assert_eq!(Query::parse(bytes), Err(FaultKind::Malformed), "{bytes:?}");
        }
        let many = [&b"a\n"[..], &vec![0; (MAX_KEYS + 1) * Key::LENGTH]].concat();
        assert_eq!(Query::parse(&many), Err(FaultKind::TooLarge));
    }

    #[test]
    fn an_answer_says_what_was_added() {
        let bytes = answer(&[(key(2), b"two"), (key(1), b"one")]);
        let frames = parse_answer(&[key(1), key(2), key(9)], &bytes).unwrap();
        assert_eq!(frames[&key(1)], Framed::Sealed(b"one".to_vec()));
        assert_eq!(frames[&key(2)], Framed::Sealed(b"two".to_vec()));
        assert_eq!(frames.len(), 2);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let (long, mut answer) = (vec![1; MAX_SEALED], Answer::default());
        let keys: Vec<Key> = (0..6).map(key).collect();
        for key in &keys {
            answer.add(key, &long);
        }
        let bytes = answer.into_bytes();
        assert!(bytes.len() <= MAX_ANSWER);
        let frames = parse_answer(&keys, &bytes).unwrap();
        assert_eq!(frames[&key(0)], Framed::Sealed(long));
        assert_eq!(frames[&key(5)], Framed::Apart);
        assert_eq!(frames.len(), keys.len());
    }

    #[test]
    fn who_answers_wrongly_is_not_believed_at_all() {
        let good = answer(&[(key(1), b"one")]);
        let twice = answer(&[(key(1), b"one"), (key(1), b"two")]);
        let unasked = answer(&[(key(1), b"one"), (key(2), b"two")]);
        let too_long = [&good[..Key::LENGTH], &u32::MAX.to_le_bytes(), b"one"].concat();
        for bytes in [&twice, &unasked, &too_long] {
            assert_eq!(parse_answer(&[key(1)], bytes), Err(FaultKind::Malformed));
        }
        for length in 1..good.len() {
            assert!(
                parse_answer(&[key(1)], &good[..length]).is_err(),
                "{length}"
            );
        }
    }

    #[test]
    fn limits_cross_the_network() {
        let limits = Limits::default();
        let text = serde_json::to_string(&Prune::from(limits)).unwrap();
        assert_eq!(
            text,
            r#"{"bytes":268435456,"age_hours":720,"policy":"least-recently-used"}"#
        );
        let prune: Prune = serde_json::from_str(&text).unwrap();
        assert_eq!(Limits::from(prune), limits);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            parse_answer(&[key(1)], &bytes).ok();
            Query::parse(&bytes).ok();
        }
    }
}
