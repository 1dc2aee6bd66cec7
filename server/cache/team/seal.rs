//! Signs and verifies what is exchanged with a team's cache.
//!
//! An entry of a team's cache is a *sealed* envelope, which is an envelope followed by a signature:
//!
//! ```text
//! ..       envelope
//! 8 bytes  id of the key
//! 64 bytes ed25519 over "rustassistant cache v1", then namespace, key, codec and value, those of
//!          variable length with their length (u64, little endian) before them
//! ```
//!
//! Namespace and key are signed although they aren't in the envelope, so an entry can't be moved to another key, or from a pull
//! request's namespace into the main one. Only public keys in the user's configuration are trusted. A key that signed a wrong
//! entry isn't trusted any more, whatever it signs.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::RwLock;

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};

use crate::envelope::outside::{self, parts};
use crate::envelope::{Decoder, Encoder};
use crate::trust::{KeyId, Namespace, PublicKey, TrustError, bytes_of, hexadecimal};
use crate::{Access, Entry, ExposeSecret, Fault, FaultKind, Key, Remote, SecretString, locks};

const CONTEXT: &[u8] = b"rustassistant cache v1";
const SECRET: &str = "ed25519-secret:";
/// Bytes that a seal adds to an envelope.
pub(super) const SEAL: usize = 8 + 64;

/// The secret half of a key pair. Its bytes are wiped on drop.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Generates a key with the system's random number generator.
    pub fn generate() -> Result<SigningKey, TrustError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| TrustError::Randomness)?;
        Ok(SigningKey(ed25519_dalek::SigningKey::from_bytes(&bytes)))
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Returns the text that [`SigningKey::parse`] reads, for storing the key.
    pub fn secret_text(&self) -> SecretString {
        struct Hexadecimal([u8; 32]);
        impl fmt::Display for Hexadecimal {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hexadecimal(&self.0, f)
            }
        }
        SecretString::from(format!("{SECRET}{}", Hexadecimal(self.0.to_bytes())))
    }

    pub fn parse(text: &SecretString) -> Result<SigningKey, TrustError> {
        let bytes = text.expose_secret().trim().strip_prefix(SECRET);
        let bytes = bytes.and_then(bytes_of).ok_or(TrustError::SigningKey)?;
        Ok(SigningKey(ed25519_dalek::SigningKey::from_bytes(&bytes)))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public().id())
    }
}

/// Whether the key is valid and strong. With a weak key, one signature is valid for many messages.
pub(crate) fn can_verify(key: &PublicKey) -> bool {
    verifier(key).is_some_and(|key| !key.is_weak())
}

fn verifier(key: &PublicKey) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&key.0).ok()
}

impl Remote {
    /// Returns the seal that opens this cache's entries, and signs them if this machine may write.
    pub async fn seal(&self) -> Result<Seal, Fault> {
        let signer = match &self.access {
            Access::Read => None,
            Access::Write(secret) => {
                let text = secret.read().await?;
                let key = SigningKey::parse(&text);
                Some(key.map_err(|error| Fault::new(FaultKind::Setting).because(error))?)
            }
        };
        Ok(Seal::new(self.namespace.clone(), signer, &self.trusted))
    }
}

/// Seals and opens envelopes of one namespace.
#[derive(Default, Debug)]
pub struct Seal {
    namespace: Namespace,
    signer: Option<SigningKey>,
    trusted: HashMap<KeyId, VerifyingKey>,
    quarantined: RwLock<HashSet<KeyId>>,
}

impl Seal {
    pub fn new(namespace: Namespace, signer: Option<SigningKey>, trusted: &[PublicKey]) -> Seal {
        let own = signer.as_ref().map(SigningKey::public);
        let trusted = trusted.iter().chain(&own);
        Seal {
            namespace,
            signer,
            trusted: trusted
                .filter_map(|key| Some((key.id(), verifier(key)?)))
                .collect(),
            quarantined: RwLock::default(),
        }
    }

    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    pub fn signs(&self) -> bool {
        self.signer.is_some()
    }

    /// Seals an entry. Returns [`FaultKind::Setting`] without a signing key.
    pub fn close(
        &self,
        encoder: &mut Encoder,
        key: &Key,
        entry: &Entry,
    ) -> Result<Vec<u8>, FaultKind> {
        let signer = self.signer.as_ref().ok_or(FaultKind::Setting)?;
        let mut sealed = encoder.encode(key, entry)?;
        let message = self.message(key, &sealed).ok_or(FaultKind::TooLarge)?;
        let signature = signer.0.sign(&message);
        sealed.extend_from_slice(&signer.public().id().0);
        sealed.extend_from_slice(&signature.to_bytes());
        Ok(sealed)
    }

    /// Returns the entry in a sealed envelope and its signer. Safe for arbitrary bytes: nothing is decompressed before the
    /// signature is verified.
    pub fn open(
        &self,
        decoder: &mut Decoder,
        key: &Key,
        sealed: &[u8],
    ) -> Result<(Entry, KeyId), FaultKind> {
        let claim = self.claim(decoder, key, sealed)?;
        claim.verify()?;
        claim.unpack(decoder)
    }

