//! Diagnostics for findings.

use std::{
    cell::OnceCell,
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    NumberOrString, Position, Range, Url,
};
use serde_json::{Value, json};

use crate::{
    analysis::{
        Accepted, Finding, FindingPart, Functions, IdleAllowance, Judge, Level, OtherPlace, marks,
    },
    config::LevelOverride,
    facts::{FileReport, Problem},
    lsp::{
        session::{
            analysed::Analysed,
            written::{Earlier, Previous, UnitInputs, WrittenDiagnostic, WrittenUnit},
        },
        wire::{
            NAME,
            positions::{Positions, range_in},
            profile::{Feature, Profile},
        },
    },
    smells::{self, Cause, Smell},
    syntax::Unparsable,
    text::{TextSize, slice},
};

/// Base URL of the smells' documentation; each has its module's page.
const DOCUMENTATION: &str = "https://docs.rs/rustassistant/latest/rustassistant/smells";
/// Maximum number of related locations per finding; more would be unreadable.
const MOST_PARTS: usize = 16;
const SAME: &str = "repeated here";

/// All diagnostics of a document as JSON, concatenated only for sending.
pub(crate) struct Written {
    units: Vec<Arc<WrittenUnit>>,
    /// Diagnostics of the file as a whole, and of duplicates in other files.
    rest: Vec<WrittenDiagnostic>,
    order: Vec<Entry>,
    /// Equal results have equal ids, so that a client that knows the id is told that nothing changed.
    pub(crate) id: String,
}

/// A diagnostic by its index in [`Written`].
enum Entry {
    OfUnit(usize, usize),
    OfRest(usize),
}

impl Written {
    pub(crate) fn nothing() -> Self {
        Self::of(Vec::new(), Vec::new(), Vec::new())
    }

    fn of(units: Vec<Arc<WrittenUnit>>, rest: Vec<WrittenDiagnostic>, order: Vec<Entry>) -> Self {
        let mut written = Self {
            units,
            rest,
            order,
            id: String::new(),
        };
        let hashes = written.diagnostics().flat_map(|it| it.hash);
        written.id = hex(&hashes.collect::<Vec<u8>>());
        written
    }

    /// Writes the list between `head` and `tail`.
    pub(crate) fn between(&self, head: &[u8], tail: &[u8]) -> Vec<u8> {
        let items: usize = self.diagnostics().map(|it| it.json.len() + 1).sum();
        let mut bytes = Vec::with_capacity(head.len() + items + 2 + tail.len());
        bytes.extend_from_slice(head);
        bytes.push(b'[');
        for (diagnostic, number) in self.diagnostics().zip(0..) {
            if number > 0 {
                bytes.push(b',');
            }
            bytes.extend_from_slice(&diagnostic.json);
        }
        bytes.push(b']');
        bytes.extend_from_slice(tail);
        bytes
    }

    fn diagnostics(&self) -> impl Iterator<Item = &WrittenDiagnostic> {
        self.order.iter().map(|entry| match *entry {
            Entry::OfUnit(unit, at) => &self.units[unit].diagnostics[at],
            Entry::OfRest(at) => &self.rest[at],
        })
    }
}

/// Returns all diagnostics of a document, reusing those of the previous version that haven't changed.
pub(crate) fn written(analysed: &Analysed, profile: &Profile) -> Written {
    let report = analysed.file.report();
    if let Some(problem) = report.problem {
        let diagnostic = [json_of(TextSize::new(0), "", &of_problem(problem))];
        return Written::of(Vec::new(), diagnostic.into(), vec![Entry::OfRest(0)]);
    }
    let writer = Writer::new(analysed, profile);
    let judge = Judge::new(report, analysed.file.text(), &analysed.rules);
    let units = units(&writer, &judge, report);
    let starts = report.items.iter().map(|(offset, _)| *offset);
    let told = starts.clone().zip(&units);
    let told = told.flat_map(|(start, unit)| unit.repeated.iter().map(move |it| *it + start));
    let copies = analysed.copies.as_deref().map_or(&[][..], Vec::as_slice);
    let found = judge.around_units(told.collect(), copies);

    let none = TextSize::new(0);
    let mut rest: Vec<_> = found.iter().map(|it| writer.written(it, none)).collect();
    let of_units = starts
        .zip(&units)
        .enumerate()
        .flat_map(|(number, (start, unit))| {
            let diagnostics = unit.diagnostics.iter().enumerate();
            diagnostics.map(move |(at, it)| (it.start + start, it.smell, Entry::OfUnit(number, at)))
        });
    let of_rest = rest.iter().enumerate();
    let of_rest = of_rest.map(|(at, it)| (it.start, it.smell, Entry::OfRest(at)));
    let mut order: Vec<_> = of_units.chain(of_rest).collect();
    order.sort_by_key(|(start, smell, _)| (*start, *smell));
    let mut order: Vec<Entry> = order.into_iter().map(|(_, _, entry)| entry).collect();
    if let Some(accepted) = &analysed.accepted {
        order = not_held_back(accepted, order, &units, &rest);
    }
    for allowance in analysed.idle() {
        order.push(Entry::OfRest(rest.len()));
        let diagnostic = of_idle_allowance(analysed, allowance, profile);
        rest.push(json_of(allowance.at.start(), "", &diagnostic));
    }
    Written::of(units, rest, order)
}

