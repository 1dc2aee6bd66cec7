//! Runs the examples in the documentation of smells, and holds the documentation to its form.

use rustassistant::{
    analysis::{Memo, measure},
    facts::{AllowanceForm, FileReport, Sighting},
    refactorings::{self, Context, Refactoring, Target},
    smells::{self, Cause, Smell},
    syntax::{Edition, FileContext, STACK_SIZE, Source},
};

const HEADINGS: [&str; 6] = [
    "## What it does",
    "## Why",
    "## Example",
    "## What it leaves alone",
    "## Limits",
    "## Sources",
];

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
    let above = above_limits(text).into_iter();
    above.map(|(_, smell)| smell.id).collect()
}

fn above_limits(text: &str) -> Vec<(Sighting, &'static Smell)> {
    let report = report(text);
    let above = report.sightings().filter_map(|sighting| {
        let smell = smells::get(sighting.smell)?;
        (sighting.measure > smell.limits.warn).then_some((sighting, smell))
    });
    above.collect()
}

/// The examples of a documentation that are marked with a word, where `// … 40 more statements` is written out.
fn examples(doc: &str, mark: &str) -> Vec<String> {
    let opening = format!("```rust {mark}\n");
    let parts = doc.split(&opening).skip(1);
    parts
        .map(|part| {
            let (code, _) = part.split_once("```").expect("an example ends");
            code.lines().map(written_out).collect()
        })
        .collect()
}

fn written_out(line: &str) -> String {
    let left_out = line.trim().strip_prefix("// … ").and_then(|rest| {
        let (count, what) = rest.split_once(" more ")?;
        let one = match what {
            "statements" => "step();\n",
            "functions" => "fn step() {}\n",
            _ => return None,
        };
        Some(one.repeat(count.parse().expect("a number of them")))
    });
    left_out.unwrap_or_else(|| format!("{line}\n"))
}

fn doc(smell: &Smell) -> &'static str {
    smells::doc(smell.id).expect("every smell has documentation")
}

#[test]
fn the_example_before_fires_its_smell_alone() {
    for smell in smells::all() {
        let before = examples(doc(smell), "before");
        assert!(!before.is_empty(), "{} has no example", smell.id);
        for example in before {
            assert_eq!(fired(&example), [smell.id], "in\n{example}");
        }
    }
}

#[test]
fn the_example_after_fires_nothing() {
    for smell in smells::all() {
        let after = examples(doc(smell), "after");
        assert!(!after.is_empty(), "{} has no example", smell.id);
        for example in after {
            assert_eq!(
                fired(&example),
                [] as [&str; 0],
                "{} in\n{example}",
                smell.id
            );
        }
    }
}

#[test]
fn what_answers_a_smell_exists() {
    for smell in smells::all() {
        for answer in smell.answers {
            assert!(
                refactorings::by_name(answer).is_some(),
                "{}: {answer}",
                smell.id
            );
        }
        let is_answered = !smell.answers.is_empty();
        assert!(
            is_answered || smell.cause != Cause::Opportunity,
            "{}",
            smell.id
        );
    }
}

/// A refactoring answers a smell if its own example is such an answer: offered for the sighting, and less of it afterwards.
#[test]
fn a_refactoring_is_named_by_what_it_answers() {
    let mut answered = 0;
    for refactoring in refactorings::all() {
        let doc = refactorings::doc(refactoring.id).expect("every refactoring has documentation");
        for before in examples(doc, "before") {
            for (sighting, smell) in above_limits(&before) {
                if answers(refactoring, &sighting, &before) {
                    answered += 1;
                    let is_named = smell.answers.contains(&refactoring.id);
                    assert!(is_named, "{} answers {}", refactoring.id, smell.id);
                }
            }
        }
    }
    assert!(answered >= 4, "most refactorings were written for a smell");
}

/// Whether a refactoring is offered for a sighting and leaves less of its smell.
fn answers(refactoring: &'static Refactoring, sighting: &Sighting, text: &str) -> bool {
    let source = source(text);
    let target = Target::Answer(sighting);
    let Ok(offer) = refactorings::offer(refactoring, &Context::new(&source), target) else {
        return false;
    };
    let after = offer.change().edits().apply(text).expect("an offer fits");
    let measures = |text: &str| -> u32 {
        let all = report(text);
        let same = all.sightings().filter(|one| one.smell == sighting.smell);
        same.map(|one| one.measure).sum()
    };
    measures(&after) < measures(text)
}

#[test]
fn the_documentation_has_its_form() {
    for smell in smells::all() {
        let lines = doc(smell).lines();
        let mut headings = lines.filter(|line| line.starts_with('#') && !line.starts_with("#["));
        let title = headings.next().unwrap_or_default();
        assert!(title.starts_with("# "), "{}: {title}", smell.id);
        let headings: Vec<_> = headings.collect();
        assert_eq!(headings, HEADINGS, "{}", smell.id);
    }
}

#[test]
fn the_documentation_states_limits_and_rate() {
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
        if let Some(worth) = smell.worth_doing {
            let words =
                format!("Of 20 findings that were read from a list {worth} were worth doing");
            assert!(limits.contains(&words), "{}: {limits}", smell.id);
        }
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
