//! The options as a JSON schema, for editors that complete and check TOML.

use serde_json::{Map, Value as Json, json};

use super::{
    keys::{ANY_SMELL, KEYS, Key, Shape},
    units::BYTES_PATTERN,
};
use crate::smells::{self, Smell};

/// The schema of `config.toml` and `rustassistant.toml` (JSON schema, draft 7).
pub fn schema() -> Json {
    schema_for(smells::all())
}

pub(super) fn schema_for(smells: &[Smell]) -> Json {
    let mut root = object(Map::new());
    root["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    root["title"] = json!("RustAssistant");
    for key in &KEYS {
        match key.path.split_once(ANY_SMELL) {
            None => insert(&mut root, key.path, of_key(key)),
            Some((table, rest)) => {
                let name = rest.trim_start_matches('.');
                for smell in smells {
                    let table = table.trim_end_matches('.');
                    insert_in_smell(&mut root, (table, smell.id, name), of_key(key));
                }
            }
        }
    }
    root
}

fn of_key(key: &Key) -> Json {
    let mut schema = of_shape(key.shape);
    schema["description"] = json!(key.doc);
    schema
}

fn of_shape(shape: Shape) -> Json {
    match shape {
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Number { least, most } => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Shape::Choice { names, .. } => json!({"type": "string", "enum": names}),
        Shape::Globs => json!({"type": "array", "items": {"type": "string"}}),
        Shape::Path => json!({"type": "string", "minLength": 1}),
        Shape::Size => json!({"anyOf": [
            {"type": "integer", "minimum": 0},
            {"type": "string", "pattern": BYTES_PATTERN},
        ]}),
    }
}

fn object(properties: Map<String, Json>) -> Json {
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

/// Puts `schema` at a dotted path of tables.
fn insert(root: &mut Json, path: &str, schema: Json) {
    let Some((table, name)) = path.rsplit_once('.') else {
        root["properties"][path] = schema;
        return;
    };
    table_at(root, table)["properties"][name] = schema;
}

/// A smell is a table, and in short a flag or its first limit.
fn insert_in_smell(root: &mut Json, (table, id, name): (&str, &str, &str), schema: Json) {
    let smell = &mut table_at(root, table)["properties"][id];
    if smell.is_null() {
        let short = [Shape::Flag, limit()].map(of_shape);
        let [flag, limit] = short;
        *smell = json!({"anyOf": [flag, limit, object(Map::new())]});
    }
    smell["anyOf"][2]["properties"][name] = schema;
}

fn limit() -> Shape {
    let warn = KEYS.iter().find(|key| key.path.ends_with(".warn"));
    warn.map_or(Shape::Flag, |key| key.shape)
}

fn table_at<'a>(root: &'a mut Json, path: &str) -> &'a mut Json {
    path.split('.').fold(root, |table, name| {
        let inner = &mut table["properties"][name];
        if inner.is_null() {
            *inner = object(Map::new());
        }
        inner
    })
}

#[cfg(test)]
mod tests;
