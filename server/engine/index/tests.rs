use super::*;
use crate::{
    survey::{self, SurveyedUnit},
    syntax::{FileContext, Source, Unit, outline},
    text::slice,
};

fn survey_of(text: &str) -> FileSurvey {
    let source = Source::parse(text, FileContext::default()).unwrap();
    assert!(!source.tree.has_errors(), "the fixture is no Rust: {text}");
    let places = outline(&source.root()).places.into_iter();
    let units = places.map(|place| {
        let unit = Unit::seeing(survey::SEES, &source.text, &place, source.context);
        SurveyedUnit {
            offset: place.node.text_range().start(),
            presence: place.presence,
            survey: survey::survey(&unit).into(),
        }
    });
    FileSurvey {
        units: units.collect(),
        ..FileSurvey::default()
    }
}

fn index_of(texts: &[&str]) -> Index {
    let mut index = Index::default();
    for (text, id) in texts.iter().zip(0..) {
        index.set(FileId(id), Origin::default(), &survey_of(text));
    }
    index
}

/// The duplicates in files numbered from 0: the kind, and for each place the file and the highlighted text.
pub(super) fn found(texts: &[&str]) -> Vec<(DuplicateKind, Vec<(u32, String)>)> {
    let all = index_of(texts).all().into_iter();
    let all =
        all.filter_map(|one| verified(&one, |file| Some(texts[file.0 as usize]), Code::is_equal));
    all.map(|one| (one.kind, drawn(&one, texts))).collect()
}

fn drawn(one: &Duplicate, texts: &[&str]) -> Vec<(u32, String)> {
    let places = one.places.iter();
    places
        .map(|place| {
            let text = texts[place.file.0 as usize];
            (place.file.0, slice(text, place.at).unwrap().to_owned())
        })
        .collect()
}

/// A body with more tokens than a function needs to be compared.
const BODY: &str = "let mut sum = start; for row in rows { if row.is_empty() { continue; } \
    let size = row.len() + 1; sum += size * weight(row); } \
    let rest = sum % 7; note(rest, sum); if rest > 3 { sum - rest } else { sum + rest }";

fn function(name: &str, body: &str) -> String {
    format!("fn {name}(start: usize, rows: &[Row]) -> usize {{ {body} }}\n")
}

fn spot(file: u32, word: &str) -> (u32, String) {
    (file, word.to_owned())
}

#[test]
fn equal_functions_are_found_whatever_their_names_and_comments() {
    let one = function("one", BODY);
    let commented = BODY.replace("; ", ";\n    // Words.\n    ");
    let other = format!(
        "/// Words.\n#[inline]\npub(crate) {}",
        function("other", &commented)
    );
    let places = vec![spot(0, "one"), spot(1, "other")];
    assert_eq!(found(&[&one, &other]), [(DuplicateKind::Function, places)]);
}

#[test]
fn functions_that_differ_in_a_word_are_no_duplicates() {
    let one = function("one", BODY);
    for (word, changed) in [("% 7", "% 8"), ("continue", "break"), ("note(", "noted(")] {
        let kinds = found(&[&one, &function("one", &BODY.replace(word, changed))]);
        let kinds: Vec<_> = kinds.into_iter().map(|(kind, _)| kind).collect();
        assert!(
            !kinds.contains(&DuplicateKind::Function),
            "{word}: {kinds:?}"
        );
    }
    let typed = one.replace("-> usize", "-> u64");
    assert!(
        found(&[&one, &typed])
            .iter()
            .all(|(kind, _)| *kind != DuplicateKind::Function)
    );
    let quick = format!("async {one}");
    assert!(
        found(&[&one, &quick])
            .iter()
            .all(|(kind, _)| *kind != DuplicateKind::Function)
    );
}