    /// Like [`Seal::open`] for each row, in half the time: verifies all signatures at once, and individually only if that
    /// fails.
    pub fn open_many(
        &self,
        decoder: &mut Decoder,
        rows: &[(Key, &[u8])],
    ) -> Vec<Result<(Entry, KeyId), FaultKind>> {
        let claims: Vec<_> = rows
            .iter()
            .map(|(key, sealed)| self.claim(decoder, key, sealed))
            .collect();
        let all_hold = all_hold(claims.iter().flatten());
        let open = |claim: Result<Claim, FaultKind>| {
            let claim = claim?;
            if !all_hold {
                claim.verify()?;
            }
            claim.unpack(decoder)
        };
        claims.into_iter().map(open).collect()
    }

    /// Parses a sealed envelope, if its signer is trusted.
    fn claim<'a>(
        &'a self,
        decoder: &mut Decoder,
        key: &Key,
        sealed: &'a [u8],
    ) -> Result<Claim<'a>, FaultKind> {
        let Some((envelope, seal)) = sealed.split_last_chunk::<SEAL>() else {
            return Err(unsigned(decoder, key, sealed));
        };
        let (id, signature) = seal.split_at(8);
        let id = KeyId(id.try_into().unwrap_or_default());
        let Some(public) = self.trusted.get(&id) else {
            return Err(match unsigned(decoder, key, sealed) {
                FaultKind::Unsigned => FaultKind::Unsigned,
                _ => FaultKind::UnknownSigner,
            });
        };
        if self.is_quarantined(id) {
            return Err(FaultKind::Quarantined);
        }
        Ok(Claim {
            key: *key,
            id,
            public,
            message: self.message(key, envelope).ok_or(FaultKind::BadSignature)?,
            signature: Signature::from_slice(signature).map_err(|_| FaultKind::BadSignature)?,
            envelope,
        })
    }

    /// Distrusts everything this key has signed; returns whether it was trusted before.
    pub fn quarantine(&self, id: KeyId) -> bool {
        let mut quarantined = locks::write(&self.quarantined);
        quarantined.insert(id)
    }

    pub fn is_quarantined(&self, id: KeyId) -> bool {
        let quarantined = locks::read(&self.quarantined);
        quarantined.contains(&id)
    }

    fn message(&self, key: &Key, envelope: &[u8]) -> Option<Vec<u8>> {
        let (codec, value) = parts(envelope)?;
        let mut message = Vec::with_capacity(CONTEXT.len() + 128 + value.len());
        message.extend_from_slice(CONTEXT);
        add(&mut message, self.namespace.as_str().as_bytes());
        add(&mut message, key.as_bytes());
        message.push(codec);
        add(&mut message, value);
        Some(message)
    }
}

/// An unverified signature of a sealed envelope.
struct Claim<'a> {
    key: Key,
    id: KeyId,
    public: &'a VerifyingKey,
    message: Vec<u8>,
    signature: Signature,
    envelope: &'a [u8],
}

impl Claim<'_> {
    fn verify(&self) -> Result<(), FaultKind> {
        let verified = self.public.verify_strict(&self.message, &self.signature);
        verified.map_err(|_| FaultKind::BadSignature)
    }

    fn unpack(&self, decoder: &mut Decoder) -> Result<(Entry, KeyId), FaultKind> {
        let entry = decoder.decode(&self.key, self.envelope)?;
        Ok((entry, self.id))
    }
}

/// Whether all signatures are valid, checked by one equation. Only accepts trusted keys; for those, it may accept a signature
/// that strict verification rejects as malformed.
fn all_hold<'a>(claims: impl Iterator<Item = &'a Claim<'a>> + Clone) -> bool {
    let messages: Vec<&[u8]> = claims.clone().map(|claim| &claim.message[..]).collect();
    let signatures: Vec<Signature> = claims.clone().map(|claim| claim.signature).collect();
    let keys: Vec<VerifyingKey> = claims.map(|claim| *claim.public).collect();
    ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok()
}

/// Whether this is an intact sealed envelope of the key. Nothing is verified or decompressed.
pub(super) fn is_whole(key: &Key, sealed: &[u8]) -> bool {
    let parts = sealed.split_last_chunk::<SEAL>();
    parts.is_some_and(|(envelope, _)| outside::is_whole(key, envelope))
}

/// An intact envelope without a seal wasn't signed.
fn unsigned(decoder: &mut Decoder, key: &Key, envelope: &[u8]) -> FaultKind {
    match decoder.decode(key, envelope) {
        Ok(_) => FaultKind::Unsigned,
        Err(_) => FaultKind::Checksum,
    }
}

