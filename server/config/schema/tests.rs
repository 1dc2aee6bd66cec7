use std::path::Path;

use super::*;
use crate::{
    config::{
        decode::{DecodedLayer, decode},
        source::{Source, SourceKind},
        tree::{Node, from_json},
    },
    smells::{Limits, Look},
};

const SMELLS: [Smell; 1] = [Smell::new(
    "long-function",
    Limits::of(1, 2),
    Look::Function(|_, _| {}),
    |_, _| String::new(),
)];

/// Decodes `value` at a dotted path of a user's layer.
fn decoded(path: &str, value: Json, smells: &[Smell]) -> DecodedLayer {
    let tree = path
        .rsplit('.')
        .fold(value, |inner, name| json!({name: inner}));
    let Node::Table(table) = from_json(&tree) else {
        panic!("an object is a table");
    };
    let source = Source {
        kind: SourceKind::Flag(path),
        base: Path::new("/"),
        user: Some(Path::new("/home")),
        smells,
    };
    decode(&table, source)
}

/// All paths of the schema that have a value, with the value's schema.
fn leaves(path: &str, schema: &Json) -> Vec<(String, Json)> {
    if let Some(alternatives) = schema["anyOf"].as_array() {
        return alternatives
            .iter()
            .flat_map(|alternative| leaves(path, alternative))
            .collect();
    }
    let Some(properties) = schema["properties"].as_object() else {
        return vec![(path.to_owned(), schema.clone())];
    };
    assert_eq!(schema["additionalProperties"], json!(false), "{path}");
    let inner = |name: &String| match path {
        "" => name.clone(),
        _ => format!("{path}.{name}"),
    };
    properties
        .iter()
        .flat_map(|(name, schema)| leaves(&inner(name), schema))
        .collect()
}

/// Values that are valid under a schema, and values that aren't.
fn samples(schema: &Json) -> (Vec<Json>, Vec<Json>) {
    match schema["type"].as_str().unwrap() {
        "boolean" => (
            vec![json!(true), json!(false)],
            vec![json!("true"), json!([])],
        ),
        "integer" => {
            let least = schema["minimum"].as_i64().unwrap();
            let most = schema["maximum"].as_i64();
            let mut good = vec![json!(least), json!(least + 1)];
            let mut bad = vec![json!(least - 1), json!(1.5), json!({})];
            good.extend(most.map(|most| json!(most)));
            bad.extend(most.map(|most| json!(most + 1)));
            (good, bad)
        }
        "array" if schema["minItems"] == 1 => (vec![json!(["pass"])], vec![json!([]), json!([1])]),
        "array" if !schema["items"]["enum"].is_null() => {
            let names = schema["items"]["enum"].clone();
            (vec![json!([]), names], vec![json!(["another"]), json!([1])])
        }
        "array" if !schema["items"]["pattern"].is_null() => {
            let (good, bad) = of_pattern(&schema["items"]);
            let lists = |items: Vec<Json>| items.into_iter().map(|item| json!([item])).collect();
            (lists(good), lists(bad))
        }
        "array" => (
            vec![json!([]), json!(["a/"])],
            vec![json!("a/"), json!([1])],
        ),
        "string" if !schema["enum"].is_null() => {
            let names = schema["enum"].as_array().unwrap().clone();
            (names, vec![json!("another"), json!(["x"])])
        }
        "string" if !schema["pattern"].is_null() => of_pattern(schema),
        "string" => (vec![json!("~/x"), json!("x")], vec![json!(""), json!([])]),
        other => panic!("no sample of {other}"),
    }
}

fn of_pattern(schema: &Json) -> (Vec<Json>, Vec<Json>) {
    let public = format!("ed25519:58{}", "66".repeat(31));
    let (good, bad): (&[&str], &[&str]) = match schema["pattern"].as_str().unwrap() {
        BYTES_PATTERN => (&["256MB", "1 kib"], &["much", ""]),
        ADDRESS_PATTERN => (
            &[
                "postgresql://a/b",
                "postgres:///b",
                "https://a.b/c",
                "${URL}",
            ],
            &["", "a.b", "ftp://a"],
        ),
        SERVER_PATTERN => (
            &["https://a.b/c", "http://127.0.0.1:1/v1", "${URL}"],
            &["", "a.b", "postgres://a"],
        ),
        TOKENS_PATTERN => (&["200k", "3 M", "17"], &["much", "", "3MB"]),
        SECONDS_PATTERN => (&["60s", "2 min"], &["long", "", "60"]),
        NAMESPACE_PATTERN => (&["main", "pr-17"], &["", "Main", "a/b"]),
        PUBLIC_KEY_PATTERN => (&[&public], &["", "ed25519:", "rsa:00"]),
        other => panic!("no sample of {other}"),
    };
    let values = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect();
    (values(good), values(bad))
}

#[test]
fn every_key_of_the_schema_decodes() {
    for (path, schema) in leaves("", &schema_for(&SMELLS)) {
        let (good, _) = samples(&schema);
        for value in good {
            let layer = decoded(&path, value.clone(), &SMELLS);
            assert_eq!(layer.problems, [], "{path} = {value}");
            assert_eq!(layer.settings.len(), 1, "{path} = {value}");
        }
    }
}

#[test]
fn what_the_schema_forbids_does_not_decode() {
    let schema = schema_for(&SMELLS);
    let leaves = leaves("", &schema);
    for (path, schema) in &leaves {
        // A value that is invalid for one of several shapes may be valid for another.
        if leaves.iter().filter(|(other, _)| other == path).count() > 1 {
            continue;
        }
        for value in samples(schema).1 {
            let layer = decoded(path, value.clone(), &SMELLS);
            assert_eq!(layer.problems.len(), 1, "{path} = {value}");
        }
    }
    for name in [
        "unknown",
        "smells.unknown",
        "cache.unknown",
        "cache.api_key.unknown",
        "cache.team.unknown",
        "smells.long-function.unknown",
    ] {
        assert_eq!(decoded(name, json!(1), &SMELLS).problems.len(), 1, "{name}");
    }
}

#[test]
fn every_key_that_is_decoded_is_in_the_schema() {
    let leaves = leaves("", &schema_for(&SMELLS));
    for key in &KEYS {
        let path = key.path.replace(ANY_SMELL, "long-function");
        assert!(leaves.iter().any(|(known, _)| *known == path), "{path}");
    }
    let mut distinct: Vec<_> = leaves.into_iter().map(|(path, _)| path).collect();
    distinct.sort_unstable();
    distinct.dedup();
    // The smell itself counts once more, as a flag or a limit, and a secret may be a file or a command.
    let secrets = KEYS.iter().filter(|key| key.shape == Shape::Secret);
    assert_eq!(distinct.len(), KEYS.len() + 1 + 2 * secrets.count());
}

#[test]
fn every_smell_of_the_registry_is_in_the_schema() {
    let schema = schema();
    let properties = schema["properties"]["smells"]["properties"].as_object();
    let named: Vec<&str> = properties
        .into_iter()
        .flatten()
        .map(|(id, _)| id.as_str())
        .collect();
    let mut known: Vec<&str> = smells::all().iter().map(|smell| smell.id).collect();
    known.sort_unstable();
    assert_eq!(named, known);
    for id in known {
        let layer = decoded(&format!("smells.{id}"), json!(false), smells::all());
        assert_eq!((layer.settings.len(), layer.problems.len()), (1, 0), "{id}");
    }
}