#[test]
fn names_that_change_together_are_one_shape() {
    let one = function(
        "one",
        &format!("let c = note(1, start, rows.len()); c.add(2); {BODY}"),
    );
    let other = one
        .replace("sum", "total")
        .replace("row", "line")
        .replace("one", "other");
    let places = vec![spot(0, "one"), spot(1, "other")];
    assert_eq!(
        found(&[&one, &other]),
        [(DuplicateKind::RenamedFunction, places)]
    );
    // Using one name for two variables yields a different shape.
    let mixed = one.replace("rest", "sum");
    let kinds = found(&[&one, &mixed]).into_iter().map(|(kind, _)| kind);
    assert!(
        !kinds
            .collect::<Vec<_>>()
            .contains(&DuplicateKind::RenamedFunction)
    );
}

#[test]
fn tests_and_tables_and_delegation_are_left_alone() {
    let one = function("one", BODY);
    for other in [
        format!("#[cfg(test)] mod tests {{ {one} }}"),
        format!("#[test] {one}"),
        format!("macro_rules! m {{ () => {{ {one} }} }}"),
    ] {
        assert_eq!(found(&[&one, &other]), [], "{other}");
    }
    let arguments = "self.inner.take(a, b, c, d, e, f, g, h), ".repeat(4);
    let handed_on = format!("impl T for A {{ fn f(&self) {{ self.0.f({arguments}) }} }}\n");
    assert_eq!(found(&[&handed_on, &handed_on.replace(" A ", " B ")]), []);
    let table = |word: &str| {
        let arms: Vec<_> = (0..12)
            .map(|at| format!("X::{word}{at} => y({at}),"))
            .collect();
        function(word, &format!("match z {{ {} }}", arms.concat()))
    };
    assert_eq!(found(&[&table("a"), &table("b")]), []);
}

#[test]
fn functions_of_one_name_under_conditions_are_one_function() {
    let one = function("one", BODY);
    for text in [
        format!("#[cfg(unix)] {one} #[cfg(windows)] {one}"),
        format!("#[cfg(unix)] mod a {{ {one} }} #[cfg(windows)] mod b {{ impl S {{ {one} }} }}"),
        format!("mod a {{ {one} }} #[cfg(not(unix))] mod b {{ {one} }}"),
    ] {
        assert_eq!(found(&[&text]), [], "{text}");
    }
    let other_name = format!(
        "#[cfg(unix)] {one} #[cfg(windows)] {}",
        function("two", BODY)
    );
    assert_eq!(found(&[&other_name]).len(), 1);
}

const STATEMENTS: &str = "let day = shop.calendar().today(1); shop.log(day, shop.stock().len()); \
    shop.ledger().entry(day).or_default().add(shop.cash());";

#[test]
fn the_longest_run_of_statements_is_found_once() {
    let text = format!(
        "fn a() {{ x(); {STATEMENTS} y(); }} fn b() {{ z(); if c {{ {STATEMENTS} w(); }} }}"
    );
    let found = found(&[&text]);
    assert_eq!(
        found,
        [(DuplicateKind::Block, vec![spot(0, "let"), spot(0, "let")])]
    );
    let all = index_of(&[&text]).all();
    assert_eq!(slice(&text, all[0].places[0].range), Some(STATEMENTS));
}

/// The highlighted ranges of each duplicate in a text, without places that are already reported.
fn told(text: &str) -> Vec<Vec<TextRange>> {
    let all = index_of(&[text]).all().into_iter();
    let told = all.map(|one| {
        let places = one.places.iter().filter(|place| !place.is_told);
        places.map(|place| place.range).collect()
    });
    told.collect()
}

#[test]
fn lines_are_told_of_once() {
    // The longer run occurs in two places, and most of it in others.
    let long = format!("{STATEMENTS} shop.ring(1, 2); shop.open(day, 5);");
    let both = format!("fn a() {{ x(); {long} y(); }} fn b() {{ z(); if c {{ {long} w(); }} }}");
    let third = format!("fn d() {{ u(); {STATEMENTS} v(); }}");
    let fourth = format!("fn e() {{ s(); {STATEMENTS} t(); }}");
    let of_all = told(&format!("{both} {third} {fourth}"));
    assert_eq!(of_all.len(), 1, "{of_all:?}");
    assert_eq!(of_all[0].len(), 4);
    for text in [format!("{both} {third}"), format!("{third} {both}")] {
        let ranges = told(&text).concat();
        let is_alone = |one: &TextRange| {
            let mut others = ranges.iter().filter(|other| *other != one);
            others.all(|other| other.intersect(*one).is_none())
        };
        assert!(
            ranges.len() >= 3 && ranges.iter().all(is_alone),
            "{ranges:?}"
        );
    }
}