fn add(message: &mut Vec<u8>, field: &[u8]) {
    message.extend_from_slice(&(field.len() as u64).to_le_bytes());
    message.extend_from_slice(field);
}
#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> Key {
        Key::new("test", &[seed; 32], &[], b"")
    }

    fn seal(namespace: &str) -> (Seal, PublicKey) {
        let signer = SigningKey::parse(&SecretString::from(format!("{SECRET}{}", "07".repeat(32))));
        let signer = signer.unwrap();
        let public = signer.public();
        let seal = Seal::new(namespace.parse().unwrap(), Some(signer), &[]);
        (seal, public)
    }

    fn sealed() -> Vec<u8> {
        let entry = Entry::from(b"what was measured".repeat(40));
        let (seal, _) = seal("main");
        seal.close(&mut Encoder::default(), &key(1), &entry)
            .unwrap()
    }

    fn reader(namespace: &str) -> Seal {
        Seal::new(namespace.parse().unwrap(), None, &[seal("main").1])
    }

    fn open(seal: &Seal, key: &Key, sealed: &[u8]) -> Result<Entry, FaultKind> {
        seal.open(&mut Decoder::default(), key, sealed)
            .map(|(entry, _)| entry)
    }

    #[test]
    fn what_was_sealed_is_opened_with_the_public_half() {
        let entry = open(&reader("main"), &key(1), &sealed()).unwrap();
        assert_eq!(&entry[..], b"what was measured".repeat(40));
    }

    #[test]
    fn an_entry_is_bound_to_its_key_and_namespace() {
        let sealed = sealed();
        assert_eq!(
            open(&reader("main"), &key(2), &sealed),
            Err(FaultKind::BadSignature)
        );
        assert_eq!(
            open(&reader("pr-1"), &key(1), &sealed),
            Err(FaultKind::BadSignature)
        );
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let (reader, sealed) = (reader("main"), sealed());
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&reader, &key(1), &flipped).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(
                open(&reader, &key(1), &sealed[..length]).is_err(),
                "{length}"
            );
        }
    }

    #[test]
    fn many_are_opened_as_each_is() {
        let (writer, _) = seal("main");
        let rows: Vec<(Key, Vec<u8>)> = (0..40)
            .map(|seed| {
                let entry = Entry::from(vec![seed; 300]);
                let sealed = writer.close(&mut Encoder::default(), &key(seed), &entry);
                (key(seed), sealed.unwrap())
            })
            .collect();
        let open = |rows: &[(Key, Vec<u8>)]| {
            let rows: Vec<_> = rows.iter().map(|(key, row)| (*key, &row[..])).collect();
            let reader = reader("main");
            let each: Vec<_> = rows
                .iter()
                .map(|(key, row)| reader.open(&mut Decoder::default(), key, row))
                .collect();
            let many = reader.open_many(&mut Decoder::default(), &rows);
            assert_eq!(many, each);
            many.iter().filter(|opened| opened.is_ok()).count()
        };
        assert_eq!(open(&rows), 40);
        assert_eq!(open(&[]), 0);
        let mut broken = rows.clone();
        broken[3].1[40] ^= 1;
        let length = broken[7].1.len();
        broken[7].1[length - 5] ^= 1;
        broken[9].0 = key(200);
        broken[11].1.truncate(length - SEAL);
        assert_eq!(open(&broken), 36);
    }

    #[test]
    fn unsigned_and_unknown_are_told_apart() {
        let sealed = sealed();
        let bare = &sealed[..sealed.len() - SEAL];
        assert_eq!(
            open(&reader("main"), &key(1), bare),
            Err(FaultKind::Unsigned)
        );
        let nobody = Seal::default();
        assert_eq!(
            open(&nobody, &key(1), &sealed),
            Err(FaultKind::UnknownSigner)
        );
        assert_eq!(open(&nobody, &key(1), b"x"), Err(FaultKind::Checksum));
    }

    #[test]
    fn a_quarantined_key_is_believed_no_more() {
        let reader = reader("main");
        assert!(reader.quarantine(seal("main").1.id()));
        assert!(!reader.quarantine(seal("main").1.id()));
        assert_eq!(
            open(&reader, &key(1), &sealed()),
            Err(FaultKind::Quarantined)
        );
    }

    #[test]
    fn keys_come_back_from_their_texts() {
        let signer = SigningKey::generate().unwrap();
        let again = SigningKey::parse(&signer.secret_text()).unwrap();
        assert_eq!(signer.public(), again.public());
        assert_eq!(signer.public().to_string().parse(), Ok(signer.public()));
        assert_eq!(
            signer.public().id().to_string().parse(),
            Ok(signer.public().id())
        );
        assert!(!format!("{signer:?}").contains(&signer.secret_text().expose_secret()[16..]));
        assert_ne!(signer.public(), SigningKey::generate().unwrap().public());
    }

    #[test]
    fn a_weak_key_is_refused() {
        let weak = format!("ed25519:{}", "00".repeat(32));
        assert_eq!(weak.parse::<PublicKey>(), Err(TrustError::PublicKey));
    }

    #[tokio::test]
    async fn who_writes_needs_a_key() {
        let remote = Remote {
            access: Access::Write(crate::Secret::text("nonsense")),
            ..Remote::at("https://a.b")
        };
        let fault = remote.seal().await.unwrap_err();
        assert!(fault.to_string().contains("ed25519-secret:"), "{fault}");
        assert!(!fault.to_string().contains("nonsense"));
        assert!(!Remote::at("https://a.b").seal().await.unwrap().signs());
    }
}
