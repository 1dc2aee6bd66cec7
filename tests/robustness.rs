//! No text makes the engine panic, abort or hang: real code, mangled in every way that an editor sees during typing, is
//! measured, judged and queried for offers at many positions. Caught panics count as failures.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, thread};

use rustassistant::{
    analysis::{Memo, OpenFile, judge, measure, offers_at},
    config::Rules,
    refactorings, smells,
    syntax::{Edition, FileContext, STACK_SIZE, Source},
    text::{TextRange, TextSize},
};
use walkdir::WalkDir;

/// A small deterministic random number generator.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = usize::try_from(self.0 >> 33).unwrap();
        high % bound.max(1)
    }
}

#[test]
fn mutilated_code_is_survived() {
    on_large_stack(|| {
        let mut numbers = Numbers(7);
        for text in seeds() {
            for _ in 0..4 {
                look_everywhere(&mutilated(&text, &mut numbers), &mut numbers);
            }
        }
    });
    assert_no_panics();
}

#[test]
fn typing_a_file_character_by_character_is_survived() {
    on_large_stack(|| {
        let text = "impl<'a> S<'a> { fn f(&self) { 'l: for x in y { if let Some(z) = x { if z { \
                    m!(a {b}); } else { continue 'l } } } match q { A | B if c => {} _ => return } } }";
        let mut file = OpenFile::new("", FileContext::default());
        for (at, character) in text.char_indices() {
            let at = TextRange::empty(TextSize::try_from(at).unwrap());
            file = file.changed(at, &character.to_string()).unwrap();
            look_at(file.source().unwrap(), at);
            file.report();
        }
        assert_eq!(**file.text(), *text);
    });
    assert_no_panics();
}

#[test]
fn extreme_texts_end_in_a_report() {
    let many = 100_000;
    let extremes = [
        "(".repeat(many),
        format!("fn f() {{ {} }}", "{".repeat(many)),
        format!("fn f() {{ {}a }}", "!".repeat(many)),
        format!("fn f() {{ if a {{}} {} }}", "else if a {} ".repeat(many)),
        format!("fn f() {{ {} }}", "a ".repeat(2_500_000)),
        format!("fn f() {{ g({}) }}", "1, ".repeat(many)),
        format!("fn f() {{ {} }}", "if a { b } ".repeat(3_000)),
        format!("fn f() {{ a{} }}", ".b()".repeat(3_000)),
        format!("fn f() {{ {} }}", "if a { ".repeat(500) + &"}".repeat(500)),
        // The maximum depth.
        format!("fn f() {{ if a {{}} {} }}", "else if a {} ".repeat(1_900)),
        format!("fn f() {{ {}a }}", "!".repeat(1_900)),
        format!("fn f() {{ {}a{} }}", "!-&(".repeat(450), ")".repeat(450)),
        format!("fn f() {{ {}a; {} }}", "|x| {".repeat(500), "}".repeat(500)),
        "\u{feff}fn f() {}".to_owned(),
        "\0\u{1}\u{7f}".to_owned(),
        "#!/usr/bin/env run\nfn f() {}".to_owned(),
        String::new(),
    ];
    on_large_stack(move || {
        for text in extremes {
            let file = OpenFile::new(text, FileContext::default());
            file.report();
            if let Ok(source) = file.source() {
                look_at(
                    source,
                    TextRange::empty(12.min(u32::from(source.root().text_range().end())).into()),
                );
            }
        }
    });
    assert_no_panics();
}

fn seeds() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("server");
    let entries = WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    let rust = entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "rs"));
    rust.map(|entry| fs::read_to_string(entry.path()).unwrap())
        .collect()
}

/// The text after a few random changes: parts removed, duplicated or moved, brackets and quotes inserted.
fn mutilated(text: &str, numbers: &mut Numbers) -> String {
    const SCRAPS: [&str; 14] = [
        "{", "}", "(", ")", "\"", "'", "/*", "if ", "else ", "match ", "r#\"", "let ", "| ", "=> ",
    ];
    let mut text = text.to_owned();
    for _ in 0..=numbers.below(4) {
        let (start, end) = (place(&text, numbers), place(&text, numbers));
        let (start, end) = (start.min(end), start.max(end).min(start.min(end) + 400));
        let end = (end..=text.len())
            .find(|at| text.is_char_boundary(*at))
            .unwrap();
        let part = text[start..end].to_owned();
        match numbers.below(3) {
            0 => text.replace_range(start..end, ""),
            1 => text.insert_str(start, &part),
            _ => text.insert_str(start, SCRAPS[numbers.below(SCRAPS.len())]),
        }
    }
    text
}

fn place(text: &str, numbers: &mut Numbers) -> usize {
    let near = numbers.below(text.len() + 1);
    (near..=text.len())
        .find(|at| text.is_char_boundary(*at))
        .unwrap()
}

fn look_everywhere(text: &str, numbers: &mut Numbers) {
    let edition = if numbers.below(2) == 0 {
        Edition::Edition2021
    } else {
        Edition::Edition2024
    };
    let context = FileContext {
        edition,
        ..FileContext::default()
    };
    let Ok(source) = Source::parse(text, context) else {
        return;
    };
    for _ in 0..8 {
        let (start, end) = (place(text, numbers), place(text, numbers));
        let end = if numbers.below(2) == 0 { start } else { end };
        let size = |at| TextSize::try_from(at).unwrap();
        look_at(
            &source,
            TextRange::new(size(start.min(end)), size(start.max(end))),
        );
    }
}

fn look_at(source: &Source, range: TextRange) {
    let report = measure(source, &Memo::default());
    let findings = judge(&report, &source.text, &Rules::default());
    let offers = offers_at(source, range, &findings);
    for offer in offers.answers.iter().flatten().chain(&offers.assists) {
        assert!(
            offer.change().edits().apply(&source.text).is_some(),
            "an edit fits its text"
        );
    }
}

fn on_large_stack(work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new()
        .stack_size(STACK_SIZE)
        .spawn(work)
        .unwrap();
    thread.join().unwrap();
}

fn assert_no_panics() {
    assert_eq!(smells::panics(), 0, "a smell panicked");
    assert_eq!(refactorings::panics(), 0, "a refactoring panicked");
}
