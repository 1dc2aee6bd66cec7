//! Tests of changes to several files in the protocol's format.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::{
    lsp::session::document::hash,
    syntax::FileContext,
    text::{Edit, Steps, TextRange},
};

const ASKED: &str = "fn a() {}\nmod tests {}\n";
const OTHER: FileId = FileId(1);

fn profile(operations: &[&str], annotates: bool) -> Profile {
    let mut edit = json!({"documentChanges": true, "resourceOperations": operations});
    if annotates {
        edit["changeAnnotationSupport"] = json!({"groupsOnLabel": true});
    }
    Profile::read(&json!({"capabilities": {"workspace": {"workspaceEdit": edit}}}))
}

/// `src/a.rs`, which is open, and `src/other.rs`, which isn't.
fn known(root: &Path) -> KnownFiles {
    let file = |name: &str, text: &str, version| {
        let path = root.join("src").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        KnownFile {
            uri: Url::from_file_path(&path).unwrap(),
            path: Some(path),
            version,
            file: OpenFile::new(text, FileContext::default()),
        }
    };
    KnownFiles {
        files: BTreeMap::from([
            (FileId::ASKED, file("a.rs", ASKED, Some(7))),
            (OTHER, file("other.rs", "fn b() {}\n", None)),
        ]),
        root: Some(root.to_path_buf()),
    }
}

fn edits(start: u32, end: u32, text: &str) -> Edits {
    let range = TextRange::new(start.into(), end.into());
    Edits::new(vec![Edit::replace(range, text)]).unwrap()
}

fn new_file(components: &[&str]) -> NewFile {
    NewFile::beside(FileId::ASKED, components).unwrap()
}

/// All kinds of steps: creates `src/a/tests.rs`, edits both files, and renames the other one.
fn steps() -> Steps {
    Steps {
        edits: BTreeMap::from([
            (FileId::ASKED, edits(20, 22, ";")),
            (OTHER, edits(3, 4, "c")),
        ]),
        files: vec![
            FileStep::Rename {
                file: OTHER,
                to: new_file(&["renamed.rs"]),
            },
            FileStep::Create {
                at: new_file(&["a", "tests.rs"]),
                text: "fn t() {}\n".into(),
            },
        ],
    }
}

const TITLE: &str = "Move tests to `a/tests.rs`";

fn made(root: &TempDir, steps: &Steps, profile: &Profile) -> Result<Value, String> {
    let edit = known(root.path()).edit(TITLE, steps, profile);
    let edit = edit.map_err(|why| why.to_string())?;
    Ok(serde_json::to_value(edit).unwrap())
}

fn uri(root: &TempDir, file: &str) -> Url {
    Url::from_file_path(root.path().join("src").join(file)).unwrap()
}

#[test]
fn creations_come_first_and_renames_last() {
    let root = tempfile::tempdir().unwrap();
    let edit = made(&root, &steps(), &profile(&["create", "rename"], false)).unwrap();
    let at = |line: u32, from: u32, to: u32| json!({"start": {"line": line, "character": from}, "end": {"line": line, "character": to}});
    let new = uri(&root, "a/tests.rs");
    let expected = json!({"documentChanges": [
        {"kind": "create", "uri": new, "options": {"overwrite": false, "ignoreIfExists": false}},
        {"textDocument": {"uri": new, "version": null},
         "edits": [{"range": at(0, 0, 0), "newText": "fn t() {}\n"}]},
        {"textDocument": {"uri": uri(&root, "a.rs"), "version": 7},
         "edits": [{"range": at(1, 10, 12), "newText": ";"}]},
        {"textDocument": {"uri": uri(&root, "other.rs"), "version": null},
         "edits": [{"range": at(0, 3, 4), "newText": "c"}]},
        {"kind": "rename", "oldUri": uri(&root, "other.rs"), "newUri": uri(&root, "renamed.rs")},
    ]});
    assert_eq!(edit, expected);
}

#[test]
fn whoever_can_agree_is_asked_for_all_steps_at_once() {
    let root = tempfile::tempdir().unwrap();
    let edit = made(&root, &steps(), &profile(&["create", "rename"], true)).unwrap();
    let annotation = json!({"label": TITLE, "needsConfirmation": true});
    assert_eq!(edit["changeAnnotations"], json!({TITLE: annotation}));
    for change in edit["documentChanges"].as_array().unwrap() {
        let of_texts = change["edits"].as_array().into_iter().flatten();
        let ids: Vec<&Value> = match change.get("kind") {
            Some(_) => vec![&change["annotationId"]],
            None => of_texts.map(|edit| &edit["annotationId"]).collect(),
        };
        assert!(ids.iter().all(|id| **id == TITLE), "{change}");
    }
    let alone = Steps::of_one(edits(20, 22, ";"));
    let edit = made(&root, &alone, &profile(&["create"], true)).unwrap();
    assert!(edit.get("changeAnnotations").is_none(), "{edit}");
}

#[test]
fn clients_are_given_no_operation_that_they_do_not_list() {
    let root = tempfile::tempdir().unwrap();
    for (listed, missing) in [
        (&[][..], "create"),
        (&["rename"], "create"),
        (&["create"], "rename"),
    ] {
        let mut steps = steps();
        steps.files.reverse();
        let why = made(&root, &steps, &profile(listed, true)).unwrap_err();
        assert_eq!(why, format!("This editor can't {missing} files."));
    }
    let alone = Steps::of_one(edits(20, 22, ";"));
    assert!(made(&root, &alone, &profile(&[], false)).is_ok());
}

#[test]
fn a_place_that_is_taken_or_not_ours_is_refused_with_a_reason() {
    let create = |components: &[&str]| Steps {
        edits: BTreeMap::new(),
        files: vec![FileStep::Create {
            at: new_file(components),
            text: String::new(),
        }],
    };
    let root = tempfile::tempdir().unwrap();
    let all = profile(&["create", "rename"], false);
    for (name, why) in [("other.rs", "exists already"), ("Other.rs", "only in case")] {
        let refused = made(&root, &create(&[name]), &all).unwrap_err();
        assert!(refused.contains(why), "{refused}");
    }
    let mut outside = known(root.path());
    outside.root = Some(root.path().join("src/inner"));
    fs::create_dir(root.path().join("src/inner")).unwrap();
    let refused = outside.edit(TITLE, &create(&["new.rs"]), &all).unwrap_err();
    assert!(refused.to_string().contains("outside"), "{refused}");
    let mut unnamed = known(root.path());
    unnamed.files.get_mut(&FileId::ASKED).unwrap().path = None;
    assert!(unnamed.edit(TITLE, &create(&["new.rs"]), &all).is_err());
}

#[test]
fn the_basis_names_every_other_file_and_what_must_not_be_there() {
    let root = tempfile::tempdir().unwrap();
    let known = known(root.path());
    let basis = known.basis(&steps(), &[OTHER]).unwrap();
    let expected = json!([
        {"uri": uri(&root, "other.rs"), "hash": hash("fn b() {}\n")},
        {"uri": uri(&root, "renamed.rs"), "hash": null},
        {"uri": uri(&root, "a/tests.rs"), "hash": null},
    ]);
    assert_eq!(serde_json::to_value(&basis).unwrap(), expected);
    let alone = Steps::of_one(edits(20, 22, ";"));
    assert_eq!(known.basis(&alone, &[]).unwrap(), []);
    fs::create_dir(root.path().join("src/a")).unwrap();
    fs::write(root.path().join("src/a/tests.rs"), "").unwrap();
    assert!(known.basis(&steps(), &[]).is_err());
}
