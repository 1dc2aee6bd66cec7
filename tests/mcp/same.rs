//! Applying an offer through an agent yields the same result as the command line, whose edits the soundness tests verify on
//! programs.

use std::path::Path;

use serde_json::json;

use crate::{client::Place, place};

/// Number of offers that are applied both ways.
const OFFERS: usize = 120;

/// The offers of a file: each name with its refactoring and its position.
fn offers(said: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let names = said.lines().filter_map(|line| line.split("  ").next());
    names.filter_map(|name| {
        let (id, rest) = name.split_once('@')?;
        let (place, _) = rest.rsplit_once('#')?;
        (id != "extract-function").then_some((name, id, place))
    })
}

/// The file after `refactor run`.
fn by_command_line(place: &Place, id: &str, at: &str) -> Option<String> {
    let before = place.read("src/lib.rs");
    let mut command = place.program(&["refactor", "run", id, at, "--write"]);
    let run = command.output().unwrap();
    let after = place.read("src/lib.rs");
    place.write("src/lib.rs", before);
    run.status.success().then_some(after)
}

#[test]
fn an_agent_carries_out_what_the_command_line_does() {
    let place = place();
    let mut client = place.start(&["--allow-write", "--allow-build"]);
    let mut tried = 0;
    for text in programs() {
        place.write("src/lib.rs", &text);
        let last = text.lines().count();
        for first in (1..=last).step_by(25) {
            let range = format!("{first}-{}", last.min(first + 24));
            let said = client.told("offers", &json!({ "path": "src/lib.rs", "range": range }));
            for (name, id, at) in offers(&said) {
                // Several offers at one position are distinguished by their results; the command line requires a different
                // position.
                let Some(expected) = by_command_line(&place, id, at) else {
                    continue;
                };
                client.told("apply", &json!({ "offers": [name] }));
                let after = place.read("src/lib.rs");
                place.write("src/lib.rs", &text);
                for file in ["tests.rs", "lib/tests.rs"] {
                    let _ = std::fs::remove_file(place.root().join("src").join(file));
                }
                assert_eq!(after, expected, "{name}");
                tried += 1;
            }
        }
        if tried >= OFFERS {
            break;
        }
    }
    assert!(tried >= OFFERS, "{tried}");
    client.leave();
}

/// Small programs in which offers are tested, the largest first.
fn programs() -> impl Iterator<Item = String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/soundness/programs/2021");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut texts: Vec<String> = entries
        .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok())
        .collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts.into_iter()
}
