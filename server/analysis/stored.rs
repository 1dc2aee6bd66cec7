//! Reports as bytes, and the keys that they are kept under.

pub(super) mod surveys;

use std::sync::LazyLock;

use crate::{
    cache::{Entry, Key},
    facts::{FileReport, Sighting, UnitReport},
    smells::{self, Cause, Drawn, Smell},
    syntax::{Edition, FileContext, tokens},
    text::{TextRange, TextSize, printable, slice},
};

/// The kind of entry; another form of report would be another kind.
const KIND: &str = "file report";

/// The fingerprint of everything that a report depends on beside the text and its context: the sources that measure, and
/// the parser's version, in hexadecimal.
const ENGINE: &str = rustassistant_engine::FINGERPRINT;

/// The same as bytes. The build makes it, so a wrong length or digit fails every test at once.
static ENGINE_BYTES: LazyLock<[u8; 32]> =
    LazyLock::new(|| blake3::Hash::from_hex(ENGINE).map_or([0; 32], Into::into));

/// The key of a text's report. It names no path, so equal texts share a report wherever they lie.
pub fn key(text: &str, context: FileContext) -> Key {
    Key::new(KIND, &ENGINE_BYTES, &[&context.to_bytes()], text.as_bytes())
}

/// The fields that [`key`] is made of, in words.
pub fn key_fields(text: &str, context: FileContext) -> Vec<(&'static str, String)> {
    let version = context
        .rust_version
        .map_or("none".to_owned(), |version| format!("1.{}", version.0));
    vec![
        ("kind", KIND.to_owned()),
        ("engine", ENGINE.to_owned()),
        ("edition", context.edition.to_string()),
        ("rust-version", version),
        ("role", format!("{:?}", context.role).to_lowercase()),
        ("text", blake3::hash(text.as_bytes()).to_hex().to_string()),
    ]
}

/// A report as a cache keeps it.
pub fn encode(report: &FileReport) -> Entry {
    // A report is plain data, and the writer is memory: there is nothing to fail.
    Entry::from(postcard::to_stdvec(report).unwrap_or_default())
}

/// The report in `entry`, if it is one that could have been measured in `text`: whatever the bytes are, no range leads
/// outside the text and no smell is unknown.
pub fn decode(entry: &Entry, text: &str) -> Option<FileReport> {
    let report: FileReport = postcard::from_bytes(entry).ok()?;
    if count(&report) > text.len() {
        return None;
    }
    let mut items = report.items.iter();
    let items_fit = items.all(|(offset, item)| fits(item, *offset, text));
    let mut sightings = report.sightings.iter();
    let sightings_fit = sightings.all(|sighting| sighting_fits(sighting, TextSize::new(0), text));
    let allowances_fit = report.allowances.iter().all(|allowance| {
        slice(text, allowance.at).is_some() && slice(text, allowance.scope).is_some()
    });
    (items_fit && sightings_fit && allowances_fit).then_some(report)
}

/// Functions, sightings and allowances: each is drawn at a place of its own, or at a name that few others share, so there are
/// fewer of them than bytes.
fn count(report: &FileReport) -> usize {
    let items = report.items.iter();
    let items = items.map(|(_, item)| item.functions.len() + item.sightings.len());
    items.sum::<usize>() + report.sightings.len() + report.allowances.len()
}

/// Whether what is drawn may be quoted in a message: a token, or code without comments, and nothing that could be read as more.
fn may_be_drawn(smell: &Smell, at: TextRange, text: &str) -> bool {
    const LONGEST: usize = 10_000;
    let Some(drawn) = slice(text, at).filter(|drawn| drawn.len() <= LONGEST) else {
        return false;
    };
    !drawn.contains('`')
        && printable(drawn) == drawn
        && (smell.cause == Cause::Opportunity || is_drawn_as(smell.drawn, drawn))
}

fn is_drawn_as(kind: Drawn, drawn: &str) -> bool {
    let tokens = tokens(drawn, Edition::CURRENT);
    match kind {
        Drawn::Token | Drawn::Head => tokens.len() == 1,
        Drawn::Code => tokens
            .iter()
            .all(|(kind, text)| !kind.is_trivia() || text.trim().is_empty()),
    }
}

fn fits(item: &UnitReport, offset: TextSize, text: &str) -> bool {
    let functions = item.functions.iter();
    let mut ranges = functions.flat_map(|function| [function.name, function.range]);
    let mut sightings = item.sightings.iter();
    ranges.all(|range| is_inside(range, offset, text))
        && sightings.all(|sighting| sighting_fits(sighting, offset, text))
}

fn sighting_fits(sighting: &Sighting, offset: TextSize, text: &str) -> bool {
    let parts = sighting.parts.iter().map(|part| part.at);
    let moved = sighting.extraction.iter().map(|part| part.at);
    let mut ranges = parts.chain(moved).chain([sighting.at]);
    ranges.all(|range| is_inside(range, offset, text))
        && smells::get(sighting.smell)
            .is_some_and(|smell| may_be_drawn(smell, sighting.at + offset, text))
}

