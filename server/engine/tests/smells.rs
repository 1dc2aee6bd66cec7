//! The documentation of every smell has the required form, its examples fire as documented, and it lists the refactorings that
//! resolve it.

use std::collections::BTreeSet;

use crate::{
    extraction::REPEATED_BLOCK,
    facts::Sighting,
    index::{Code, DuplicateKind, FileId, Index, Origin, verified},
    refactorings::{self, Context, Refactoring, Target},
    smells::{self, Cause, Look, Smell},
    survey::{self, FileSurvey, SurveyedUnit},
    syntax::{Edition, FileContext, Presence, Source, Unit, outline},
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

/// The sightings of all smells.
fn sightings(text: &str) -> Vec<Sighting> {
    let source = source(text);
    let outline = outline(&source.root());
    let units = outline.places.iter().map(|place| {
        let sees = smells::seen_in(place.kind).union(&survey::SEES);
        Unit::seeing(sees, &source.text, place, source.context)
    });
    let units: Vec<_> = units.collect();
    let mut file = outline.file(&source, units.iter().map(Unit::lines));
    for (unit, place) in units.iter().zip(&outline.places) {
        file.share.add(&unit.share(), 0.into(), place.presence);
    }
    let mut all: Vec<_> = units.iter().flat_map(smells::look_at).collect();
    all.extend(smells::look_at_file(&file));
    all.extend(duplicates(&units, text));
    all
}

/// The duplicates in a text, each at its first place. Identical code counts only as whole functions, since other smells report
/// it within a single file.
fn duplicates(units: &[Unit<'_>], text: &str) -> Vec<Sighting> {
    let surveyed = units.iter().map(|unit| SurveyedUnit {
        offset: unit.node.text_range().start(),
        presence: Presence::Always,
        survey: survey::survey(unit).into(),
    });
    let survey = FileSurvey {
        units: surveyed.collect(),
        ..FileSurvey::default()
    };
    let mut index = Index::default();
    index.set(FileId(0), Origin::default(), &survey);
    let found = index.all().into_iter();
    let found = found.filter_map(|one| verified(&one, |_| Some(text), Code::is_equal));
    found
        .filter(|one| one.kind != DuplicateKind::Block)
        .filter_map(|one| smells::look_at_duplicate(&one, &one.places[0]))
        .collect()
}

/// The sightings above the first limits.
fn above_limits(text: &str) -> Vec<(Sighting, &'static Smell)> {
    let above = sightings(text).into_iter().filter_map(|sighting| {
        let smell = smells::get(sighting.smell)?;
        (sighting.measure > smell.limits.warn).then_some((sighting, smell))
    });
    above.collect()
}

fn fired(text: &str) -> Vec<&'static str> {
    let above = above_limits(text).into_iter();
    above.map(|(_, smell)| smell.id).collect()
}

/// The examples in a documentation with this mark, with `// … 40 more statements` expanded.
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
fn the_documentation_s_example_before_fires_its_smell_alone() {
    for smell in smells::all() {
        let before = examples(doc(smell), "before");
        assert!(!before.is_empty(), "{} has no example", smell.id);
        for example in before {
            let mut fired = fired(&example);
            // Code from several files is in a single one here, and repetition within a function takes precedence.
            if matches!(smell.look, Look::Workspace(_)) || smell.id == "repeated-stanza" {
                fired.retain(|id| *id != "similar-block");
            }
            if smell.id == "similar-block" {
                fired.retain(|id| *id != "duplicate-block");
            }
            assert_eq!(fired, [smell.id], "in\n{example}");
        }
    }
}

#[test]
fn the_documentation_s_example_after_fires_nothing() {
    for smell in smells::all() {
        let after = examples(doc(smell), "after");
        assert!(!after.is_empty(), "{} has no example", smell.id);
        for example in after {
            let fired = fired(&example);
            assert!(fired.is_empty(), "{}: {fired:?} in\n{example}", smell.id);
        }
    }
}

#[test]
fn what_answers_a_smell_exists() {
    for smell in smells::all() {
        for answer in smell.answers {
            let is_extraction = *answer == REPEATED_BLOCK;
            assert!(
                is_extraction || refactorings::by_name(answer).is_some(),
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

/// A refactoring answers a smell if its own example shows it: it is offered for the sighting, and reduces the measure.
#[test]
fn a_refactoring_is_named_by_what_it_answers() {
    let mut answered = BTreeSet::new();
    for refactoring in refactorings::all() {
        let doc = refactorings::doc(refactoring.id).expect("every refactoring has documentation");
        for before in examples(doc, "before") {
            for (sighting, smell) in above_limits(&before) {
                if answers(refactoring, &sighting, &before) {
                    let is_named = smell.answers.contains(&refactoring.id);
                    assert!(is_named, "{} answers {}", refactoring.id, smell.id);
                    answered.insert(smell.id);
                }
            }
        }
    }
    let opportunities = smells::all().iter();
    for smell in opportunities.filter(|smell| smell.cause == Cause::Opportunity) {
        assert!(
            answered.contains(smell.id),
            "no example answers {}",
            smell.id
        );
    }
}

/// Whether a refactoring is offered for a sighting and reduces its smell.
fn answers(refactoring: &'static Refactoring, sighting: &Sighting, text: &str) -> bool {
    let source = source(text);
    let target = Target::Answer(sighting);
    let Ok(offer) = refactorings::offer(refactoring, &Context::new(&source), target) else {
        return false;
    };
    let after = offer.change().edits().apply(text).expect("an offer fits");
    let measures = |text: &str| -> u32 {
        let all = sightings(text).into_iter();
        let same = all.filter(|one| one.smell == sighting.smell);
        same.map(|one| one.measure).sum()
    };
    measures(&after) < measures(text)
}
