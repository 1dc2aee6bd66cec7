//! Smells as measured by the analysis, and the recorded results for each.

use rustassistant::{
    analysis::{Memo, measure},
    facts::{AllowanceForm, FileReport},
    smells::{self, Smell},
    syntax::{Edition, FileContext, STACK_SIZE, Source},
};

fn source(text: &str) -> Source {
    let context = FileContext {
        edition: Edition::Edition2024,
        ..FileContext::default()
    };
    let source = Source::parse(text, context).expect("an example is small");
    assert!(!source.tree.has_errors(), "the example is no Rust:\n{text}");
    source
}

fn report(text: &str) -> FileReport {
    measure(&source(text), &Memo::default())
}

/// The smells that fire above their first limits.
fn fired(text: &str) -> Vec<&'static str> {
    let report = report(text);
    let above = report.sightings().filter_map(|sighting| {
        let smell = smells::get(sighting.smell)?;
        (sighting.measure > smell.limits.warn).then_some(smell.id)
    });
    above.collect()
}

fn doc(smell: &Smell) -> &'static str {
    smells::doc(smell.id).expect("every smell has documentation")
}

#[test]
fn every_smell_has_been_measured_and_its_documentation_says_so() {
    for smell in smells::all() {
        let (_, limits) = doc(smell).split_once("## Limits\n").unwrap();
        let (limits, _) = limits.split_once("## Sources").unwrap();
        let words = |number: u32| {
            limits
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == number.to_string())
        };
        assert!(words(smell.limits.warn), "{}: {limits}", smell.id);
        assert!(words(smell.limits.strong), "{}: {limits}", smell.id);
        let rate = smell.rate.expect("every smell has been measured");
        let limits = limits.replace('\n', " ");
        assert!(
            limits.contains(&format!("{rate} times in 100,000")),
            "{}: {limits}",
            smell.id
        );
    }
}

#[test]
fn broken_code_has_measures_of_functions_only() {
    let body = "if a(1) && (b(1) || c(1) && d(1)) {} ".repeat(20);
    let whole = fired(&format!("fn f() {{ {body} }}"));
    assert!(whole.contains(&"complex-conditional"));
    for broken in [
        format!("fn f() {{ {body} let = 1; }}"),
        format!("fn f() {{ {body} ) }}"),
    ] {
        let source = Source::parse(broken, FileContext::default()).unwrap();
        let report = measure(&source, &Memo::default());
        let item = &report.items[0].1;
        assert_eq!(item.functions[0].cognitive, 80);
        let names = item
            .sightings
            .iter()
            .filter_map(|sighting| smells::get(sighting.smell));
        let names: Vec<_> = names.map(|smell| smell.id).collect();
        assert_eq!(names, ["cognitive-complexity"]);
    }
}

#[test]
fn generated_code_is_measured_and_nothing_is_said_of_it() {
    let text = format!("fn f() {{ {} }}", "if a {} ".repeat(30));
    assert_eq!(fired(&text), ["cognitive-complexity"]);
    let generated = report(&format!("// @generated\n{text}"));
    let item = &generated.items[0].1;
    assert!(item.sightings.is_empty());
    assert_eq!(item.functions[0].cognitive, 30);
}

#[test]
fn one_memo_serves_a_text_that_becomes_generated() {
    let memo = Memo::default();
    let text = format!("fn f() {{ {} }}", "if a {} ".repeat(30));
    let sightings = |text: &str| measure(&source(text), &memo).items[0].1.sightings.len();
    assert_eq!(sightings(&text), 1);
    assert_eq!(sightings(&format!("// @generated\n\n{text}")), 0);
}

#[test]
fn allowances_name_smells_and_keep_unknown_names() {
    let text = "// rustassistant: allow(deep-nesting, no-such-smell)\n\
                #[allow(clippy::too_many_lines, clippy::needless_return)]\n\
                fn f() {}\n";
    let found: Vec<_> = report(text)
        .allowances
        .iter()
        .map(|allowance| {
            (
                allowance.smell.and_then(smells::get).map(|smell| smell.id),
                allowance.form,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (Some("deep-nesting"), AllowanceForm::Comment),
            (None, AllowanceForm::Comment),
            (Some("long-function"), AllowanceForm::Attribute),
        ]
    );
}

#[test]
fn every_smell_survives_the_bounds_of_nesting() {
    let work = || {
        for (open, close) in [
            ("if a { ", "}"),
            ("match a { b => ", "}"),
            ("loop { ", "}"),
            ("|a| ", ""),
            ("fn f() { ", "}"),
            ("if ", " {}"),
            ("match ", " {}"),
        ] {
            for times in [100, 500] {
                let text = format!(
                    "fn f() {{ {} a {} }}",
                    open.repeat(times),
                    close.repeat(times)
                );
                if let Ok(source) = Source::parse(text, FileContext::default()) {
                    let report = measure(&source, &Memo::default());
                    assert_eq!(report.items.len(), 1, "{open}");
                    assert_eq!(smells::panics(), 0, "{open}");
                }
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(STACK_SIZE);
    thread.spawn(work).unwrap().join().unwrap();
}
