//! After a long session of typing, the server has the same text as the editor.

use serde_json::{Value, json};

use crate::{
    client::{Client, apply, cursor, edit, offset, position, range},
    clients,
    samples::long,
};

/// An editor with one document, which sends every change.
struct Editor {
    client: Client,
    uri: String,
    encoding: &'static str,
    text: String,
    version: i32,
}

impl Editor {
    fn open(encoding: &'static str, text: &str) -> Self {
        let mut client = Client::ready(clients::pulling(encoding));
        // The same in every session.
        let uri = "untitled:long.rs".to_owned();
        client.open(&uri, text);
        Self {
            client,
            uri,
            encoding,
            text: text.to_owned(),
            version: 1,
        }
    }

    fn replace(&mut self, start: usize, end: usize, insert: &str) {
        let at = |offset| position(&self.text, offset, self.encoding);
        let range = json!({"start": at(start), "end": at(end)});
        self.text.replace_range(start..end, insert);
        self.version += 1;
        let changes = json!([edit(&range, insert)]);
        self.client.change(&self.uri, self.version, &changes);
    }

    /// Applies the edits like an editor: from last to first, in one notification.
    fn apply(&mut self, edits: &Value) {
        let changes: Vec<Value> = edits
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .map(|one| edit(&one["range"], one["newText"].as_str().unwrap()))
            .collect();
        self.text = apply(&self.text, edits, self.encoding);
        self.version += 1;
        self.client.change(&self.uri, self.version, &json!(changes));
    }

    fn ask_for_actions(&mut self, offset: usize) -> i64 {
        let at = position(&self.text, offset, self.encoding);
        self.client.send_request(
            "textDocument/codeAction",
            json!({
                "textDocument": {"uri": self.uri},
                "range": {"start": at, "end": at},
                "context": {"diagnostics": [], "triggerKind": 1},
            }),
        )
    }

    /// Everything that the server reports for the document: its diagnostics, and the actions with their edits at some of them
    /// and at positions in between.
    fn view(&mut self) -> View {
        let diagnostics = self.client.pulled_items(&self.uri);
        let mut places: Vec<Value> = diagnostics
            .iter()
            .step_by(diagnostics.len() / 20 + 1)
            .map(|diagnostic| diagnostic["range"].clone())
            .collect();
        places.extend((0..40).map(|at| cursor(at * 251, 8)));
        let mut actions = Vec::new();
        for place in places {
            for action in self.client.actions(&self.uri, &place) {
                let mut resolved = self.client.request("codeAction/resolve", action);
                // Numbers specific to the session.
                resolved["data"] = Value::Null;
                if resolved["command"].is_object() {
                    resolved["command"]["arguments"] = Value::Null;
                }
                resolved["edit"]["documentChanges"][0]["textDocument"] = Value::Null;
                actions.push(resolved);
            }
        }
        (diagnostics, actions)
    }
}

type View = (Vec<Value>, Vec<Value>);

/// Reports only the first difference: a long file wouldn't be helpful.
fn assert_same(left: &View, right: &View, when: &str) {
    for (left, right) in [(&left.0, &right.0), (&left.1, &right.1)] {
        let difference = left.iter().zip(right).find(|(left, right)| left != right);
        assert_eq!(difference, None, "{when}");
        assert_eq!(left.len(), right.len(), "{when}");
    }
}

