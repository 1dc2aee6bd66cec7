//! Names of keys and namespaces, and which of them to trust.
//!
//! Every build parses their configuration; only builds with team caches seal and open entries.

use std::fmt;
use std::str::FromStr;

#[cfg(feature = "team")]
use crate::team::seal::can_verify;

const PUBLIC: &str = "ed25519:";

/// A part of a team's cache with separate writers: `main`, or one per pull request.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Namespace(String);

impl Namespace {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Namespace {
    fn default() -> Namespace {
        Namespace("main".to_owned())
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Namespace {
    type Err = TrustError;

    /// Accepts names that need no escaping in an address, a file name or a log.
    fn from_str(text: &str) -> Result<Namespace, TrustError> {
        let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let first = text.bytes().next().is_some_and(is_fine);
        let all = text
            .bytes()
            .all(|byte| is_fine(byte) || b"._-".contains(&byte));
        if first && all && text.len() <= 64 {
            Ok(Namespace(text.to_owned()))
        } else {
            Err(TrustError::Namespace)
        }
    }
}

/// An invalid namespace or key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TrustError {
    #[error(
        "a namespace is 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`, and starts with a letter or a digit"
    )]
    Namespace,
    #[error(
        "a public key is `ed25519:` and 64 hexadecimal digits, as `rustassistant cache keygen` prints it"
    )]
    PublicKey,
    #[error(
        "a signing key is `ed25519-secret:` and 64 hexadecimal digits, as `rustassistant cache keygen` writes it"
    )]
    SigningKey,
    #[error("the system provides no randomness for a key")]
    Randomness,
}

/// The short name of a key: the first bytes of the hash of its public half.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub(crate) [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hexadecimal(&self.0, f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl FromStr for KeyId {
    type Err = TrustError;

    fn from_str(text: &str) -> Result<KeyId, TrustError> {
        bytes_of(text).map(KeyId).ok_or(TrustError::PublicKey)
    }
}

/// The public half of a key pair.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(pub(crate) [u8; 32]);

impl PublicKey {
    pub fn id(&self) -> KeyId {
        let hash = blake3::hash(&self.0);
        KeyId(hash.as_bytes().first_chunk().copied().unwrap_or_default())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PUBLIC)?;
        hexadecimal(&self.0, f)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = TrustError;

    fn from_str(text: &str) -> Result<PublicKey, TrustError> {
        let bytes = text.trim().strip_prefix(PUBLIC).and_then(bytes_of);
        let key = bytes.map(PublicKey).filter(can_verify);
        key.ok_or(TrustError::PublicKey)
    }
}

/// Nothing is verified without team caches.
#[cfg(not(feature = "team"))]
fn can_verify(_key: &PublicKey) -> bool {
    true
}

pub(crate) fn hexadecimal(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

pub(crate) fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "ed25519:", "ed25519:zz", "rsa:00"] {
            assert_eq!(text.parse::<PublicKey>(), Err(TrustError::PublicKey));
        }
    }

    #[test]
    fn what_is_no_namespace_is_refused() {
        for text in ["", "Main", "-a", "a/b", "..", "a b", &"a".repeat(65)] {
            assert_eq!(text.parse::<Namespace>(), Err(TrustError::Namespace));
        }
        for text in ["main", "pr-17", "release_1.2", "0"] {
            assert_eq!(text.parse::<Namespace>().unwrap().as_str(), text);
        }
    }
}
