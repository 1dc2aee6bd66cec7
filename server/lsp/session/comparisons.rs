//! Caches comparisons of code. A keystroke moves everything below it, but changes little code.

use std::{cell::RefCell, collections::HashMap};

use crate::{index::Code, survey::Names, text::TextRange};

/// Maximum number of entries before the cache is cleared.
const MOST: usize = 1 << 14;

/// Results by a hash of the compared code.
#[derive(Debug, Default)]
pub(super) struct Comparisons {
    known: RefCell<HashMap<[u8; 32], bool>>,
}

impl Comparisons {
    pub(super) fn is_equal(&self, one: &Code<'_>, other: &Code<'_>, names: Names) -> bool {
        if one.is_same_text(other) {
            return true;
        }
        let key = key(one, other, names);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        let is_equal = one.is_equal(other, names);
        let mut known = self.known.borrow_mut();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, is_equal);
        is_equal
    }
}

fn key(one: &Code<'_>, other: &Code<'_>, names: Names) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[names as u8]);
    for code in [one, other] {
        let but = code.but.unwrap_or(TextRange::empty(0.into()));
        let length = u32::try_from(code.text.len()).unwrap_or(u32::MAX);
        for number in [but.start().into(), but.end().into(), length] {
            hasher.update(&u32::to_le_bytes(number));
        }
        hasher.update(code.text.as_bytes());
    }
    hasher.finalize().into()
}
