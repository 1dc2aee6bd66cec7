//! Names of offers, derived from everything the offer was derived from.

use std::{fmt, str::FromStr};

use super::answer::Refused;
use crate::{
    analysis::{InputFile, NamedPlace, ShownOffer},
    refactorings::{self, Refactoring},
    report::EXTRACT_FUNCTION,
    text::printable,
};

/// `ID@FILE:PLACE#TEXT-RESULT`: a refactoring, its location, and hashes of the source text and of the result. Offers that need
/// rustc have no result yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfferName {
    pub(super) refactoring: String,
    pub(super) place: NamedPlace,
    text: String,
    result: Option<String>,
}

impl OfferName {
    pub(super) fn of(offer: &ShownOffer, input: &InputFile) -> Option<Self> {
        Some(Self {
            refactoring: offer.id.to_owned(),
            place: offer.place.parse().ok()?,
            text: hash([&*input.text]),
            result: Some(hash_of_result(offer)),
        })
    }

    pub(super) fn of_extraction(place: &str, input: &InputFile) -> Option<Self> {
        Some(Self {
            refactoring: EXTRACT_FUNCTION.to_owned(),
            place: place.parse().ok()?,
            text: hash([&*input.text]),
            result: None,
        })
    }

    pub(super) fn file(&self) -> Result<&str, Refused> {
        let file = self.place.file.to_str();
        file.ok_or_else(|| Refused::because("The path of the offer's file is not UTF-8."))
    }

    /// Whether applying it runs rustc.
    pub(super) fn asks_rustc(&self) -> bool {
        let registered = refactorings::by_name(&self.refactoring);
        self.is_extraction() || registered.is_some_and(Refactoring::asks_rustc)
    }

    /// Whether it has no result before running rustc.
    pub(super) fn is_extraction(&self) -> bool {
        self.result.is_none()
    }

    /// Refuses an offer for a different source text.
    pub(super) fn check(&self, input: &InputFile) -> Result<(), Refused> {
        if self.text == hash([&*input.text]) {
            return Ok(());
        }
        Err(Refused::Because(format!(
            "The offer is stale: `{}` has changed since. Call `offers` again.",
            printable(&input.shown)
        )))
    }

    /// Whether this name belongs to an offer.
    pub(super) fn is(&self, offer: &ShownOffer) -> bool {
        offer.id == self.refactoring && self.result.as_deref() == Some(&*hash_of_result(offer))
    }
}

/// Number of hash digits, sufficient to distinguish texts that aren't chosen maliciously.
const LETTERS: usize = 8;

fn hash<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex()[..LETTERS].to_owned()
}

fn hash_of_result(offer: &ShownOffer) -> String {
    let created = offer.new_files.iter();
    let created = created.flat_map(|(file, text)| {
        let names = file.components().iter().map(String::as_str);
        names.chain([text.as_str()])
    });
    hash([&*offer.text].into_iter().chain(created))
}

impl fmt::Display for OfferName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            refactoring,
            place,
            text,
            result,
        } = self;
        write!(f, "{refactoring}@{}#{text}", place.words())?;
        match result {
            Some(result) => write!(f, "-{result}"),
            None => Ok(()),
        }
    }
}

impl FromStr for OfferName {
    type Err = Refused;

    fn from_str(words: &str) -> Result<Self, Self::Err> {
        let parts = || {
            let (refactoring, rest) = words.split_once('@')?;
            let (place, hashes) = rest.rsplit_once('#')?;
            let (text, result) = match hashes.split_once('-') {
                Some((text, result)) => (text, Some(result)),
                None => (hashes, None),
            };
            let are_hashes = [Some(text), result].into_iter().flatten().all(is_hash);
            let is_whole = are_hashes && result.is_none() == (refactoring == EXTRACT_FUNCTION);
            is_whole.then_some((refactoring, place.parse().ok()?, text, result))
        };
        let Some((refactoring, place, text, result)) = parts() else {
            return Err(Refused::BadCall(format!(
                "`{}` is not an offer. Pass the complete first word of a line of `offers`.",
                printable(words)
            )));
        };
        Ok(Self {
            refactoring: refactoring.to_owned(),
            place,
            text: text.to_owned(),
            result: result.map(str::to_owned),
        })
    }
}

fn is_hash(word: &str) -> bool {
    word.len() == LETTERS && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for words in [
            "merge-nested-if@src/a.rs:2:5#0123abcd-89abcdef",
            "extract-function@src/a.rs:2-9#0123abcd",
            "extract-function@a@b#c-d.rs:2:1-9:4#0123abcd",
            "let-else@a b:3.rs:2:5#0123abcd-89abcdef",
        ] {
            let name: OfferName = words.parse().unwrap();
            assert_eq!(name.to_string(), words);
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for words in [
            "",
            "merge-nested-if",
            "merge-nested-if@src/a.rs:2:5",
            "merge-nested-if@src/a.rs:2:5#0123abcd",
            "extract-function@src/a.rs:2-9#0123abcd-89abcdef",
            "merge-nested-if@src/a.rs#0123abcd-89abcdef",
            "merge-nested-if@src/a.rs:2:5#0123abcd-89abcde",
            "merge-nested-if@src/a.rs:2:5#0123abcd-89abcdeé",
            "merge-nested-if@:2:5#0123abcd-89abcdef",
            "@#-",
        ] {
            assert!(words.parse::<OfferName>().is_err(), "{words}");
        }
    }
}