fn is_inside(range: TextRange, offset: TextSize, text: &str) -> bool {
    let range = range.checked_add(offset);
    range.is_some_and(|range| slice(text, range).is_some())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        analysis::OpenFile,
        facts::{FunctionFacts, SmellId},
    };

    const TEXT: &str = "fn f(a: u8) { if a > 1 { g() } }\n// ä\n";

    fn report() -> FileReport {
        FileReport::clone(OpenFile::new(TEXT, FileContext::default()).report())
    }

    fn with_function(change: impl Fn(&mut FunctionFacts)) -> FileReport {
        let mut report = report();
        change(&mut Arc::make_mut(&mut report.items[0].1).functions[0]);
        report
    }

    #[test]
    fn a_report_comes_back_as_it_was() {
        assert!(!report().items.is_empty());
        assert_eq!(decode(&encode(&report()), TEXT), Some(report()));
        assert_ne!(*ENGINE_BYTES, [0; 32]);
    }

    #[test]
    fn what_every_smell_draws_comes_back() {
        for smell in smells::all() {
            let doc = smells::doc(smell.id).unwrap();
            let (_, example) = doc.split_once("```rust before\n").unwrap();
            let (example, _) = example.split_once("```").unwrap();
            let report = OpenFile::new(example, FileContext::default());
            let report = FileReport::clone(report.report());
            let back = decode(&encode(&report), example);
            assert_eq!(back.as_ref(), Some(&report), "{}", smell.id);
        }
    }

    #[test]
    fn a_block_of_a_type_with_parameters_comes_back() {
        let functions = "    fn f() {\n        g();\n    }\n".repeat(250);
        for head in ["impl<'a> a::S<'a, u8>", "impl dyn T + Send", "impl [S]"] {
            let text = format!("{head} {{\n{functions}}}\n");
            let report = OpenFile::new(&*text, FileContext::default());
            let report = FileReport::clone(report.report());
            assert!(!report.sightings.is_empty(), "{head}");
            assert_eq!(decode(&encode(&report), &text), Some(report), "{head}");
        }
    }

    #[test]
    fn what_does_not_fit_the_text_is_no_report() {
        let outside = TextRange::at(1_000.into(), 1.into());
        let inside_a_character = TextRange::new(0.into(), (len() - 2).into());
        for range in [outside, inside_a_character] {
            let wrong = with_function(|function| function.name = range);
            assert_eq!(decode(&encode(&wrong), TEXT), None);
        }
        let mut unknown = report();
        let smell = SmellId(u8::MAX);
        let at = TextRange::empty(0.into());
        let sighting = Sighting {
            smell,
            at,
            measure: 1,
            parts: Vec::new(),
            extraction: None,
        };
        Arc::make_mut(&mut unknown.items[0].1)
            .sightings
            .push(sighting.clone());
        assert_eq!(decode(&encode(&unknown), TEXT), None);
        let mut unknown = report();
        unknown.sightings.push(sighting);
        assert_eq!(decode(&encode(&unknown), TEXT), None);
    }

    fn with_sighting(at: TextRange, times: usize) -> FileReport {
        let mut report = report();
        let sighting = Sighting {
            smell: smells::id_of("too-many-parameters").unwrap(),
            at,
            measure: 9,
            parts: Vec::new(),
            extraction: None,
        };
        let sightings = std::iter::repeat_n(sighting, times);
        Arc::make_mut(&mut report.items[0].1)
            .sightings
            .extend(sightings);
        report
    }

    #[test]
    fn what_is_drawn_is_one_token_and_there_is_not_more_of_it_than_text() {
        let name = TextRange::new(3.into(), 4.into());
        assert!(decode(&encode(&with_sighting(name, 1)), TEXT).is_some());
        assert!(decode(&encode(&with_sighting(name, 100)), TEXT).is_none());
        let more = TextRange::new(3.into(), 7.into());
        assert!(decode(&encode(&with_sighting(more, 1)), TEXT).is_none());
        for odd in ["/*\u{202e}*/", "/*`[a](b)*/", "/*\u{1b}[1m*/"] {
            let text = format!("{TEXT}{odd}");
            let start = u32::try_from(TEXT.len()).unwrap();
            let at = TextRange::new(start.into(), u32::try_from(text.len()).unwrap().into());
            assert!(
                decode(&encode(&with_sighting(at, 1)), &text).is_none(),
                "{odd}"
            );
        }
    }

    fn len() -> u32 {
        u32::from(crate::text::len(TEXT))
    }

    #[test]
    fn no_bytes_make_the_decoder_fail_otherwise() {
        let good = encode(&report());
        for at in 0..good.len() {
            for flip in [1_u8, 0x80, 0xff] {
                let mut bytes = good.to_vec();
                bytes[at] ^= flip;
                let _ = decode(&Entry::from(bytes), TEXT);
            }
            let _ = decode(&Entry::from(&good[..at]), TEXT);
        }
        let huge: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0x0f];
        assert_eq!(decode(&Entry::from(huge), TEXT), None);
    }

    #[test]
    fn the_key_depends_on_text_and_context_alone() {
        let context = FileContext::default();
        let older = FileContext {
            edition: crate::syntax::Edition::Edition2018,
            ..context
        };
        assert_eq!(key(TEXT, context), key(TEXT, context));
        assert_ne!(key(TEXT, context), key(TEXT, older));
        assert_ne!(key(TEXT, context), key("", context));
    }
}
