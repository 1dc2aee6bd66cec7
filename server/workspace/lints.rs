//! Finds the clippy lints that a package allows as a whole, in its manifest or at a crate's root, and so which smells are
//! silenced. Allowing a group of lints has no effect.

use toml::de::{DeTable, DeValue};

use super::manifest::{table, value};
use crate::{
    facts::SmellId,
    smells,
    syntax::{AllowedBy, FileContext, Source, allowances},
};

/// Returns the smells silenced by `[lints]` of a package or a workspace.
pub(super) fn silent_by(lints: &DeTable<'_>) -> Vec<SmellId> {
    let stated = table(lints, "clippy").into_iter().flat_map(DeTable::iter);
    let allowed = stated.filter(|(_, level)| is_allow(level.get_ref()));
    silent(allowed.map(|(lint, _)| lint.get_ref().as_ref()))
}

/// Accepts `"allow"` and `{ level = "allow", priority = 1 }`.
fn is_allow(level: &DeValue<'_>) -> bool {
    let level = match level {
        DeValue::Table(table) => value(table, "level"),
        level => Some(level),
    };
    level.and_then(DeValue::as_str) == Some("allow")
}

/// Returns the smells silenced in all files of a crate by attributes at its root.
pub(super) fn silent_in_crate(root: &str) -> Vec<SmellId> {
    let Ok(source) = Source::parse(head(root), FileContext::default()) else {
        return Vec::new();
    };
    let attributes = allowances(&source).into_iter();
    let attributes = attributes.filter(|allowed| allowed.by == AllowedBy::Attribute);
    silent(attributes.map(|allowed| source.slice(allowed.at)))
}

/// Returns the beginning of a file with its inner attributes, up to the first line that starts with a word or an outer
/// attribute.
fn head(text: &str) -> &str {
    let starts_code = |line: &str| {
        let line = line.trim_start_matches('\u{feff}');
        let starts_item = line.starts_with("#[");
        starts_item || line.starts_with(|first: char| first.is_alphanumeric() || first == '_')
    };
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if starts_code(line) || end + line.len() > MOST_BYTES {
            break;
        }
        end += line.len();
    }
    &text[..end]
}

/// Maximum bytes to read; a longer beginning is mostly documentation, or generated.
const MOST_BYTES: usize = 64 << 10;

fn silent<'a>(lints: impl Iterator<Item = &'a str>) -> Vec<SmellId> {
    let named = lints.flat_map(smells::of_clippy);
    let mut silent: Vec<_> = named.flat_map(smells::silent_with).collect();
    silent.sort_unstable();
    silent.dedup();
    silent
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::manifest::{Manifest, Stated};

    fn names(silent: &[SmellId]) -> Vec<&'static str> {
        let smells = silent.iter().filter_map(|id| smells::get(*id));
        smells.map(|smell| smell.id).collect()
    }

    fn of_package(lints: &str) -> Vec<&'static str> {
        let manifest = Manifest::parse(&format!("[package]\nname = 'a'\n{lints}"));
        match manifest.package.unwrap().silent {
            Stated::Here(silent) => names(&silent),
            _ => Vec::new(),
        }
    }

    #[test]
    fn allowed_lints_silence_their_smells() {
        for lints in [
            "[lints.clippy]\ncollapsible_if = 'allow'\nmanual_let_else = 'warn'\n",
            "[lints]\nclippy.collapsible_if = 'allow'\n",
            "[lints.clippy.collapsible_if]\nlevel = 'allow'\npriority = 1\n",
            "[lints.clippy]\ncollapsible_if = { level = 'allow' }\nlet_it = 'allow'\n",
        ] {
            assert_eq!(of_package(lints), ["collapsible-if"], "{lints}");
        }
        let sizes = of_package("[lints.clippy]\ntoo_many_lines = 'allow'\n");
        assert!(sizes.contains(&"cognitive-complexity") && sizes.contains(&"long-function"));
    }

    #[test]
    fn other_statements_silence_nothing() {
        for lints in [
            "[lints.clippy]\npedantic = 'allow'\nall = { level = 'allow', priority = -1 }\n",
            "[lints.clippy]\ncollapsible_if = 'warn'\n",
            "[lints.clippy]\ncollapsible_if = ['allow']\n",
            "[lints.clippy]\ncollapsible_if = { priority = 1 }\n",
            "[lints.rust]\ncollapsible_if = 'allow'\n",
            "[lints]\nclippy = 'allow'\n",
            "lints = 'allow'\n",
            "[workspace.lints.clippy]\ncollapsible_if = 'allow'\n",
        ] {
            assert_eq!(of_package(lints), [""; 0], "{lints}");
        }
    }

    #[test]
    fn a_broken_manifest_says_what_it_can() {
        let broken = "[lints.clippy]\nx = \ncollapsible_if = 'allow'\n[dependencies\n";
        assert_eq!(of_package(broken), ["collapsible-if"]);
    }

    #[test]
    fn a_hostile_manifest_costs_no_more_than_its_text() {
        let lints = (0..50_000).map(|lint| format!("lint_{lint} = 'allow'\n"));
        let text = format!("[lints.clippy]\n{}", lints.collect::<String>());
        assert_eq!(of_package(&text), [""; 0]);
    }

    #[test]
    fn attributes_at_the_head_of_a_crate_count() {
        let of = |text: &str| names(&silent_in_crate(text));
        let many = "//! Words.\n#![warn(clippy::all)]\n#![allow(\n    clippy::collapsible_if,\n    clippy::all,\n)]\nmod a;\n";
        assert_eq!(of(many), ["collapsible-if"]);
        for other in [
            "mod a;\n#![allow(clippy::collapsible_if)]\n",
            "#[allow(clippy::collapsible_if)]\nmod a;\n",
            "#![warn(clippy::collapsible_if)]\n",
            "// #![allow(clippy::collapsible_if)]\n",
            "#![allow(clippy::pedantic)]\n",
            "#![allow(clippy::",
            "",
        ] {
            assert_eq!(of(other), [""; 0], "{other}");
        }
        let long = format!(
            "{}#![allow(clippy::collapsible_if)]",
            "//! a\n".repeat(20_000)
        );
        assert_eq!(of(&long), [""; 0]);
    }
}
