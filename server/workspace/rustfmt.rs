//! The options of rustfmt that are relevant for edits.

use std::path::Path;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::read;
use crate::syntax::{LineWidth, Shares};

/// In the order in which rustfmt looks for them.
const NAMES: [&str; 2] = [".rustfmt.toml", "rustfmt.toml"];

/// Returns the maximum line width if `directory` has an options file. An unreadable file, or one without the option, means the
/// default, because rustfmt doesn't look further up.
pub(super) fn width_stated_in(directory: &Path) -> Option<LineWidth> {
    let mut files = NAMES.iter().map(|name| directory.join(name));
    let file = files.find(|file| file.is_file())?;
    let text = read(&file).ok();
    Some(text.map_or(LineWidth::DEFAULT, |text| width(&text)))
}

fn width(text: &str) -> LineWidth {
    let (table, _) = DeTable::parse_recoverable(text);
    let option = |name: &str| table.get_ref().get(name).map(Spanned::get_ref);
    let number = option("max_width").and_then(DeValue::as_integer);
    let columns =
        number.and_then(|number| u16::from_str_radix(number.as_str(), number.radix()).ok());
    LineWidth {
        columns: columns.unwrap_or(LineWidth::DEFAULT.columns),
        shares: match option("use_small_heuristics").and_then(DeValue::as_str) {
            Some("Max" | "max") => Shares::Whole,
            Some("Off" | "off") => Shares::Nothing,
            _ => Shares::Scaled,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_width_is_what_the_options_say() {
        for (text, expected) in [
            ("max_width = 120", 120),
            ("hard_tabs = true\nmax_width = 80\n", 80),
            ("edition = \"2021\"", 100),
            ("max_width = \"wide\"", 100),
            ("max_width = -1", 100),
            ("max_width = 1000000", 100),
            ("max_width", 100),
            ("", 100),
        ] {
            assert_eq!(width(text), LineWidth::of(expected), "{text}");
        }
        for (word, shares) in [
            ("max", Shares::Whole),
            ("Max", Shares::Whole),
            ("Off", Shares::Nothing),
            ("Default", Shares::Scaled),
        ] {
            let text = format!("use_small_heuristics = \"{word}\"");
            assert_eq!(width(&text).shares, shares, "{word}");
        }
    }

    #[test]
    fn the_hidden_file_is_the_first() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(width_stated_in(root.path()), None);
        fs::write(root.path().join("rustfmt.toml"), "max_width = 80").unwrap();
        assert_eq!(width_stated_in(root.path()), Some(LineWidth::of(80)));
        fs::write(root.path().join(".rustfmt.toml"), "").unwrap();
        assert_eq!(width_stated_in(root.path()), Some(LineWidth::DEFAULT));
    }
}