/// A single large file is sufficient; encodings differ only in positions.
fn typing_and_an_action_keep_the_view(encoding: &'static str, lines: usize) {
    let text = long(lines);
    let mut editor = Editor::open(encoding, &text);

    // Types 500 characters of code into the middle, requesting actions in between without waiting.
    let block = "\n    if limit > 7 {\n        if verbose {\n            größer(\"\u{1f980}\");\n        }\n    }";
    let typed = block.repeat(500 / block.chars().count() + 1);
    let anchor = "let mut total = 0;";
    let middle = text.len() / 2 + text[text.len() / 2..].find(anchor).unwrap() + anchor.len();
    let mut at = middle;
    let mut asked = Vec::new();
    for (count, character) in typed.chars().enumerate() {
        editor.replace(at, at, character.encode_utf8(&mut [0; 4]));
        at += character.len_utf8();
        if count % 10 == 0 {
            asked.push(editor.ask_for_actions(at));
        }
    }
    for id in asked {
        editor.client.wait(id).unwrap();
    }
    let mut fresh = Editor::open(encoding, &editor.text);
    assert_same(&editor.view(), &fresh.view(), "after typing");

    // Applies an action and undoes it.
    let before = editor.text.clone();
    let inner = middle + editor.text[middle..].find("if limit").unwrap();
    let id = editor.ask_for_actions(inner);
    let actions = editor.client.wait(id).unwrap();
    let action = actions[0].clone();
    let resolved = editor.client.request("codeAction/resolve", action);
    let edits = resolved["edit"]["documentChanges"][0]["edits"].clone();
    editor.apply(&edits);
    assert_ne!(editor.text, before, "the action does something");
    let mut fresh = Editor::open(encoding, &editor.text);
    assert_same(&editor.view(), &fresh.view(), "after the action");
    undo(&mut editor, &before);
    let mut fresh = Editor::open(encoding, &before);
    assert_same(&editor.view(), &fresh.view(), "after undoing it");

    // Undoes all of the typing, character by character.
    for character in typed.chars().rev() {
        editor.replace(at - character.len_utf8(), at, "");
        at -= character.len_utf8();
    }
    assert_eq!(editor.text, text);
    let mut fresh = Editor::open(encoding, &text);
    assert_same(&editor.view(), &fresh.view(), "after deleting it");
}

/// A single change from the current text back to `before`.
fn undo(editor: &mut Editor, before: &str) {
    let now = editor.text.clone();
    let same = |(left, right): &(char, char)| left == right;
    let prefix: usize = now
        .chars()
        .zip(before.chars())
        .take_while(same)
        .map(|(character, _)| character.len_utf8())
        .sum();
    let suffix: usize = now[prefix..]
        .chars()
        .rev()
        .zip(before[prefix..].chars().rev())
        .take_while(same)
        .map(|(character, _)| character.len_utf8())
        .sum();
    let insert = before[prefix..before.len() - suffix].to_owned();
    editor.replace(prefix, now.len() - suffix, &insert);
    assert_eq!(editor.text, before);
}

#[test]
fn typing_and_an_action_keep_the_view_in_utf_8() {
    typing_and_an_action_keep_the_view("utf-8", 1_000);
}

#[test]
fn typing_and_an_action_keep_the_view_in_utf_16() {
    typing_and_an_action_keep_the_view("utf-16", 10_000);
}

#[test]
fn typing_and_an_action_keep_the_view_in_utf_32() {
    typing_and_an_action_keep_the_view("utf-32", 1_000);
}

/// Edits of every kind at pseudorandom, reproducible positions.
#[test]
fn edits_anywhere_keep_the_view() {
    let inserts = [
        "",
        "x",
        "{",
        "}",
        "\n",
        "\r\n",
        "/*",
        "*/",
        "\"",
        "\u{1f980}",
        "if a { if b {} }",
        "r#\"",
    ];
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let mut editor = Editor::open(encoding, &long(300));
        let mut state = 1_u64;
        let mut next = |below: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from(state >> 33).unwrap() % below
        };
        for _ in 0..150 {
            let start = floor(&editor.text, next(editor.text.len()));
            let end = floor(&editor.text, (start + next(12)).min(editor.text.len()));
            editor.replace(start, end, inserts[next(inserts.len())]);
        }
        let mut fresh = Editor::open(encoding, &editor.text);
        assert_same(&editor.view(), &fresh.view(), "{encoding}");
    }
}

/// The start of the character at `offset`, but never between a carriage return and its newline, where no editor edits.
fn floor(text: &str, offset: usize) -> usize {
    let mut at = offset;
    while !text.is_char_boundary(at) || text[..at].ends_with('\r') {
        at -= 1;
    }
    at
}

#[test]
fn positions_of_this_client_return_to_their_bytes() {
    let text = "a\u{1f980}ö\n\nb";
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        for (at, _) in text.char_indices() {
            assert_eq!(offset(text, &position(text, at, encoding), encoding), at);
        }
    }
    assert_eq!(range((0, 0), (0, 0)), cursor(0, 0));
}
