//! Converts a layer's values to the shapes of their keys. No message repeats the string that was found: it may be a secret
//! under the wrong key.

use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use url::{Host, Url};

use super::{
    environment::expanded,
    keys::{COMMAND, FILE, Shape},
    problem::nearest,
    source::Source,
    tree::{Node, Placed},
    units,
};
use crate::{
    cache::{Address, Namespace, PublicKey, Scheme, Secret},
    os::USER_DIRECTORY,
    text::printable,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Flag(bool),
    Number(u64),
    Choice(&'static str),
    List(Vec<String>),
    Path(PathBuf),
    Address(Address),
    Secret(Secret),
    Namespace(Namespace),
    PublicKeys(Vec<PublicKey>),
    Word(String),
    Choices(Vec<&'static str>),
}

/// Why a value was refused.
pub(super) struct ValueFault {
    pub(super) message: String,
    pub(super) suggestion: Option<String>,
}

impl ValueFault {
    pub(super) fn expected(what: &str, found: &Node) -> Self {
        format!("expected {what}, found {}", found.kind()).into()
    }
}

impl From<String> for ValueFault {
    fn from(message: String) -> Self {
        Self {
            message,
            suggestion: None,
        }
    }
}

impl fmt::Display for Value {
    /// Writes TOML; for a secret, only its location.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: String| toml::Value::from(text);
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Choice(name) => write!(f, "\"{name}\""),
            Self::Path(path) => write!(f, "{}", text(path.display().to_string())),
            Self::List(list) => write!(f, "{}", toml::Value::from(list.clone())),
            Self::Word(word) => write!(f, "{}", text(word.clone())),
            Self::Choices(names) => write!(f, "{}", toml::Value::from(names.clone())),
            Self::Address(address) => write!(f, "{}", text(address.to_string())),
            Self::Secret(secret) => write!(f, "{}", text(secret.to_string())),
            Self::Namespace(namespace) => write!(f, "{}", text(namespace.to_string())),
            Self::PublicKeys(keys) => {
                let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
                write!(f, "{}", toml::Value::from(keys))
            }
        }
    }
}

impl Source<'_> {
    pub(super) fn value(&self, shape: Shape, node: &Node) -> Result<Value, ValueFault> {
        match shape {
            Shape::Flag => match node {
                Node::Flag(flag) => Ok(Value::Flag(*flag)),
                _ => Err(ValueFault::expected("true or false", node)),
            },
            Shape::Number { least, most } => number(least, most, node),
            Shape::Choice(names) => choice(names, node),
            Shape::Globs => Err(ValueFault::expected("a list of patterns", node)),
            Shape::Path => self.path(node).map(Value::Path),
            Shape::Size => size(node),
            Shape::Address => address(node),
            Shape::Secret => self.secret(node).map(Value::Secret),
            Shape::Namespace => namespace(node),
            Shape::PublicKeys => public_keys(node),
            Shape::Server => server(node),
            Shape::Word => word(node),
            Shape::Tokens => tokens(node),
            Shape::Choices(names) => choices(names, node),
            Shape::Seconds { most } => seconds(most, node),
        }
    }

    fn path(&self, node: &Node) -> Result<PathBuf, ValueFault> {
        let text = full_text("a path", node)?;
        Ok(self.base.join(self.at_home(Path::new(text))?))
    }

    fn at_home(&self, path: &Path) -> Result<PathBuf, ValueFault> {
        expanded(path, self.user).ok_or_else(|| {
            format!("`~` can't be resolved, because {USER_DIRECTORY} is not set").into()
        })
    }

    fn secret(&self, node: &Node) -> Result<Secret, ValueFault> {
        const WANTED: &str =
            "a string, `{ file = \"path\" }` or `{ command = [\"program\", \"argument\"] }`";
        let Node::Table(table) = node else {
            return full_text(WANTED, node).map(Secret::text);
        };
        let [(name, value)] = table.as_slice() else {
            return Err(format!("expected {WANTED}, found another table").into());
        };
        match name.text.as_str() {
            FILE => self.path(&value.node).map(Secret::File),
            COMMAND => self.command(&value.node).map(Secret::Command),
            _ => Err(format!("expected {WANTED}, found another table").into()),
        }
    }

    fn command(&self, node: &Node) -> Result<Vec<OsString>, ValueFault> {
        const WANTED: &str = "a program and its arguments, as a list of strings";
        let Node::List(words) = node else {
            return Err(ValueFault::expected(WANTED, node));
        };
        let word = |word: &Placed| match &word.node {
            Node::Text(text) => Ok(OsString::from(text)),
            other => Err(ValueFault::expected(WANTED, other)),
        };
        let mut words = words.iter().map(word).collect::<Result<Vec<_>, _>>()?;
        let Some(program) = words.first_mut().filter(|program| !program.is_empty()) else {
            return Err(format!("expected {WANTED}, found no program").into());
        };
        let path = self.at_home(Path::new(program))?;
        // A bare name is looked up in `PATH`; anything else is a relative or absolute path.
        if path.components().count() > 1 {
            *program = self.base.join(path).into_os_string();
        }
        Ok(words)
    }
}

/// Whether a value of this shape is a secret in plain text, rather than its location.
pub(super) fn holds_secret(shape: Shape, node: &Node) -> bool {
    let Node::Text(text) = node else {
        return false;
    };
    if text.contains("${") {
        return false;
    }
    match shape {
        Shape::Secret => true,
        Shape::Address | Shape::Server => Url::parse(text).is_ok_and(|url| {
            let mut query = url.query_pairs();
            url.password().is_some() || query.any(|(name, _)| name == "password")
        }),
        _ => false,
    }
}

