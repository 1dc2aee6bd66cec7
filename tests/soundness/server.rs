//! All offers in a program, as an editor receives them from the server.

use std::{collections::BTreeMap, path::Path, thread};

use ra_ap_syntax::{Edition, SourceFile, SyntaxElement, SyntaxKind, T};
use rustassistant::{
    analysis::{Memo, judge, measure},
    config::Rules,
    syntax::{STACK_SIZE, Source},
    text::{TextRange, TextSize},
    workspace::Manifests,
};
use serde_json::{Value, json};

use super::{
    client::{self, Client, range},
    probe,
};

const ENCODING: &str = "utf-8";

/// An entry of an editor's menu, applied.
#[derive(Debug, Clone)]
pub(crate) struct Offered {
    pub(crate) refactoring: String,
    pub(crate) title: String,
    pub(crate) is_safe: bool,
    /// The resulting program.
    pub(crate) text: String,
}

/// A server whose workspace is a single package.
pub(crate) struct Server {
    client: Client,
    edition: usize,
}

impl Server {
    pub(crate) fn start(edition: usize) -> Self {
        let mut client = Client::start();
        let manifest = format!(
            "[package]\nname = \"programs\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n"
        );
        client.write_file("Cargo.toml", &manifest);
        let result = client.initialize(capabilities());
        assert_eq!(result["capabilities"]["positionEncoding"], ENCODING);
        Self { client, edition }
    }

    /// All distinct changes offered at a finding or a cursor, and the combined safe fixes.
    pub(crate) fn offers(&mut self, name: &str, text: &str) -> Vec<Offered> {
        let file = format!("src/bin/{name}.rs");
        self.client.write_file(&file, text);
        let uri = self.client.uri(&file);
        self.client.open(&uri, text);
        let safety = self.safety(&file, text);
        let mut offers: BTreeMap<String, Offered> = BTreeMap::new();
        for action in self.actions(&uri, text) {
            let edit = &action["edit"];
            let Some(edits) = edits_of(edit, &uri) else {
                continue;
            };
            let after = client::apply(text, edits, ENCODING);
            let refactoring = action["data"]["refactoring"].as_str().unwrap_or("?");
            offers.entry(after.clone()).or_insert_with(|| Offered {
                refactoring: refactoring.to_owned(),
                title: action["title"].as_str().unwrap_or_default().to_owned(),
                // Changes known only to the server must be as correct as those applied without review.
                is_safe: safety.get(&after).copied().unwrap_or(true),
                text: after,
            });
        }
        self.client.close(&uri);
        offers.remove(text);
        offers.into_values().collect()
    }

    pub(crate) fn stop(mut self) {
        assert_eq!(self.client.leave(), 0, "{}", self.client.errors());
        // Its unsolicited diagnostics are the same as the requested ones.
        let published = "textDocument/publishDiagnostics";
        self.client.forget_notifications_at_end(published);
    }

    fn actions(&mut self, uri: &str, text: &str) -> Vec<Value> {
        let mut asked = Vec::new();
        for diagnostic in self.client.pulled_items(uri) {
            let context = json!({"diagnostics": [diagnostic], "triggerKind": 1});
            asked.push((diagnostic["range"].clone(), context));
        }
        for at in cursors(text, self.edition) {
            let position = client::position(text, usize::from(at), ENCODING);
            let at = json!({"start": position, "end": position});
            asked.push((at, json!({"diagnostics": [], "triggerKind": 1})));
        }
        let lines = u32::try_from(text.lines().count()).expect("programs are short");
        let everything = json!({"diagnostics": [], "only": ["source.fixAll"], "triggerKind": 1});
        asked.push((range((0, 0), (lines, 0)), everything));
        let answers = asked.iter().map(|(range, context)| {
            let actions = self.client.actions_in(uri, range, context);
            actions
                .into_iter()
                .filter(|one| one.get("disabled").is_none())
        });
        answers.flatten().collect()
    }

    /// Whether the text resulting from each offer may be applied without review.
    fn safety(&self, file: &str, text: &str) -> BTreeMap<String, bool> {
        let path = self.client.root().join(file);
        let text = text.to_owned();
        let edition = self.edition;
        let work = move || safety(&path, &text, edition);
        let thread = thread::Builder::new().stack_size(STACK_SIZE).spawn(work);
        thread
            .expect("a thread starts")
            .join()
            .expect("the analysis never panics")
    }
}

fn safety(path: &Path, text: &str, edition: usize) -> BTreeMap<String, bool> {
    let context = Manifests::new().context_of(path);
    let source = Source::parse(text, context).expect("programs are short");
    let report = measure(&source, &Memo::default());
    let findings = judge(&report, &source.text, &Rules::default());
    let mut places: Vec<TextRange> = findings.iter().map(|finding| finding.at).collect();
    places.extend(cursors(text, edition).into_iter().map(TextRange::empty));
    let mut safety = BTreeMap::new();
    for candidate in probe::in_places(path, &source, &findings, &places) {
        let is_safe = candidate.is_safe();
        let after = candidate.edits.apply(text).expect("edits fit the text");
        // Two refactorings may offer the same change.
        *safety.entry(after).or_default() |= is_safe;
    }
    safety
}

/// Positions at which an offer may apply: at the first token of every line, and before keywords, operators and braces.
fn cursors(text: &str, edition: usize) -> Vec<TextSize> {
    let parsed_as = match edition {
        2018 => Edition::Edition2018,
        2021 => Edition::Edition2021,
        _ => Edition::Edition2024,
    };
    let file = SourceFile::parse(text, parsed_as).syntax_node();
    let tokens = file
        .descendants_with_tokens()
        .filter_map(SyntaxElement::into_token);
    let mut cursors = Vec::new();
    let mut begins_line = true;
    for token in tokens {
        let kind = token.kind();
        if kind == SyntaxKind::WHITESPACE {
            begins_line |= token.text().contains('\n');
            continue;
        }
        let is_place = begins_line || kind.is_keyword(parsed_as) || begins_something(kind);
        if is_place {
            cursors.push(token.text_range().start());
        }
        begins_line = false;
    }
    cursors
}

fn begins_something(kind: SyntaxKind) -> bool {
    [T![!], T![&&], T![||], T![=>], T![?], T!['{'], T!['}']].contains(&kind)
}

/// The edits of a change that touches only this document.
fn edits_of<'a>(edit: &'a Value, uri: &str) -> Option<&'a Value> {
    let changes = edit["documentChanges"].as_array()?;
    let [change] = changes.as_slice() else {
        panic!("a program is one file: {edit}");
    };
    assert_eq!(change["textDocument"]["uri"], uri);
    Some(&change["edits"])
}

/// An editor that requires complete edits, and pulls diagnostics.
fn capabilities() -> Value {
    json!({
        "general": {"positionEncodings": [ENCODING]},
        "workspace": {"workspaceEdit": {"documentChanges": true}},
        "textDocument": {
            "diagnostic": {},
            "codeAction": {
                "isPreferredSupport": true,
                "dataSupport": true,
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [
                    "", "quickfix", "refactor", "refactor.extract", "refactor.inline",
                    "refactor.rewrite", "source", "source.fixAll",
                ]}},
            },
        },
    })
}
