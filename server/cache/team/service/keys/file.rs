//! Reads and writes the key file.
//!
//! ```toml
//! # Accepted signers; all are accepted if there are none here and none on the command line.
//! trusted_keys = ["ed25519:.."]
//!
//! [[key]]
//! name = "ci"
//! hash = "blake3:.."
//! rights = ["read", "write"]
//! namespaces = ["main", "pr-*"]
//! ```
//!
//! Keys are added and removed by editing the text, so everything else in it is preserved.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{Grant, KeyRing, Pattern, Right, hash};
use crate::team::service::private;
use crate::{Namespace, PublicKey};
use rustassistant_os as os;

/// Prefix of bearer keys, which makes leaked keys recognisable.
const PREFIX: &str = "rakey-";
const HASH: &str = "blake3:";
/// Maximum size of the file in bytes, far above that of any real one.
const MOST_BYTES: u64 = 1 << 20;
const HEADER: &str = "\
# The keys of `rustassistant cache serve`. A change is noticed within seconds.
# It holds only hashes: a reader of this file can't use a key, but whoever can write it can grant access.
";

/// The key file.
#[derive(Clone, Debug)]
pub struct KeyFile(PathBuf);

/// Problem with the file, with a message that says how to fix it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct KeyFileError {
    path: PathBuf,
    what: String,
}

/// A key to create.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: String,
    pub rights: Vec<Right>,
    pub namespaces: Vec<Pattern>,
}

