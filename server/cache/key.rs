//! Keys of entries: a hash of exactly the inputs that a result depends on.

use std::fmt;
use std::str::FromStr;

/// Domain separation from other uses of the hash.
const CONTEXT: &str = "rustassistant cache v1";

/// Suffix of a private key. The rest of the hash is long enough, and other keys won't end like this by chance.
const PRIVATE: &[u8; 8] = b"private\0";

/// The key of an entry. Contains no path, so the same source text on another branch or machine has the same key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key([u8; Key::LENGTH]);

impl Key {
    /// Length of a key in bytes.
    pub const LENGTH: usize = 32;

    /// Returns the key of the result of `engine` (a fingerprint) for `text` in `context`; `kind` distinguishes several results
    /// for one text. Takes one pass over the text, about 1 µs per 8 KiB.
    pub fn new(kind: &str, engine: &[u8; 32], context: &[&[u8]], text: &[u8]) -> Key {
        Key::of_hashed(kind, engine, context, blake3::hash(text).as_bytes())
    }

    /// Like [`Key::new`], for callers that already have the blake3 hash of the text.
    pub fn of_hashed(kind: &str, engine: &[u8; 32], context: &[&[u8]], text: &[u8; 32]) -> Key {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        add(&mut hasher, kind.as_bytes());
        add(&mut hasher, engine);
        hasher.update(&(context.len() as u64).to_le_bytes());
        for field in context {
            add(&mut hasher, field);
        }
        add(&mut hasher, text);
        Key(*hasher.finalize().as_bytes())
    }

    /// Like [`Key::new`], for an entry that stays on this machine and is never exchanged with a team's cache.
    pub fn private(kind: &str, engine: &[u8; 32], context: &[&[u8]], text: &[u8]) -> Key {
        let Key(mut bytes) = Key::new(kind, engine, context, text);
        bytes[Key::LENGTH - PRIVATE.len()..].copy_from_slice(PRIVATE);
        Key(bytes)
    }

    pub fn is_private(&self) -> bool {
        self.0.ends_with(PRIVATE)
    }

    pub fn as_bytes(&self) -> &[u8; Key::LENGTH] {
        &self.0
    }
}

/// Prefixes the field with its length, so that different lists of fields never produce the same bytes.
fn add(hasher: &mut blake3::Hasher, field: &[u8]) {
    hasher.update(&(field.len() as u64).to_le_bytes());
    hasher.update(field);
}

impl From<[u8; Key::LENGTH]> for Key {
    fn from(bytes: [u8; Key::LENGTH]) -> Key {
        Key(bytes)
    }
}

impl TryFrom<&[u8]> for Key {
    type Error = KeyError;

    fn try_from(bytes: &[u8]) -> Result<Key, KeyError> {
        bytes.try_into().map(Key).map_err(|_| KeyError)
    }
}

/// A key is already a hash, so eight of its bytes are a good hash of it.
impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let first = self.0.first_chunk().copied().unwrap_or_default();
        state.write_u64(u64::from_le_bytes(first));
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// The text isn't a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a key is 64 hexadecimal digits")]
pub struct KeyError;

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Key, KeyError> {
        if text.len() != 2 * Key::LENGTH {
            return Err(KeyError);
        }
        let mut bytes = [0; Key::LENGTH];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Key(bytes))
    }
}

fn digit(character: u8) -> Result<u8, KeyError> {
    match character {
        b'0'..=b'9' => Ok(character - b'0'),
        b'a'..=b'f' => Ok(character - b'a' + 10),
        b'A'..=b'F' => Ok(character - b'A' + 10),
        _ => Err(KeyError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGINE: [u8; 32] = [7; 32];

    #[test]
    fn every_field_counts() {
        let key = Key::new("report", &ENGINE, &[b"2024", b"lib"], b"fn main() {}");
        let others = [
            Key::new("metrics", &ENGINE, &[b"2024", b"lib"], b"fn main() {}"),
            Key::new("report", &[8; 32], &[b"2024", b"lib"], b"fn main() {}"),
            Key::new("report", &ENGINE, &[b"2021", b"lib"], b"fn main() {}"),
            Key::new("report", &ENGINE, &[b"2024lib", b""], b"fn main() {}"),
            Key::new("report", &ENGINE, &[b"2024lib"], b"fn main() {}"),
            Key::new("report", &ENGINE, &[b"2024", b"lib"], b"fn main() { }"),
        ];
        for other in others {
            assert_ne!(key, other);
        }
        assert_eq!(
            key,
            Key::new("report", &ENGINE, &[b"2024", b"lib"], b"fn main() {}")
        );
    }

    #[test]
    fn a_private_key_is_another_and_says_so() {
        let (open, private) = (
            Key::new("survey", &ENGINE, &[], b"fn main() {}"),
            Key::private("survey", &ENGINE, &[], b"fn main() {}"),
        );
        assert!(!open.is_private() && private.is_private());
        assert_eq!(private.as_bytes()[..24], open.as_bytes()[..24]);
        assert!(private.to_string().parse::<Key>().unwrap().is_private());
    }

    #[test]
    fn text_form_round_trips() {
        let key = Key::new("report", &ENGINE, &[], b"");
        assert_eq!(key.to_string().len(), 64);
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!(key.to_string().to_uppercase().parse(), Ok(key));
    }

    #[test]
    fn other_texts_are_not_keys() {
        let long = "0".repeat(66);
        let multibyte = "é".repeat(32);
        for text in ["", "00", &long, &multibyte, &"g".repeat(64)] {
            assert_eq!(text.parse::<Key>(), Err(KeyError), "{text}");
        }
    }
}