/// Returns the diagnostics that a baseline doesn't suppress.
fn not_held_back(
    accepted: &Accepted,
    order: Vec<Entry>,
    units: &[Arc<WrittenUnit>],
    rest: &[WrittenDiagnostic],
) -> Vec<Entry> {
    let marks = order.iter().map(|entry| match *entry {
        Entry::OfUnit(unit, at) => &*units[unit].diagnostics[at].marks,
        Entry::OfRest(at) => &*rest[at].marks,
    });
    let held = accepted.matched(&marks.collect::<Vec<_>>()).is_held;
    let kept = order.into_iter().zip(held);
    kept.filter_map(|(entry, is_held)| (!is_held).then_some(entry))
        .collect()
}

/// Returns the diagnostics of a report's units.
fn units(writer: &Writer<'_>, judge: &Judge<'_>, report: &FileReport) -> Vec<Arc<WrittenUnit>> {
    let analysed = writer.analysed;
    let last = analysed.document.written.last().filter(|last| {
        Arc::ptr_eq(&last.rules, &analysed.rules)
            && last.is_marked == analysed.accepted.is_some()
            && judge.agrees_with(&last.answers)
    });
    let mut known = Earlier::of(last.as_ref().map_or(&[], |last| &last.units));
    let units = report.items.iter().map(|(start, report)| {
        let inputs = UnitInputs {
            report,
            at: writer.places.position(*start),
            around: judge.around(*start, report),
        };
        match known.find(&inputs) {
            Some(unit) => Arc::clone(unit),
            None => Arc::new(writer.unit(inputs, *start, judge.unit(*start, report))),
        }
    });
    let units: Vec<_> = units.collect();
    analysed.document.written.keep(Previous {
        rules: Arc::clone(&analysed.rules),
        answers: judge.answers(),
        is_marked: analysed.accepted.is_some(),
        units: units.clone(),
    });
    units
}

/// Writes the diagnostics of one version of a document.
struct Writer<'a> {
    analysed: &'a Analysed,
    profile: &'a Profile,
    places: Positions<'a>,
    /// The document's URL, parsed once for all of its findings.
    own: OnceCell<Option<Url>>,
    /// Functions of the whole document; computed if a unit is written again.
    functions: OnceCell<Functions>,
}

impl<'a> Writer<'a> {
    fn new(analysed: &'a Analysed, profile: &'a Profile) -> Self {
        Self {
            analysed,
            profile,
            places: Positions::new(&analysed.file, profile),
            own: OnceCell::new(),
            functions: OnceCell::new(),
        }
    }

    fn functions(&self) -> &Functions {
        self.functions
            .get_or_init(|| Functions::new(self.analysed.file.report().functions()))
    }

    fn unit(
        &self,
        inputs: UnitInputs<'_>,
        start: TextSize,
        mut found: Vec<Finding>,
    ) -> WrittenUnit {
        found.sort_by_key(Finding::order);
        let repeated = found.iter().flat_map(Finding::repeated);
        let repeated = repeated.map(|place| place - start).collect();
        let diagnostics = found.iter().map(|it| self.written(it, start)).collect();
        WrittenUnit::new(inputs, diagnostics, repeated)
    }

    fn written(&self, finding: &Finding, unit: TextSize) -> WrittenDiagnostic {
        let diagnostic = self.diagnostic(finding);
        let written = json_of(finding.at.start() - unit, finding.smell.id, &diagnostic);
        if self.analysed.accepted.is_none() {
            return written;
        }
        written.marked(marks(self.analysed.file.text(), finding, self.functions()))
    }

