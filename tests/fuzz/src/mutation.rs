//! Random bytes similar to valid input: a seed with a few random changes.

/// A small deterministic random number generator.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        let mut numbers = Self(seed);
        numbers.next();
        numbers
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % bound.max(1)
    }

    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0
    }
}

/// Fragments that are meaningful to some reader.
const SCRAPS: [&[u8]; 28] = [
    b"{",
    b"}",
    b"{a,",
    b"[",
    b"]",
    b"(",
    b")",
    b"**/",
    b"*",
    b"\\",
    b"!",
    b"\"",
    b"'",
    b"/*",
    b"//",
    b"\r\n",
    b"\n",
    b"\0",
    b"\xff",
    b"\xe2\x80\xae",
    b"\x1b[31m",
    b": ",
    b"= ",
    b"-1",
    b"18446744073709551616",
    b"if a { ",
    b"else ",
    b"r#\"",
];

pub fn mutated(seeds: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seeds[numbers.below(seeds.len())].clone();
    for _ in 0..numbers.below(6) {
        let (start, end) = (
            numbers.below(bytes.len() + 1),
            numbers.below(bytes.len() + 1),
        );
        let (start, end) = (start.min(end), start.max(end));
        match numbers.below(7) {
            0 => drop(bytes.drain(start..end)),
            1 => {
                let part = bytes[start..end].to_vec();
                insert(&mut bytes, start, &part);
            }
            2 => {
                let scrap = SCRAPS[numbers.below(SCRAPS.len())];
                let times = [1, 1, 1, 2, 40, 3_000][numbers.below(6)];
                insert(&mut bytes, start, &scrap.repeat(times));
            }
            3 => {
                let other = &seeds[numbers.below(seeds.len())];
                let from = numbers.below(other.len() + 1);
                insert(&mut bytes, start, &other[from..]);
            }
            4 => bytes.truncate(start),
            5 => {
                if let Some(byte) = bytes.get_mut(start) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
            _ => {
                if let Some(byte) = bytes.get_mut(start) {
                    *byte = u8::try_from(numbers.below(256)).unwrap_or_default();
                }
            }
        }
        bytes.truncate(64 << 10);
    }
    bytes
}

fn insert(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    bytes.splice(at..at, part.iter().copied());
}