fn full_text<'a>(wanted: &str, node: &'a Node) -> Result<&'a str, ValueFault> {
    match node {
        Node::Text(text) if text.is_empty() => {
            Err(format!("expected {wanted}, found an empty string").into())
        }
        Node::Text(text) => Ok(text),
        _ => Err(ValueFault::expected(wanted, node)),
    }
}

fn number(least: u64, most: u64, node: &Node) -> Result<Value, ValueFault> {
    let Node::Number(number) = node else {
        return Err(ValueFault::expected("a whole number", node));
    };
    let within = u64::try_from(*number)
        .ok()
        .filter(|number| (least..=most).contains(number));
    within.map(Value::Number).ok_or_else(|| {
        format!("expected a whole number from {least} to {most}, found {number}").into()
    })
}

fn choice(names: &'static [&'static str], node: &Node) -> Result<Value, ValueFault> {
    let Node::Text(text) = node else {
        return Err(ValueFault::expected(
            &format!("one of {}", quoted(names)),
            node,
        ));
    };
    if let Some(name) = names.iter().find(|name| *name == text) {
        return Ok(Value::Choice(name));
    }
    Err(ValueFault {
        message: format!("expected one of {}, found another string", quoted(names)),
        suggestion: nearest(text, names.iter().copied()).map(str::to_owned),
    })
}

fn size(node: &Node) -> Result<Value, ValueFault> {
    quantity("bytes as a number or as \"256MB\"", units::bytes, node)
}

fn tokens(node: &Node) -> Result<Value, ValueFault> {
    quantity("tokens as a number or as \"200k\"", units::tokens, node)
}

/// Validates a number, or a string with a unit.
fn quantity(
    wanted: &str,
    of_text: fn(&str) -> Option<u64>,
    node: &Node,
) -> Result<Value, ValueFault> {
    let quantity = match node {
        Node::Number(number) => u64::try_from(*number).ok(),
        Node::Text(text) => of_text(text),
        _ => None,
    };
    quantity.map(Value::Number).ok_or_else(|| match node {
        Node::Text(_) => format!("expected {wanted}, found another string").into(),
        _ => ValueFault::expected(wanted, node),
    })
}

/// Validates an address. Variables in it are expanded later, when connecting.
fn address(node: &Node) -> Result<Value, ValueFault> {
    let text = full_text("an address", node)?;
    let address = Address::from(text);
    if address.scheme().is_none() && !text.starts_with("${") {
        let wanted = "an address that starts with `postgresql://` or `https://`";
        return Err(format!("expected {wanted}, found another string").into());
    }
    if text.contains("${") {
        return Ok(Value::Address(address));
    }
    let url = Url::parse(text).map_err(|error| format!("invalid address: {error}"))?;
    if url.scheme() == "http" && !is_this_machine(&url) {
        let why = "others on the network could read and change what is sent";
        return Err(format!(
            "plain http is allowed only for this machine, because {why}; use `https://`"
        )
        .into());
    }
    Ok(Value::Address(address))
}

/// Validates the address of a server other than the cache's.
fn server(node: &Node) -> Result<Value, ValueFault> {
    let text = full_text("an address", node)?;
    let is_server = Address::from(text).scheme() == Some(Scheme::Http);
    if !is_server && !text.starts_with("${") {
        let wanted = "an address that starts with `https://`";
        return Err(format!("expected {wanted}, found another string").into());
    }
    address(node)
}

/// Validates a string that is displayed and sent to a server unchanged.
fn word(node: &Node) -> Result<Value, ValueFault> {
    const LONGEST: usize = 200;
    let text = full_text("a name", node)?;
    if text.len() > LONGEST || printable(text) != text || text.trim() != text {
        return Err("expected a name, found another string".to_owned().into());
    }
    Ok(Value::Word(text.to_owned()))
}

fn seconds(most: u64, node: &Node) -> Result<Value, ValueFault> {
    let wanted = "seconds as a number or as \"60s\"";
    let seconds = match node {
        Node::Number(number) => u64::try_from(*number).ok(),
        Node::Text(text) => units::seconds(text),
        _ => return Err(ValueFault::expected(wanted, node)),
    };
    let within = seconds.filter(|seconds| (1..=most).contains(seconds));
    within
        .map(Value::Number)
        .ok_or_else(|| format!("expected {wanted}, from 1 to {most}").into())
}

fn choices(names: &'static [&'static str], node: &Node) -> Result<Value, ValueFault> {
    let Node::List(list) = node else {
        let wanted = format!("a list of {}", quoted(names));
        return Err(ValueFault::expected(&wanted, node));
    };
    let mut chosen = Vec::new();
    for item in list {
        let Value::Choice(name) = choice(names, &item.node)? else {
            continue;
        };
        if !chosen.contains(&name) {
            chosen.push(name);
        }
    }
    Ok(Value::Choices(chosen))
}

pub(super) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn namespace(node: &Node) -> Result<Value, ValueFault> {
    let Node::Text(text) = node else {
        return Err(ValueFault::expected("a namespace", node));
    };
    let namespace = text.parse();
    namespace
        .map(Value::Namespace)
        .map_err(|error| error.to_string().into())
}

/// Parses all keys or none: dropping a key from the list would silently distrust it.
fn public_keys(node: &Node) -> Result<Value, ValueFault> {
    const WANTED: &str = "a list of public keys";
    let Node::List(list) = node else {
        return Err(ValueFault::expected(WANTED, node));
    };
    let key = |(at, item): (usize, &Placed)| match &item.node {
        Node::Text(text) => text
            .parse::<PublicKey>()
            .map_err(|error| format!("key {}: {error}", at + 1).into()),
        other => Err(ValueFault::expected("a public key", other)),
    };
    let keys = list.iter().enumerate().map(key);
    keys.collect::<Result<_, ValueFault>>()
        .map(Value::PublicKeys)
}

pub(super) fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