#[test]
fn runs_between_files_are_longer_than_in_one() {
    let (one, other) = (
        format!("fn a() {{ x(); {STATEMENTS} }}"),
        format!("fn b() {{ {STATEMENTS} y(); }}"),
    );
    assert_eq!(found(&[&one, &other]), []);
    assert_eq!(found(&[&format!("{one} {other}")]).len(), 1);
    let more = "shop.close(day, 1, 2, 3);".repeat(2);
    let (one, other) = (
        format!("fn a() {{ x(); {STATEMENTS} {more} }}"),
        format!("fn b() {{ {STATEMENTS} {more} y(); }}"),
    );
    assert_eq!(found(&[&one, &other]).len(), 1);
}

/// More statements than a renamed run needs, on separate lines.
const RENAMED: &str = "let day = shop.calendar().today(1);\nshop.log(day, shop.stock().len());\n\
    let rest = shop.count(\"pears\", day) % 7;\nif rest > 3 {\nshop.note(rest, day, rest + 1);\n}\n\
    shop.close(day, rest, 2, 3);";

fn renamed_blocks(texts: &[&str]) -> Vec<Vec<(u32, String)>> {
    let found = found(texts).into_iter();
    let renamed = found.filter(|(kind, _)| *kind == DuplicateKind::RenamedBlock);
    renamed.map(|(_, places)| places).collect()
}

#[test]
fn runs_with_other_names_are_found_in_one_file() {
    let other = RENAMED
        .replace("day", "date")
        .replace("todate", "today")
        .replace("rest", "left")
        .replace("shop", "store")
        .replace("pears", "plums")
        .replace('7', "5");
    let one = format!("fn a() {{ x();\n{RENAMED}\ny(); }}");
    let both = format!("{one}\nfn b() {{ z();\nif c {{\n{other}\nw(); }} }}");
    assert_eq!(renamed_blocks(&[&both]), [[spot(0, "let"), spot(0, "let")]]);
    let second = format!("fn b() {{ z(); {other} }}");
    assert!(renamed_blocks(&[&one, &second]).is_empty());
}

#[test]
fn runs_with_other_names_are_one_shape() {
    let with = |other: &str| format!("fn a() {{ x();\n{RENAMED}\n}}\nfn b() {{\n{other}\ny(); }}");
    for (word, changed) in [
        // A different method, one name for two variables, fewer lines, and identical code.
        ("note", "noted"),
        ("day", "rest"),
        ("\n", " "),
        ("rest", "rest"),
    ] {
        let other = RENAMED.replace("shop", "store").replace(word, changed);
        let text = match word {
            "rest" => with(RENAMED),
            "\n" => with(&other).replace('\n', " "),
            _ => with(&other),
        };
        assert!(renamed_blocks(&[&text]).is_empty(), "{word}");
    }
    assert_eq!(
        renamed_blocks(&[&with(&RENAMED.replace("shop", "store"))]).len(),
        1
    );
}

#[test]
fn rows_with_other_names_are_no_block() {
    let row = |first: usize| -> String {
        let calls = (first..first + 9).map(|n| format!("x.set(\"k{n}\", a.f{n}, {n});\n"));
        calls.collect()
    };
    let text = format!("fn a() {{ {} }}\nfn b() {{ y(); {} }}", row(1), row(10));
    assert!(renamed_blocks(&[&text]).is_empty());
}

