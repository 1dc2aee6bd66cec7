//! Format of an entry on disk and in transit, the same bytes in every tier.
//!
//! ```text
//! 0      magic, "RA"
//! 2      format, 1
//! 3      codec, 0 raw, 1 zstd
//! 4..8   length of the payload, little endian
//! 8..24  checksum: blake3 keyed with the entry's key, over the bytes 0..8 and the value
//! 24..   value
//! ```
//!
//! The checksum is keyed, so an envelope in the wrong row is detected like one with a flipped bit. Nothing is allocated or
//! decompressed before the checksum matches and the length is within [`MAX_LENGTH`].

use super::{Entry, FaultKind, Key};

/// Maximum payload length in bytes. A longer one isn't stored, and an envelope that claims one is refused.
pub const MAX_LENGTH: usize = 16 << 20;

const MAGIC: [u8; 2] = *b"RA";
const FORMAT: u8 = 1;
const RAW: u8 = 0;
const ZSTD: u8 = 1;
const ZSTD_LEVEL: i32 = 1;
/// Minimum length in bytes for compression to be worth the time.
const WORTH_PACKING: usize = 256;
const HEAD: usize = 8;
const CHECKSUM: usize = 16;

/// Encodes envelopes; reuses the compressor's memory.
#[derive(Default)]
pub struct Encoder {
    zstd: Option<zstd::bulk::Compressor<'static>>,
}

impl Encoder {
    /// Encodes `entry`. Only fails on payloads above [`MAX_LENGTH`].
    pub fn encode(&mut self, key: &Key, entry: &Entry) -> Result<Vec<u8>, FaultKind> {
        let length = u32::try_from(entry.len()).map_err(|_| FaultKind::TooLarge)?;
        if entry.len() > MAX_LENGTH {
            return Err(FaultKind::TooLarge);
        }
        let packed = self.pack(entry);
        let (codec, value) = packed
            .as_deref()
            .map_or((RAW, &entry[..]), |packed| (ZSTD, packed));
        let mut envelope = Vec::with_capacity(HEAD + CHECKSUM + value.len());
        envelope.extend_from_slice(&MAGIC);
        envelope.extend_from_slice(&[FORMAT, codec]);
        envelope.extend_from_slice(&length.to_le_bytes());
        let checksum = checksum(key, &envelope, value);
        envelope.extend_from_slice(&checksum);
        envelope.extend_from_slice(value);
        Ok(envelope)
    }

    /// Compresses the payload; `None` if it is short or doesn't shrink.
    fn pack(&mut self, payload: &[u8]) -> Option<Vec<u8>> {
        if payload.len() < WORTH_PACKING {
            return None;
        }
        if self.zstd.is_none() {
            self.zstd = zstd::bulk::Compressor::new(ZSTD_LEVEL).ok();
        }
        let packed = self.zstd.as_mut()?.compress(payload).ok()?;
        (packed.len() < payload.len()).then_some(packed)
    }
}

/// Decodes envelopes; reuses the decompressor's memory.
#[derive(Default)]
pub struct Decoder {
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

impl Decoder {
    /// Returns the payload if `envelope` is exactly what was stored under `key`. Safe for arbitrary bytes.
    pub fn decode(&mut self, key: &Key, envelope: &[u8]) -> Result<Entry, FaultKind> {
        let (head, rest) = envelope
            .split_first_chunk::<HEAD>()
            .ok_or(FaultKind::Checksum)?;
        let (stored, value) = rest
            .split_first_chunk::<CHECKSUM>()
            .ok_or(FaultKind::Checksum)?;
        let [m0, m1, format, codec, l0, l1, l2, l3] = *head;
        if [m0, m1] != MAGIC || format != FORMAT || *stored != checksum(key, head, value) {
            return Err(FaultKind::Checksum);
        }
        let length = usize::try_from(u32::from_le_bytes([l0, l1, l2, l3]))
            .map_err(|_| FaultKind::TooLarge)?;
        if length > MAX_LENGTH {
            return Err(FaultKind::TooLarge);
        }
        let payload = match codec {
            RAW => Some(Entry::from(value)),
            ZSTD => self.unpack(value, length).map(Entry::from),
            _ => None,
        };
        payload
            .filter(|payload| payload.len() == length)
            .ok_or(FaultKind::Checksum)
    }

    fn unpack(&mut self, value: &[u8], length: usize) -> Option<Vec<u8>> {
        if self.zstd.is_none() {
            self.zstd = zstd::bulk::Decompressor::new().ok();
        }
        self.zstd.as_mut()?.decompress(value, length).ok()
    }
}

fn checksum(key: &Key, head: &[u8], value: &[u8]) -> [u8; CHECKSUM] {
    let mut hasher = blake3::Hasher::new_keyed(key.as_bytes());
    hasher.update(head).update(value);
    let mut checksum = [0; CHECKSUM];
    hasher.finalize_xof().fill(&mut checksum);
    checksum
}

/// Parts of an envelope that a seal covers.
#[cfg(feature = "team")]
pub(super) mod outside {
    use super::{CHECKSUM, FORMAT, HEAD, Key, MAGIC, checksum};

