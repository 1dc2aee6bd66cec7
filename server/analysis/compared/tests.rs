use super::*;
use crate::analysis::OpenFile;

fn version(path: &str, text: &str) -> Version {
    let file = OpenFile::new(text, FileContext::default());
    Version {
        path: path.to_owned(),
        text: Arc::from(text),
        context: FileContext::default(),
        rules: Rules::default(),
        report: Arc::clone(file.report()),
    }
}

fn compare(old: &str, new: &str) -> ComparedFile {
    let mut compared = compared(&[version("a.rs", old)], &[version("a.rs", new)]);
    assert_eq!(compared.len(), 1);
    compared.remove(0)
}

/// Returns a function with this many lines and levels of nesting.
fn function(name: &str, lines: usize, nesting: usize) -> String {
    let calls = "    call(1);\n".repeat(lines);
    let (ifs, ends) = ("if go() {\n".repeat(nesting), "}\n".repeat(nesting));
    format!("fn {name}() {{\n{calls}{ifs}{ends}}}\n")
}

#[test]
fn a_measure_counts_above_its_limit() {
    let of = |then, now| of_measure(then, now, 60);
    assert_eq!(of(10, 60), Trend::Stable);
    assert_eq!(of(60, 61), Trend::Degraded);
    assert_eq!(of(100, 110), Trend::Stable);
    assert_eq!(of(100, 111), Trend::Degraded);
    assert_eq!(of(61, 60), Trend::Improved);
    assert_eq!(of(100, 90), Trend::Stable);
    assert_eq!(of(100, 89), Trend::Improved);
    assert_eq!(of(u32::MAX, u32::MAX), Trend::Stable);
}

#[test]
fn a_function_that_was_moved_or_renamed_is_the_same() {
    let text = function("first", 80, 1) + &function("second", 3, 2);
    let renamed = compare(&text, &text.replace("first", "other"));
    assert_eq!(
        (renamed.verdict, renamed.functions),
        (Trend::Stable, vec![])
    );
    let swapped = function("second", 3, 2) + &function("first", 80, 1);
    assert_eq!(compare(&text, &swapped).functions, []);

    let old = [version("a.rs", &text)];
    let [file] = &compared(&old, &[version("b.rs", &text)])[..] else {
        panic!("one file");
    };
    assert_eq!(file.was.as_deref(), Some("a.rs"));
    assert_eq!((file.verdict, file.functions.len()), (Trend::Stable, 0));

    let grown = [version(
        "b.rs",
        &text.replacen("call(1)", "call(1);\n    call(2)", 12),
    )];
    let [file] = &compared(&old, &grown)[..] else {
        panic!("one file");
    };
    let [function] = &file.functions[..] else {
        panic!("one function: {file:?}");
    };
    assert_eq!(function.was.as_deref(), Some("a.rs: first"));
    assert_eq!(function.verdict, Trend::Degraded);
    assert_eq!(function.reasons, ["lines 82 → 94 (limit 60)"]);
}

#[test]
fn what_is_found_newly_is_worse_and_what_is_gone_is_better() {
    let calm = "fn f(a: bool, b: bool) {\n    go(a, b);\n}\n";
    let nested = "fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            go();\n        }\n    }\n}\n";
    let worse = compare(calm, nested);
    assert_eq!(worse.verdict, Trend::Degraded);
    assert_eq!(worse.functions[0].reasons, ["new: collapsible-if"]);
    let better = compare(nested, calm);
    assert_eq!(better.verdict, Trend::Improved);
    assert_eq!(better.functions[0].reasons, ["gone: collapsible-if"]);
    assert_eq!(compare(nested, "").verdict, Trend::Improved);
    assert_eq!(compare("", nested).verdict, Trend::Degraded);
    assert_eq!(compare("", &function("long", 200, 0)).functions.len(), 1);
}

/// A deterministic random number generator.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// Each step changes one of many functions; exactly the changed ones must be reported.
#[test]
fn of_a_long_history_every_change_is_found_and_none_invented() {
    const FUNCTIONS: usize = 8;
    let mut dice = Dice(7);
    let mut sizes = [(3_usize, 1_usize); FUNCTIONS];
    let text = |sizes: &[(usize, usize)]| -> String {
        let functions = sizes.iter().enumerate();
        functions
            .map(|(at, (lines, nesting))| function(&format!("f{at}"), *lines, *nesting))
            .collect()
    };
    let mut old = [version("a.rs", &text(&sizes))];
    let mut seen = HashSet::new();
    for step in 0..240 {
        let at = dice.below(FUNCTIONS);
        let (lines, nesting) = sizes[at];
        sizes[at] = match step % 2 {
            0 => ((lines + 1 + dice.below(90)) % 150, nesting),
            _ => (lines, (nesting + 1 + dice.below(4)) % 6),
        };
        let new = [version("a.rs", &text(&sizes))];
        let file = compared(&old, &new).remove(0);
        let [function] = &file.functions[..] else {
            panic!("step {step}: {:?}", file.functions);
        };
        assert_eq!(function.name, format!("f{at}"), "step {step}");
        let (before, after) = (function.before.unwrap(), function.after.unwrap());
        let size = |numbers: Numbers| (numbers.nesting, numbers.complexity);
        match step % 2 {
            0 => assert_ne!(before.lines, after.lines, "step {step}"),
            _ => assert_ne!(size(before), size(after), "step {step}"),
        }
        let limit = |smell| limit(&Rules::default(), smell).unwrap();
        let expected = overall(&[
            of_measure(before.lines, after.lines, limit("long-function")),
            of_measure(before.nesting, after.nesting, limit("deep-nesting")),
            of_measure(
                before.complexity,
                after.complexity,
                limit("cognitive-complexity"),
            ),
        ]);
        if before.findings == after.findings {
            assert_eq!(function.verdict, expected, "step {step}: {function:?}");
        }
        assert_eq!(file.verdict, function.verdict);
        seen.insert(function.verdict);
        old = new;
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}
