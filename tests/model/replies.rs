//! Many replies, good, bad and malicious: every offer compiles, preserves behaviour and is an improvement, and malicious
//! replies have no effect.

use std::{collections::BTreeSet, path::Path, process::Command, sync::Arc, thread};

use rustassistant::{
    analysis::{Outcome, Planning},
    compiler::{Compiler, Stop, Texts},
    config::Rules,
    model::suggestions,
    syntax::{FileContext, STACK_SIZE, Source},
    text::{TextRange, TextSize},
};
use serde_json::{Value, json};

use crate::lamps;

/// Replies of each kind.
const EACH: u64 = 12;

const MAIN: &str = "\nfn main() {\n    let lamp = |n: u32| Lamp { is_on: n % 3 != 0, watts: n * 7 % 80, room: n % 9 };\n    let lamps: Vec<Lamp> = (0..200).map(lamp).collect();\n    println!(\"{:?}\", report(&lamps));\n}\n";

/// A deterministic random number generator.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn reply(parts: &[(i64, &str)], why: &str) -> Value {
    let parts: Vec<Value> = parts
        .iter()
        .map(|(number, name)| json!({ "number": number, "name": name }))
        .collect();
    json!({ "plans": [{ "parts": parts, "why": why }] })
}

pub(crate) fn good(numbers: &mut Numbers, listed: usize) -> String {
    const NAMES: [&str; 6] = [
        "tally_one",
        "tally_two",
        "sum_up",
        "look_through",
        "weigh_lamps",
        "note_all",
    ];
    let mut part = || {
        let number = i64::try_from(numbers.below(listed as u64) + 1).unwrap();
        (number, NAMES[usize::try_from(numbers.below(6)).unwrap()])
    };
    let parts = [part(), part(), part()];
    reply(
        &parts[..=usize::try_from(numbers.below(3)).unwrap()],
        "It reads better.",
    )
    .to_string()
}

pub(crate) fn bad(numbers: &mut Numbers, listed: usize) -> String {
    let out_of = i64::try_from(listed).unwrap() + 1 + i64::try_from(numbers.below(9)).unwrap();
    match numbers.below(6) {
        0 => reply(&[(out_of, "tally_one")], "").to_string(),
        1 => reply(&[(0, "tally_one")], "").to_string(),
        2 => json!({ "plans": [{ "parts": [], "why": "" }] }).to_string(),
        3 => "Extract lines 3 to 9.".to_owned(),
        4 => reply(&[(1, "tally_one")], "").to_string()[..20].to_owned(),
        _ => json!({ "plans": [] }).to_string(),
    }
}

pub(crate) fn malicious(numbers: &mut Numbers, listed: usize) -> String {
    let number = i64::try_from(numbers.below(listed as u64) + 1).unwrap();
    match numbers.below(7) {
        0 => reply(&[(number, "f() { std::process::exit(7) } fn tally_one")], "").to_string(),
        1 => reply(&[(number, "unsafe")], "").to_string(),
        2 => reply(&[(number, "tally_one"), (99, "x; println!(\"evil\")")], "").to_string(),
        3 => reply(&[(-1, "tally_one")], "").to_string(),
        4 => json!({ "plans": [{ "parts": [{ "number": number, "name": "tally_one" }], "why": "", "edit": "fn main() {}" }] }).to_string(),
        5 => reply(&[(number, "tally_one/*")], "```sh\nrm -rf /\n```").to_string(),
        _ => reply(&[(number, "tally\u{202e}_one")], "").to_string(),
    }
}

fn printed(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(format!("{name}.rs"));
    std::fs::write(&file, text).unwrap();
    let built = Command::new("rustc")
        .args(["--edition", "2024", "-D", "warnings"])
        .arg(&file)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}\n{text}",
        String::from_utf8_lossy(&built.stderr)
    );
    let run = Command::new(folder.join(name)).output().unwrap();
    assert!(run.status.success());
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn only_what_holds_is_offered_and_nothing_of_malice() {
    let work = || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("main.rs");
        let text: Arc<str> = (lamps() + MAIN).into();
        std::fs::write(&path, &*text).unwrap();
        let source = Source::parse(Arc::clone(&text), FileContext::default()).unwrap();
        let at = TextSize::try_from(text.find("let mut dull").unwrap()).unwrap();
        let planning = Planning::at(&source, &Rules::default(), TextRange::empty(at)).unwrap();
        let mut compiler = Compiler::new(Stop::default());
        let mut outcome = |reply: &str| {
            let Some(found) = suggestions(reply, planning.listed(), 2) else {
                return Outcome::default();
            };
            planning
                .carried_out(&source, (&path, &Texts::new()), &found, &mut compiler)
                .unwrap()
        };
        let mut numbers = Numbers(7);
        let mut offered = BTreeSet::new();
        for _ in 0..EACH {
            for planned in outcome(&good(&mut numbers, planning.listed())).planned {
                assert!(planned.after < planned.before && planned.largest < planned.before);
                offered.insert(planned.text);
            }
            for reply in [
                bad(&mut numbers, planning.listed()),
                malicious(&mut numbers, planning.listed()),
            ] {
                assert_eq!(outcome(&reply).planned, [], "{reply}");
            }
        }
        assert!(offered.len() >= 6, "{}", offered.len());
        let expected = printed(folder.path(), "before", &text);
        for after in offered {
            assert_eq!(printed(folder.path(), "after", &after), expected);
        }
    };
    thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap();
}