    fn diagnostic(&self, finding: &Finding) -> Diagnostic {
        Diagnostic {
            range: self.places.range(finding.at),
            severity: Some(severity(finding)),
            code: Some(NumberOrString::String(finding.smell.id.into())),
            code_description: description(finding, self.profile),
            source: Some(NAME.into()),
            message: finding.message.clone(),
            related_information: related(self.analysed, finding, self.profile, &self.own),
            tags: None,
            data: Some(fingerprint(self.analysed, finding)),
        }
    }
}

fn json_of(start: TextSize, smell: &'static str, diagnostic: &Diagnostic) -> WrittenDiagnostic {
    // Serializing plain data to memory can't fail.
    let json = serde_json::to_vec(diagnostic).unwrap_or_else(|_| b"null".to_vec());
    WrittenDiagnostic::new(start, smell, json)
}

pub(crate) fn of_finding(analysed: &Analysed, finding: &Finding, profile: &Profile) -> Diagnostic {
    Writer::new(analysed, profile).diagnostic(finding)
}

/// Returns the id of a result: equal results have equal ids.
pub(crate) fn id_of(diagnostics: &[Diagnostic]) -> String {
    // Serializing plain data to memory can't fail.
    hex(&serde_json::to_vec(diagnostics).unwrap_or_default())
}

fn of_idle_allowance(
    analysed: &Analysed,
    allowance: IdleAllowance,
    profile: &Profile,
) -> Diagnostic {
    let places = Positions::new(&analysed.file, profile);
    let id = slice(analysed.file.text(), allowance.at).unwrap_or_default();
    Diagnostic {
        range: places.range(allowance.at),
        severity: Some(DiagnosticSeverity::HINT),
        code: Some(NumberOrString::String("idle-allowance".into())),
        source: Some(NAME.into()),
        message: allowance.why.say(id),
        ..Diagnostic::default()
    }
}

/// Returns the finding of a client's diagnostic: the one at its location, otherwise the only one with its fingerprint.
pub(crate) fn finding_of<'a>(
    analysed: &'a Analysed,
    diagnostic: &Diagnostic,
    profile: &Profile,
) -> Option<&'a Finding> {
    let Some(NumberOrString::String(smell)) = &diagnostic.code else {
        return None;
    };
    let range = Positions::new(&analysed.file, profile).text_range(diagnostic.range);
    if let Some(finding) = analysed.finding(smell, range) {
        return Some(finding);
    }
    let data = diagnostic.data.as_ref()?;
    let mut alike = analysed
        .findings()
        .iter()
        .filter(|finding| finding.smell.id == smell && fingerprint(analysed, finding) == *data);
    let only = alike.next()?;
    alike.next().is_none().then_some(only)
}

fn of_problem(problem: Problem) -> Diagnostic {
    let (code, reason) = match problem {
        Problem::TooDeep => ("too-deep", Unparsable::TooDeep),
        Problem::TooLarge => ("too-large", Unparsable::TooLarge),
    };
    Diagnostic {
        range: Range::new(Position::new(0, 0), Position::new(0, 0)),
        severity: Some(DiagnosticSeverity::INFORMATION),
        code: Some(NumberOrString::String(code.into())),
        source: Some(NAME.into()),
        message: format!("This file is {reason}; it is not analysed"),
        ..Diagnostic::default()
    }
}

fn severity(finding: &Finding) -> DiagnosticSeverity {
    match (finding.judgement.level, finding.level) {
        (Some(LevelOverride::Error), _) => DiagnosticSeverity::ERROR,
        (Some(LevelOverride::Warning), _) => DiagnosticSeverity::WARNING,
        (Some(LevelOverride::Information), _) | (None, Level::Strong) => {
            DiagnosticSeverity::INFORMATION
        }
        (Some(LevelOverride::Hint), _) | (None, Level::Warn) => DiagnosticSeverity::HINT,
    }
}

fn description(finding: &Finding, profile: &Profile) -> Option<CodeDescription> {
    if !profile.has(Feature::CodeDescription) {
        return None;
    }
    let href = documentation(finding)?;
    Some(CodeDescription { href })
}

/// Returns the documentation of the smell.
pub(crate) fn documentation(finding: &Finding) -> Option<Url> {
    PAGES.get(finding.smell.id).cloned()
}