#[test]
fn blocks_inside_equal_functions_are_not_told_again() {
    let one = function("one", &format!("{STATEMENTS} {BODY}"));
    assert_eq!(found(&[&one, &one.replace("one", "other")]).len(), 1);
    let third = format!("fn third() {{ x(); {STATEMENTS} {STATEMENTS} }}");
    assert_eq!(
        found(&[&one, &one.replace("one", "other"), &third]).len(),
        2
    );
}

#[test]
fn two_of_three_places_with_one_more_statement_are_not_told_again() {
    let more = "shop.close(day, 1, 2, 3); shop.close(day, 4, 5, 6);";
    let text = format!(
        "fn a() {{ v(); {STATEMENTS} {more} w(); }} fn b() {{ x(); {STATEMENTS} {more} w(); }} \
         fn c() {{ y(); {STATEMENTS} {more} z(); }}"
    );
    let found = found(&[&text]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].1.len(), 3);
}

#[test]
fn a_package_that_is_there_twice_is_no_duplicate_of_itself() {
    let one = function("one", BODY);
    let mut index = Index::default();
    let origin = |folder| Origin {
        package: Some(1),
        folder,
    };
    index.set(FileId(0), origin(0), &survey_of(&one));
    index.set(FileId(1), origin(1), &survey_of(&one));
    assert_eq!(index.all(), []);
    index.set(FileId(2), origin(0), &survey_of(&one));
    assert_eq!(index.all()[0].places.len(), 2);
}

#[test]
fn a_patched_index_is_the_index_of_the_last_texts() {
    let one = function("one", BODY);
    let states = [
        [one.clone(), function("other", BODY)],
        [one.clone(), function("other", &BODY.replace("% 7", "% 8"))],
        [
            format!("fn f() {{}}\n{one}{one}"),
            format!("fn f() {{ {STATEMENTS} }}"),
        ],
        [
            format!("fn g() {{ x(); {STATEMENTS} {STATEMENTS} }} {one}"),
            String::new(),
        ],
    ];
    let mut patched = Index::default();
    for from in &states {
        for to in &states {
            for state in [from, to] {
                for (text, id) in state.iter().zip(0..) {
                    patched.set(FileId(id), Origin::default(), &survey_of(text));
                }
            }
            let texts: Vec<&str> = to.iter().map(String::as_str).collect();
            let fresh = index_of(&texts);
            assert_eq!(patched.all(), fresh.all());
            for id in [FileId(0), FileId(1)] {
                assert_eq!(patched.of(id), fresh.of(id));
            }
        }
    }
    patched.remove(FileId(0));
    patched.remove(FileId(1));
    assert!(patched.units.iter().all(Option::is_none));
    assert!(patched.postings.iter().all(Postings::is_empty));
}

#[test]
fn what_a_file_has_a_part_in_is_what_all_say_of_it() {
    let one = function("one", &format!("{STATEMENTS} {BODY}"));
    let texts = [
        one.clone(),
        format!("{one}fn x() {{ y(); {STATEMENTS} {STATEMENTS} }}"),
        format!("fn z() {{ {STATEMENTS} }}"),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let index = index_of(&texts);
    for id in (0..3).map(FileId) {
        let mut of_all = index.all();
        of_all.retain(|one| one.places.iter().any(|place| place.file == id));
        assert_eq!(index.of(id), of_all);
    }
}

#[test]
fn what_only_prints_say_is_not_believed() {
    let texts = [function("one", BODY), function("other", BODY)];
    let index = index_of(&[&texts[0], &texts[1]]);
    let changed = texts[1].replace("% 7", "% 8");
    let all = index.all();
    assert!(
        verified(
            &all[0],
            |file| Some(&*texts[file.0 as usize]),
            Code::is_equal
        )
        .is_some()
    );
    let text_now = |file: FileId| Some(if file.0 == 0 { &*texts[0] } else { &*changed });
    assert_eq!(verified(&all[0], text_now, Code::is_equal), None);
    assert_eq!(
        verified(
            &all[0],
            |file| (file.0 == 0).then_some(&*texts[0]),
            Code::is_equal
        ),
        None
    );
}
