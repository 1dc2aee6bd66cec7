//! Reports as bytes, and the keys that they are kept under.

use crate::{
    cache::{Entry, Key},
    facts::{FileReport, ItemReport},
    smells,
    syntax::FileContext,
    text::{TextRange, TextSize, slice},
};

/// The kind of entry; another form of report would be another kind.
const KIND: &str = "file report";

/// The fingerprint of everything that a report depends on beside the text and its context: the sources that measure, and
/// the parser's version.
const ENGINE: &str = env!("RUSTASSISTANT_ENGINE");

/// The key of a text's report. It names no path, so equal texts share a report wherever they lie.
pub fn key(text: &str, context: FileContext) -> Key {
    Key::new(KIND, ENGINE.as_bytes(), &[&context.to_bytes()], text.as_bytes())
}

/// The fields that [`key`] is made of, in words.
pub fn key_fields(text: &str, context: FileContext) -> Vec<(&'static str, String)> {
    let version = context.rust_version.map_or("none".to_owned(), |version| format!("1.{}", version.0));
    vec![
        ("kind", KIND.to_owned()),
        ("engine", ENGINE.to_owned()),
        ("edition", context.edition.to_string()),
        ("rust-version", version),
        ("role", format!("{:?}", context.role).to_lowercase()),
        ("text", blake3::hash(text.as_bytes()).to_hex().to_string()),
    ]
}

pub fn encode(report: &FileReport) -> Entry {
    // A report is plain data, and the writer is memory: there is nothing to fail.
    Entry::from(postcard::to_stdvec(report).unwrap_or_default())
}

/// The report in `entry`, if it is one that could have been measured in `text`: whatever the bytes are, no range leads
/// outside the text and no smell is unknown.
pub fn decode(entry: &Entry, text: &str) -> Option<FileReport> {
    let report: FileReport = postcard::from_bytes(entry).ok()?;
    let items_fit = report.items.iter().all(|(offset, item)| fits(item, *offset, text));
    let allowances_fit = report.allowances.iter().all(|allowance| {
        slice(text, allowance.at).is_some() && slice(text, allowance.scope).is_some()
    });
    (items_fit && allowances_fit).then_some(report)
}

fn fits(item: &ItemReport, offset: TextSize, text: &str) -> bool {
    let is_inside = |range: TextRange| {
        range.checked_add(offset).is_some_and(|range| slice(text, range).is_some())
    };
    let functions = item.functions.iter();
    let mut functions = functions.flat_map(|function| [function.name, function.range]);
    let sightings = item.sightings.iter();
    let mut sightings = sightings.flat_map(|sighting| {
        let known = smells::get(sighting.smell).map(|_| sighting.at);
        let parts = sighting.parts.iter().map(|part| Some(part.at));
        std::iter::once(known).chain(parts)
    });
    functions.all(is_inside) && sightings.all(|range| range.is_some_and(is_inside))
}
