//! The unchecked values of a layer, from TOML or JSON.

use std::ops::Range;

use serde_json::Value as Json;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A value with its byte range in the file; an empty range at 0 if there is no file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) node: Node,
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// JSON's `null`, which is treated like a missing key.
    Nothing,
    Flag(bool),
    Number(i64),
    Text(String),
    List(Vec<Placed>),
    Table(Table),
    /// A value that no key accepts: a float, a date, or a number beyond 64 bits.
    Other(&'static str),
}

/// Entries in source order.
pub(super) type Table = Vec<(KeyName, Placed)>;

/// A key as written, with its position.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeyName {
    pub(super) text: String,
    pub(super) at: Range<usize>,
}

/// Parses TOML; fails on a syntax error, as recovering would be guesswork.
pub(super) fn from_toml(text: &str) -> Result<Table, toml::de::Error> {
    Ok(table_of(DeTable::parse(text)?.get_ref()))
}

/// The settings of an editor: an object, optionally nested in a single key `rustassistant`. `null` sets nothing.
pub(super) fn from_json(value: &Json) -> Node {
    match value {
        Json::Object(map) if map.len() == 1 => {
            node_of_json(map.get("rustassistant").unwrap_or(value))
        }
        _ => node_of_json(value),
    }
}

impl Node {
    /// The name of its type, for "found …".
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Flag(_) => "true or false",
            Self::Number(number) if *number < 0 => "a negative number",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

impl KeyName {
    pub(super) fn without_place(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            at: 0..0,
        }
    }
}

impl Placed {
    pub(super) fn without_place(node: Node) -> Self {
        Self { node, at: 0..0 }
    }
}

fn table_of(table: &DeTable<'_>) -> Table {
    let pair = |(name, value): (&Spanned<_>, &Spanned<_>)| (name_of(name), placed(value));
    table.iter().map(pair).collect()
}

fn name_of(name: &Spanned<std::borrow::Cow<'_, str>>) -> KeyName {
    KeyName {
        text: name.get_ref().to_string(),
        at: name.span(),
    }
}

fn placed(value: &Spanned<DeValue<'_>>) -> Placed {
    let node = match value.get_ref() {
        DeValue::Boolean(flag) => Node::Flag(*flag),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Node::Other("a number beyond 64 bits"), Node::Number),
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Array(list) => Node::List(list.iter().map(placed).collect()),
        DeValue::Table(table) => Node::Table(table_of(table)),
        DeValue::Float(_) => Node::Other("a fraction"),
        DeValue::Datetime(_) => Node::Other("a date"),
    };
    Placed {
        node,
        at: value.span(),
    }
}

fn node_of_json(value: &Json) -> Node {
    match value {
        Json::Null => Node::Nothing,
        Json::Bool(flag) => Node::Flag(*flag),
        Json::Number(number) => number
            .as_i64()
            .map_or(Node::Other("a fraction"), Node::Number),
        Json::String(text) => Node::Text(text.clone()),
        Json::Array(list) => Node::List(list.iter().map(placed_of_json).collect()),
        Json::Object(map) => {
            let pair = |(text, value): (&String, &Json)| {
                (KeyName::without_place(text), placed_of_json(value))
            };
            Node::Table(map.iter().map(pair).collect())
        }
    }
}

fn placed_of_json(value: &Json) -> Placed {
    Placed::without_place(node_of_json(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn toml_values_know_their_place() {
        let text = "a = 1\n[b]\nc = 'x'\n";
        let table = from_toml(text).unwrap();
        let (name, b) = &table[1];
        assert_eq!(&text[name.at.clone()], "b");
        let Node::Table(inner) = &b.node else {
            panic!("b is a table");
        };
        assert_eq!(&text[inner[0].0.at.clone()], "c");
        assert_eq!(&text[inner[0].1.at.clone()], "'x'");
    }

    #[test]
    fn numbers_of_every_notation_are_numbers() {
        let table = from_toml("a = 0x1F\nb = 1_000\nc = -3\nd = 99999999999999999999\n").unwrap();
        let nodes: Vec<_> = table.into_iter().map(|(_, value)| value.node).collect();
        let expected = [
            Node::Number(31),
            Node::Number(1000),
            Node::Number(-3),
            Node::Other("a number beyond 64 bits"),
        ];
        assert_eq!(nodes, expected);
    }

    #[test]
    fn a_single_key_of_the_program_s_name_is_unwrapped() {
        let wrapped = from_json(&json!({"rustassistant": {"profile": "full"}}));
        assert_eq!(wrapped, from_json(&json!({"profile": "full"})));
    }

    #[test]
    fn the_program_s_name_beside_other_keys_is_left_alone() {
        let Node::Table(table) = from_json(&json!({"rustassistant": {}, "profile": "full"})) else {
            panic!("an object is a table");
        };
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn null_sets_nothing_also_inside_the_program_s_name() {
        assert_eq!(from_json(&Json::Null), Node::Nothing);
        assert_eq!(from_json(&json!({"rustassistant": null})), Node::Nothing);
    }
}