    /// Returns the codec and the value of an envelope; `None` if it is too short.
    pub(crate) fn parts(envelope: &[u8]) -> Option<(u8, &[u8])> {
        let (head, rest) = envelope.split_first_chunk::<HEAD>()?;
        let (_, value) = rest.split_first_chunk::<CHECKSUM>()?;
        let [_, _, _, codec, ..] = *head;
        Some((codec, value))
    }

    /// Whether the bytes begin like an envelope, unlike a web page for example.
    pub(crate) fn is_envelope(bytes: &[u8]) -> bool {
        bytes.starts_with(&[MAGIC[0], MAGIC[1], FORMAT])
    }

    /// Whether the bytes, without their seal, are an envelope of this key. Nothing is decompressed.
    pub(crate) fn is_whole(key: &Key, envelope: &[u8]) -> bool {
        envelope
            .split_first_chunk::<HEAD>()
            .and_then(|(head, rest)| Some((head, rest.split_first_chunk::<CHECKSUM>()?)))
            .is_some_and(|(head, (stored, value))| {
                head.starts_with(&MAGIC) && *stored == checksum(key, head, value)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(seed: u8) -> Key {
        Key::new("test", &[seed; 32], &[], b"")
    }

    fn encode(payload: &[u8]) -> Vec<u8> {
        Encoder::default()
            .encode(&key(1), &Entry::from(payload))
            .unwrap()
    }

    fn decode(envelope: &[u8]) -> Result<Entry, FaultKind> {
        Decoder::default().decode(&key(1), envelope)
    }

    #[test]
    fn short_payloads_stay_raw_and_long_ones_shrink() {
        assert_eq!(encode(&[3; 255])[3], RAW);
        let packed = encode(&[3; 4096]);
        assert_eq!(packed[3], ZSTD);
        assert!(packed.len() < 200);
    }

    #[test]
    fn what_does_not_shrink_stays_raw() {
        let mut noise = vec![0; 4096];
        blake3::Hasher::new().finalize_xof().fill(&mut noise);
        assert_eq!(encode(&noise)[3], RAW);
        assert_eq!(&decode(&encode(&noise)).unwrap()[..], &noise[..]);
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let envelope = encode(&b"fn main() {}".repeat(50));
        for bit in 0..envelope.len() * 8 {
            let mut flipped = envelope.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&flipped).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let envelope = encode(b"short");
        for length in 0..envelope.len() {
            assert!(decode(&envelope[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn another_entry_s_envelope_is_refused() {
        assert!(
            Decoder::default()
                .decode(&key(2), &encode(b"mine"))
                .is_err()
        );
    }

    #[test]
    fn a_claimed_length_is_bounded_even_with_a_good_checksum() {
        for (codec, length) in [
            (RAW, u32::MAX),
            (ZSTD, u32::MAX),
            (ZSTD, 16 << 20),
            (RAW, 3),
            (9, 5),
        ] {
            let mut envelope = vec![b'R', b'A', FORMAT, codec];
            envelope.extend_from_slice(&length.to_le_bytes());
            let checksum = checksum(&key(1), &envelope, b"value");
            envelope.extend_from_slice(&checksum);
            envelope.extend_from_slice(b"value");
            assert!(decode(&envelope).is_err(), "codec {codec}, length {length}");
        }
    }

    #[test]
    fn a_payload_above_the_bound_is_not_stored() {
        let entry = Entry::from(vec![0; MAX_LENGTH + 1]);
        assert_eq!(
            Encoder::default().encode(&key(1), &entry),
            Err(FaultKind::TooLarge)
        );
        let entry = Entry::from(vec![0; MAX_LENGTH]);
        assert_eq!(
            decode(&Encoder::default().encode(&key(1), &entry).unwrap()),
            Ok(entry)
        );
    }

    proptest! {
        #[test]
        fn round_trips(payload in prop::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert_eq!(&decode(&encode(&payload)).unwrap()[..], &payload[..]);
        }

        #[test]
        fn no_bytes_make_it_panic(envelope in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&envelope).is_err());
        }

        #[test]
        fn no_value_makes_it_panic(value in prop::collection::vec(any::<u8>(), 0..200), codec: u8, length: u32) {
            let mut envelope = vec![b'R', b'A', FORMAT, codec];
            envelope.extend_from_slice(&length.to_le_bytes());
            let checksum = checksum(&key(1), &envelope, &value);
            envelope.extend_from_slice(&checksum);
            envelope.extend_from_slice(&value);
            if let Ok(entry) = decode(&envelope) {
                prop_assert_eq!(entry.len(), length as usize);
            }
        }
    }
}