impl KeyFile {
    pub fn at(path: impl Into<PathBuf>) -> KeyFile {
        KeyFile(path.into())
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn exists(&self) -> bool {
        self.0.exists()
    }

    /// Reads the file, which must exist.
    pub fn read(&self) -> Result<KeyRing, KeyFileError> {
        let text = self.text()?;
        self.ring(&text)
    }

    /// Creates a key and stores its hash; only the caller ever sees the key.
    pub fn add(&self, key: &NewKey) -> Result<SecretString, KeyFileError> {
        if !is_name(&key.name) {
            return Err(self.error("a name is 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`"));
        }
        self.change(|text| {
            if self
                .ring(text)?
                .grants
                .iter()
                .any(|grant| *grant.name == key.name)
            {
                return Err(self.error(format_args!("a key named `{}` already exists", key.name)));
            }
            let secret =
                generate().ok_or_else(|| self.error("the system provides no randomness"))?;
            let block = block(key, &hash(secret.expose_secret()));
            Ok((format!("{text}{block}"), secret))
        })
    }

    /// Removes a key; returns whether it existed.
    pub fn remove(&self, name: &str) -> Result<bool, KeyFileError> {
        self.change(|text| {
            let mut blocks = blocks(text);
            let before = blocks.len();
            blocks.retain(|block| {
                let ring = self.ring(block);
                !ring.is_ok_and(|ring| ring.grants.iter().any(|grant| *grant.name == *name))
            });
            Ok((blocks.concat(), blocks.len() < before))
        })
    }

    /// Adds a trusted signer.
    pub fn trust(&self, key: &PublicKey) -> Result<(), KeyFileError> {
        self.change(|text| {
            let mut trusted = self.ring(text)?.trusted;
            if !trusted.is_empty() {
                return Err(self.error("`trusted_keys` already exists; add the key by hand"));
            }
            trusted.push(key.clone());
            let mut blocks = blocks(text);
            let line = format!("trusted_keys = [\"{key}\"]\n\n");
            match blocks.first_mut() {
                Some(head) => head.push_str(&line),
                None => blocks.push(line),
            }
            Ok((blocks.concat(), ()))
        })
    }

    /// Applies one change at a time, atomically.
    fn change<T>(
        &self,
        change: impl FnOnce(&str) -> Result<(String, T), KeyFileError>,
    ) -> Result<T, KeyFileError> {
        let folder = self.0.parent().unwrap_or(Path::new("."));
        private::folder(folder).map_err(|error| self.error(error))?;
        let mut lock = self.0.clone().into_os_string();
        lock.push(".lock");
        let lock = private::file(Path::new(&lock)).map_err(|error| self.error(error))?;
        lock.lock().map_err(|error| self.error(error))?;
        let text = if self.exists() {
            self.text()?
        } else {
            HEADER.to_owned()
        };
        let (text, result) = change(&text)?;
        self.write(folder, &text)
            .map_err(|error| self.error(error))?;
        Ok(result)
    }

    fn write(&self, folder: &Path, text: &str) -> std::io::Result<()> {
        // Such a file is only readable by its owner.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&self.0)?;
        Ok(())
    }

    fn text(&self) -> Result<String, KeyFileError> {
        let metadata = fs::metadata(&self.0).map_err(|error| self.error(error))?;
        if !metadata.is_file() || metadata.len() > MOST_BYTES {
            return Err(self.error("this is not a key file"));
        }
        if os::is_in_others_hands(&metadata) {
            return Err(self.error("it is writable by others; make it yours alone (chmod 600)"));
        }
        fs::read_to_string(&self.0).map_err(|error| self.error(error))
    }

    fn ring(&self, text: &str) -> Result<KeyRing, KeyFileError> {
        let document: KeyDocument = toml::from_str(text).map_err(|error| {
            // The error's `Display` quotes the line, which may contain a key by mistake.
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = 1 + before.unwrap_or_default().matches('\n').count();
            self.error(format_args!("line {line}: {}", error.message()))
        })?;
        let mut ring = KeyRing::default();
        for text in &document.trusted_keys {
            let key = text.parse().map_err(|error| self.error(error))?;
            ring.trusted.push(key);
        }
        for row in document.key {
            let grant = row.grant().map_err(|what| self.error(what))?;
            if ring.grants.iter().any(|other| other.name == grant.name) {
                return Err(self.error(format_args!("two keys are named `{}`", grant.name)));
            }
            ring.grants.push(Arc::new(grant));
        }
        Ok(ring)
    }

    fn error(&self, what: impl fmt::Display) -> KeyFileError {
        KeyFileError {
            path: self.0.clone(),
            what: what.to_string(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyDocument {
    #[serde(default)]
    trusted_keys: Vec<String>,
    #[serde(default)]
    key: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    hash: String,
    rights: Vec<Right>,
    namespaces: Vec<String>,
}

impl Row {
    fn grant(self) -> Result<Grant, String> {
        if !is_name(&self.name) {
            return Err(
                "the name of a key is 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`".to_owned(),
            );
        }
        let hash = self.hash.strip_prefix(HASH);
        let hash = hash.and_then(|digits| blake3::Hash::from_hex(digits).ok());
        let hash = hash.ok_or_else(|| {
            format!(
                "the hash of `{}` is not `blake3:` and 64 hexadecimal digits; make keys with `rustassistant cache serve add-key`",
                self.name
            )
        })?;
        let namespaces = self.namespaces.iter().map(|text| text.parse());
        Ok(Grant {
            rights: self.rights,
            namespaces: namespaces.collect::<Result<_, String>>()?,
            name: self.name.into(),
            hash,
        })
    }
}

fn is_name(text: &str) -> bool {
    text.parse::<Namespace>().is_ok()
}

fn generate() -> Option<SecretString> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    let mut text = PREFIX.to_owned();
    for byte in bytes {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
    }
    Some(SecretString::from(text))
}

fn block(key: &NewKey, hash: &blake3::Hash) -> String {
    let list = |items: Vec<String>| format!("[\"{}\"]", items.join("\", \""));
    let rights = list(key.rights.iter().map(Right::to_string).collect());
    let namespaces = list(key.namespaces.iter().map(Pattern::to_string).collect());
    format!(
        "\n[[key]]\nname = \"{}\"\nhash = \"{HASH}{}\"\nrights = {rights}\nnamespaces = {namespaces}\n",
        key.name,
        hash.to_hex()
    )
}

/// Splits the text before each key; comments belong to the block they are in.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.trim() == "[[key]]" {
            blocks.push(String::new());
        }
        if let Some(block) = blocks.last_mut() {
            block.push_str(line);
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, KeyFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::at(folder.path().join("serve/keys.toml"));
        (folder, file)
    }

    fn key(name: &str, namespaces: &[&str]) -> NewKey {
        NewKey {
            name: name.to_owned(),
            rights: vec![Right::Read, Right::Write],
            namespaces: namespaces
                .iter()
                .map(|text| text.parse().unwrap())
                .collect(),
        }
    }

    #[test]
    fn a_key_opens_what_it_was_made_for() {
        let (_folder, file) = file();
        let ci = file.add(&key("ci", &["main", "pr-*"])).unwrap();
        let dev = file.add(&key("dev", &["*"])).unwrap();
        let ring = file.read().unwrap();
        let grant = ring.find(ci.expose_secret()).unwrap();
        assert_eq!(&*grant.name, "ci");
        let covers = |text: &str| grant.covers(&text.parse().unwrap());
        assert!(covers("main") && covers("pr-17") && covers("pr-"));
        assert!(!covers("main2") && !covers("pr") && !covers("release"));
        assert_eq!(&*ring.find(dev.expose_secret()).unwrap().name, "dev");
        assert!(ring.find("").is_none() && ring.find("ci").is_none());
    }

    #[test]
    fn the_file_holds_no_key() {
        let (_folder, file) = file();
        let secret = file.add(&key("ci", &["main"])).unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        assert!(!text.contains(&secret.expose_secret()[PREFIX.len()..]));
        assert!(text.contains("[\"read\", \"write\"]"), "{text}");
    }

    #[test]
    fn a_removed_key_takes_its_comments_with_it_and_no_others() {
        let (_folder, file) = file();
        for name in ["one", "two", "three"] {
            file.add(&key(name, &["main"])).unwrap();
        }
        assert_eq!(file.remove("two"), Ok(true));
        assert_eq!(file.remove("two"), Ok(false));
        let ring = file.read().unwrap();
        let names: Vec<_> = ring.grants().iter().map(|grant| &*grant.name).collect();
        assert_eq!(names, ["one", "three"]);
        assert!(fs::read_to_string(file.path()).unwrap().starts_with(HEADER));
    }

    #[test]
    fn a_signer_is_named_before_the_keys() {
        let (_folder, file) = file();
        let signer = crate::SigningKey::generate().unwrap().public();
        file.add(&key("ci", &["main"])).unwrap();
        file.trust(&signer).unwrap();
        let ring = file.read().unwrap();
        assert_eq!((ring.trusted(), ring.grants().len()), (&[signer][..], 1));
    }

    #[test]
    fn mistakes_are_named_and_never_shown() {
        let (_folder, file) = file();
        file.add(&key("ci", &["main"])).unwrap();
        assert!(file.add(&key("ci", &["main"])).is_err());
        assert!(file.add(&key("C I", &["main"])).is_err());
        let good = fs::read_to_string(file.path()).unwrap();
        for (text, said) in [
            (good.replace("blake3:", "s3cret"), "the hash of `ci`"),
            (good.replace("name =", "s3cret = s3cret #"), "line "),
            (good.replace("[\"main\"]", "[\"Main\"]"), "a namespace is"),
            (good.replace("\"write\"", "\"admin\""), "line 7"),
            (
                format!("{good}{}", blocks(&good)[1]),
                "two keys are named `ci`",
            ),
            (
                format!("trusted_keys = [\"s3cret\"]\n{good}"),
                "a public key is",
            ),
        ] {
            fs::write(file.path(), &text).unwrap();
            let error = file.read().unwrap_err().to_string();
            assert!(error.contains(said) && !error.contains("s3cret"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_write_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, file) = file();
        file.add(&key("ci", &["main"])).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(file.path()), 0o600);
        assert_eq!(mode(file.path().parent().unwrap()), 0o700);
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o620)).unwrap();
        let error = file.read().unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }
}
