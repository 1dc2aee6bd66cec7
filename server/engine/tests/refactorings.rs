//! Every refactoring behaves as documented, and the audit rejects the results of faulty refactorings.

use std::{fs, path::Path};

use crate::{
    refactorings::{self, Change, Context, FilePlace, Refactoring, Refusal, Target, audit, offer},
    syntax::{FileContext, Source},
    text::{Edit, Edits, FileStep, Steps, TextRange, TextSize},
};

/// The example in a refactoring's documentation; `$0` is the cursor.
struct Example {
    before: String,
    cursor: TextSize,
    after: String,
    /// The path and contents of the new file.
    new: Option<(String, String)>,
}

fn example(refactoring: &Refactoring) -> Example {
    let file = format!("refactorings/{}.rs", refactoring.id.replace('-', "_"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(path).expect("one file per refactoring");
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let doc: Vec<&str> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let before = fence(&doc, "```rust before");
    let (head, tail) = before.split_once("$0").expect("the example has a cursor");
    Example {
        before: format!("{head}{tail}"),
        cursor: TextSize::of(head),
        after: fence(&doc, "```rust after"),
        new: doc.iter().find_map(|line| {
            let path = line.strip_prefix("```rust new ")?;
            Some((path.to_owned(), fence(&doc, line)))
        }),
    }
}

/// The path and contents of the new file in a change.
fn new_file(change: &Change) -> Option<(String, String)> {
    match change.steps.files.as_slice() {
        [] => None,
        [FileStep::Create { at, text }] => Some((at.components().join("/"), text.clone())),
        more => panic!("{more:?}"),
    }
}

/// A context whose new files are located as in the examples.
fn context(source: &Source) -> Context<'_> {
    Context::new(source).placed(FilePlace::Beside("stack"))
}

fn fence(doc: &[&str], open: &str) -> String {
    let lines = doc.iter().skip_while(|line| **line != open).skip(1);
    let lines: Vec<&str> = lines.take_while(|line| **line != "```").copied().collect();
    assert!(!lines.is_empty(), "no `{open}`");
    lines.join("\n") + "\n"
}

fn parse(text: &str) -> Source {
    Source::parse(text, FileContext::default()).expect("an example is small")
}

fn change(refactoring: &'static Refactoring, source: &Source, cursor: TextSize) -> Change {
    let offer = offer(refactoring, &context(source), Target::Cursor(cursor));
    let offer = offer.unwrap_or_else(|refusal| panic!("{}: {refusal:?}", refactoring.id));
    offer.change().clone()
}

#[test]
fn the_documentation_does_what_it_says() {
    for refactoring in refactorings::all() {
        let example = example(refactoring);
        let source = parse(&example.before);
        let change = change(refactoring, &source, example.cursor);
        let after = change.edits().apply(&example.before);
        assert_eq!(
            after.as_deref(),
            Some(&*example.after),
            "{}",
            refactoring.id
        );
        assert_eq!(new_file(&change), example.new, "{}", refactoring.id);
        assert!(
            !change.checked.is_empty(),
            "{} shows nothing",
            refactoring.id
        );
    }
}

#[test]
fn the_registry_is_alphabetical() {
    let ids: Vec<_> = refactorings::all().iter().map(|entry| entry.id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
}

const COMMENT: &str = "// Kept.\n";

/// The example with a comment in the changed item, which must not be lost.
fn with_comment(example: &Example) -> Example {
    let commented = |text: &str| text.replacen("{\n", &format!("{{\n{COMMENT}"), 1);
    let place = example.before.find("{\n").expect("the example has a block");
    let shift = if usize::from(example.cursor) > place {
        TextSize::of(COMMENT)
    } else {
        TextSize::new(0)
    };
    Example {
        before: commented(&example.before),
        cursor: example.cursor + shift,
        after: commented(&example.after),
        new: None,
    }
}

/// Faulty variants of the correct result.
fn mutants(right: &str, kept: &str) -> Vec<(&'static str, String)> {
    let comment = right.find(kept).expect("it is kept");
    let end = comment + right[comment..].find('\n').expect("it ends a line");
    let body = right.rfind("    ").expect("the example has a body") + 4;
    let name = right.find("fn ").expect("the example has a function") + 3;
    let insert = |at: usize, new: &str| [&right[..at], new, &right[at..]].concat();
    vec![
        (
            "drops a comment",
            [&right[..comment], &right[end..]].concat(),
        ),
        ("repeats a comment", insert(comment, &right[comment..=end])),
        ("renames", insert(name, "x_")),
        ("adds a call", insert(body, "extra();\n    ")),
        ("adds a macro call", insert(body, "extra!();\n    ")),
        ("adds `yield`", insert(body, "yield;\n    ")),
        ("adds `?`", right.replacen(';', "?;", 1)),
        ("adds an attribute", insert(body, "#[inline]\n    ")),
        ("mixes line endings", right.replacen('\n', "\r\n", 1)),
        ("doesn't parse", insert(body, ") ")),
    ]
}

/// The change with edits that turn the whole text into `after`.
fn rewrite(change: &Change, before: &str, after: &str) -> Change {
    let edits = Edits::new(hunks(before, after)).expect("hunks are disjoint");
    Change {
        steps: Steps::of_one(edits),
        ..change.clone()
    }
}

/// One edit per run of differing lines, so that insertions between items remain insertions.
fn hunks(before: &str, after: &str) -> Vec<Edit> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let common = common_lines(&old, &new);
    let (mut at, mut from, mut to) = (0, 0, 0);
    let mut edits = Vec::new();
    for (one, other) in common.into_iter().chain([(old.len(), new.len())]) {
        let gone: usize = old[from..one].iter().map(|line| line.len()).sum();
        let come = new[to..other].concat();
        if gone > 0 || !come.is_empty() {
            let size = |at: usize| TextSize::try_from(at).expect("an example is small");
            let range = TextRange::new(size(at), size(at + gone));
            let edit = Edits::new(vec![Edit::replace(range, come)]).expect("it is one");
            edits.extend(edit.trimmed(before).as_slice().iter().cloned());
        }
        at += gone + old.get(one).map_or(0, |line| line.len());
        (from, to) = (one + 1, other + 1);
    }
    edits
}

/// The line numbers of a longest common subsequence, as late as possible.
fn common_lines(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let mut longest = vec![vec![0; new.len() + 1]; old.len() + 1];
    for (one, old) in old.iter().enumerate() {
        for (other, new) in new.iter().enumerate() {
            longest[one + 1][other + 1] = if old == new {
                1 + longest[one][other]
            } else {
                longest[one][other + 1].max(longest[one + 1][other])
            };
        }
    }
    let (mut one, mut other) = (old.len(), new.len());
    let mut common = Vec::new();
    while one > 0 && other > 0 {
        if old[one - 1] == new[other - 1] {
            (one, other) = (one - 1, other - 1);
            common.push((one, other));
        } else if longest[one - 1][other] >= longest[one][other - 1] {
            one -= 1;
        } else {
            other -= 1;
        }
    }
    common.reverse();
    common
}

#[test]
fn faulty_refactorings_are_stopped_by_the_audit() {
    for refactoring in refactorings::all() {
        let example = example(refactoring);
        // Refactorings that create a file have separate mutants.
        if example.new.is_some() {
            continue;
        }
        let example = with_comment(&example);
        let source = parse(&example.before);
        let context = context(&source);
        let change = change(refactoring, &source, example.cursor);
        let right = rewrite(&change, &example.before, &example.after);
        let refused = audit(refactoring, &context, right).err();
        assert_eq!(refused, None, "{}: the right result", refactoring.id);
        for (fault, mutant) in mutants(&example.after, COMMENT) {
            let mutant = rewrite(&change, &example.before, &mutant);
            let verdict = audit(refactoring, &context, mutant);
            assert!(
                matches!(verdict, Err(Refusal::Because { .. })),
                "{}: a change that {fault} got through",
                refactoring.id
            );
        }
    }
}

#[test]
fn faulty_new_files_are_stopped_by_the_audit() {
    for refactoring in refactorings::all() {
        let example = example(refactoring);
        let Some((path, new)) = &example.new else {
            continue;
        };
        let source = parse(&example.before);
        let context = context(&source);
        let change = change(refactoring, &source, example.cursor);
        let with = |new: &str| {
            let mut change = change.clone();
            for step in &mut change.steps.files {
                let FileStep::Create { text, .. } = step else {
                    panic!("{path} comes");
                };
                new.clone_into(text);
            }
            audit(refactoring, &context, change)
        };
        assert!(with(new).is_ok(), "{}: the right result", refactoring.id);
        let comment = new.lines().find(|line| line.starts_with("//"));
        let comment = format!("{}\n", comment.expect("the example has a comment"));
        for (fault, mutant) in mutants(new, &comment) {
            let verdict = with(&mutant);
            assert!(
                matches!(verdict, Err(Refusal::Because { .. })),
                "{}: a file that {fault} got through",
                refactoring.id
            );
        }
        let mut none = change.clone();
        none.steps.files.clear();
        assert!(
            audit(refactoring, &context, none).is_err(),
            "the file is left out"
        );
    }
}