static PAGES: LazyLock<HashMap<&str, Url>> = LazyLock::new(|| {
    let page = |smell: &'static Smell| {
        let module = smell.id.replace('-', "_");
        let page = Url::parse(&format!("{DOCUMENTATION}/{module}/index.html"));
        Some((smell.id, page.ok()?))
    };
    smells::all().iter().filter_map(page).collect()
});

fn related(
    analysed: &Analysed,
    finding: &Finding,
    profile: &Profile,
    own: &OnceCell<Option<Url>>,
) -> Option<Vec<DiagnosticRelatedInformation>> {
    let has_places = !finding.parts.is_empty() || !finding.others.is_empty();
    if !profile.has(Feature::RelatedInformation) || !has_places {
        return None;
    }
    let uri = own
        .get_or_init(|| Url::parse(&analysed.document.uri).ok())
        .as_ref()?;
    let places = Positions::new(&analysed.file, profile);
    let parts = finding.parts.iter().take(MOST_PARTS);
    let parts = parts.map(|part| DiagnosticRelatedInformation {
        location: Location::new(uri.clone(), places.range(part.at)),
        message: say_part(finding, part),
    });
    let others = finding.others.iter().take(MOST_PARTS);
    let others = others.filter_map(|other| other_place(other, profile));
    Some(parts.chain(others).collect())
}

fn other_place(other: &OtherPlace, profile: &Profile) -> Option<DiagnosticRelatedInformation> {
    let file = &other.file;
    let uri = Url::parse(&file.uri).ok()?;
    let range = range_in(&file.lines, &file.text, other.range, profile);
    Some(DiagnosticRelatedInformation {
        location: Location::new(uri, range),
        message: SAME.to_owned(),
    })
}

pub(crate) fn say_part(finding: &Finding, part: &FindingPart) -> String {
    match (part.smell, part.limit) {
        (None, _) if finding.smell.cause == Cause::Repetition => SAME.to_owned(),
        (Some(smell), Some(limit)) => format!("{smell}: {}, above {limit}", part.measure),
        (Some(smell), None) => format!("{smell}: {}", part.measure),
        (None, _) if part.measure == 0 => "belongs to this finding".to_owned(),
        (None, _) => format!("adds {}", part.measure),
    }
}

/// Returns a value that identifies the finding regardless of its location, which moves with every line above it.
fn fingerprint(analysed: &Analysed, finding: &Finding) -> Value {
    let drawn = slice(analysed.file.text(), finding.at).unwrap_or_default();
    let words = format!("{}\0{}\0{drawn}", finding.smell.id, finding.measure);
    json!({"v": 1, "smell": finding.smell.id, "hash": hex(words.as_bytes())})
}

fn hex(bytes: &[u8]) -> String {
    let hash = blake3::hash(bytes).to_hex();
    hash.as_str()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use lsp_types::Range;

    use super::*;
    use crate::{
        config::{Environment, Request, Rules, load},
        lsp::{
            session::document::{ContentChange, Document, Opening, Surroundings},
            wire::uri,
        },
        syntax::FileContext,
        text::{Encoding, TextRange},
    };

    const URI: &str = "file:///w/a.rs";

    /// Units with all kinds of diagnostics: nested, repeated, allowed, and identical ones.
    const TEXT: &str = "fn a(x: Option<u8>) -> u8 {\n    if b() {\n        if c() {\n            if d() {\n                \
        if e() {\n                    f();\n                }\n            }\n        }\n    }\n    match x {\n        \
        Some(x) => x,\n        None => 0,\n    }\n}\n\n\
        fn rows() {\n    put(\"a\", 1, true);\n    log(1);\n    put(\"b\", 2, true);\n    log(2);\n    \
        put(\"c\", 3, true);\n    log(3);\n    put(\"d\", 4, true);\n    log(4);\n    put(\"e\", 5, true);\n    \
        log(5);\n}\n\n\
        impl S {\n    // rustassistant: allow(too-many-parameters)\n    \
        fn g(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) {}\n    \
        fn h(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) {}\n}\n\n\
        fn k(x: bool, y: Option<u8>) {\n    if x && let Some(z) = y {\n        if z > 3 {\n            l();\n        }\n    }\n}\n";

    fn open(text: &str) -> Document {
        Document::open(Opening {
            name: uri::name(URI).unwrap(),
            uri: URI.into(),
            version: 1,
            text: text.into(),
        })
    }

    fn surroundings(rules: &Arc<Rules>) -> Surroundings {
        Surroundings {
            context: FileContext::default(),
            rules: Arc::clone(rules),
            is_served: true,
            root: None,
            code_lens: false,
            compiler: true,
            ahead: None,
            model: crate::config::ModelChoice::Nothing,
            accepted: None,
            generation: 0,
        }
    }

    fn everything() -> Arc<Rules> {
        let flags = ["profile=full".to_owned()];
        let request = Request {
            flags: &flags,
            ..Request::new(Path::new("/"))
        };
        Arc::new(load(&request, &Environment::default()).config.rules)
    }

    fn profile() -> Profile {
        let diagnostics = json!({"relatedInformation": true, "codeDescriptionSupport": true});
        let capabilities = json!({"textDocument": {"publishDiagnostics": diagnostics}});
        Profile::read(&json!({"capabilities": capabilities}))
    }

    fn shown(document: &Arc<Document>, rules: &Arc<Rules>) -> (String, String) {
        let analysed = Analysed::new(document, &surroundings(rules)).unwrap();
        let written = written(&analysed, &profile());
        let items = written.between(b"", b"");
        (String::from_utf8(items).unwrap(), written.id)
    }

    /// Returns every finding of the document, without going through units.
    fn told(document: &Arc<Document>, rules: &Arc<Rules>) -> Value {
        let analysed = Analysed::new(document, &surroundings(rules)).unwrap();
        let profile = profile();
        let findings = analysed.findings().iter();
        let findings = findings.map(|it| of_finding(&analysed, it, &profile));
        let idle = analysed.idle().into_iter();
        let idle = idle.map(|it| of_idle_allowance(&analysed, it, &profile));
        serde_json::to_value(findings.chain(idle).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn what_is_shown_while_typing_is_what_a_fresh_analysis_shows() {
        let edits: &[(&str, &str, &str)] = &[
            ("f();", "f();", "f(); "),
            ("f(); ", "f(); ", "f();\n"),
            ("fn rows", "fn", "/// é\n\nfn"),
            ("log(2);", "log(2);", "note(2);"),
            (
                "// rustassistant: allow(too-many-parameters)\n",
                "// rustassistant: allow(too-many-parameters)",
                "",
            ),
            ("fn a", "fn", "// rustassistant: allow(deep-nesting)\nfn"),
            ("x && let Some(z) = y", "&& let Some(z) = y", ""),
            (
                "impl S {",
                "{",
                "{ fn a(x: Option<u8>) -> u8 { match x { Some(x) => x, None => 0 } }\n",
            ),
            ("fn k", "fn k", "fn"),
            ("l();", "l();", "l(); é"),
        ];
        for rules in [Arc::new(Rules::default()), everything()] {
            let mut document = Arc::new(open(TEXT));
            let mut text = TEXT.to_owned();
            assert!(shown(&document, &rules).0.len() > 10);
            for (around, old, new) in edits {
                let start = text.find(around).unwrap() + around.find(old).unwrap();
                let range = TextRange::at(TextSize::try_from(start).unwrap(), TextSize::of(*old));
                let file = document.file().unwrap();
                let range: Range = Positions::new(&file, &profile()).range(range);
                let change = json!({"range": range, "text": new});
                let change: ContentChange = serde_json::from_value(change).unwrap();
                let version = document.version + 1;
                document = document
                    .changed(version, vec![change], Encoding::Utf16)
                    .into();
                text.replace_range(start..start + old.len(), new);
                assert_eq!(&**document.file().unwrap().text(), text);
                let fresh = Arc::new(open(&text));
                let (items, id) = shown(&document, &rules);
                assert_eq!(
                    (&items, &id),
                    (&shown(&fresh, &rules).0, &shown(&fresh, &rules).1)
                );
                let items: Value = serde_json::from_str(&items).unwrap();
                assert_eq!(items, told(&fresh, &rules), "{text}");
            }
        }
    }

    #[test]
    fn other_rules_say_something_else_of_the_same_text() {
        let document = Arc::new(open(TEXT));
        let [calm, full] = [Arc::new(Rules::default()), everything()];
        let before = shown(&document, &calm);
        assert_ne!(before.0, shown(&document, &full).0);
        assert_eq!(before, shown(&document, &calm));
    }
}
