//! Passwords and keys: reads them, and never prints them.
//!
//! A secret is read when it is first needed, so a run without a team's cache never queries a password manager. Neither a source
//! nor a secret is shown in `Debug`, an error or a log.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

pub use secrecy::{ExposeSecret, SecretString};

use super::{Fault, FaultKind};

/// Timeout for the command that prints a secret; a password manager may have to be unlocked first.
const PATIENCE: Duration = Duration::from_mins(1);

/// Source of a secret. `Display` shows the source and never the secret.
#[derive(Clone)]
pub enum Secret {
    /// The secret itself, in which `${NAME}` refers to environment variables.
    Text(SecretString),
    /// The first line of a file.
    File(PathBuf),
    /// The first line that a program prints.
    Command(Vec<OsString>),
}

impl Secret {
    pub fn text(text: impl Into<String>) -> Secret {
        Secret::Text(SecretString::from(text.into()))
    }

    /// Reads the secret. A fault reports what is missing, and nothing that was read.
    pub async fn read(&self) -> Result<SecretString, Fault> {
        match self {
            Secret::Text(text) => expand(text.expose_secret()),
            Secret::File(path) => {
                let text = tokio::fs::read_to_string(path).await;
                let text = text.map_err(|error| missing(format!("{}: {error}", path.display())))?;
                first_line(text).ok_or_else(|| missing(format!("{} is empty", path.display())))
            }
            Secret::Command(words) => of_command(words).await,
        }
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        match (self, other) {
            (Secret::Text(one), Secret::Text(two)) => one.expose_secret() == two.expose_secret(),
            (Secret::File(one), Secret::File(two)) => one == two,
            (Secret::Command(one), Secret::Command(two)) => one == two,
            _ => false,
        }
    }
}

impl Eq for Secret {}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Secret::Text(text) => match variables(text.expose_secret()).as_slice() {
                [name] if text.expose_secret().len() == name.len() + 3 => write!(f, "${{{name}}}"),
                _ => f.write_str("(hidden)"),
            },
            Secret::File(path) => write!(f, "the first line of {}", path.display()),
            // Arguments may be secrets.
            Secret::Command(words) => {
                let program = words.first().map(|word| word.to_string_lossy());
                write!(f, "what `{}` prints", program.unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

/// Replaces the variables in the text with their values.
pub(super) fn expand(text: &str) -> Result<SecretString, Fault> {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = next_variable(rest) {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| missing(format!("the variable {name} is not set")))?;
        expanded.push_str(before);
        expanded.push_str(&value);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(SecretString::from(expanded))
}

/// Returns the names of the variables in a text.
fn variables(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, name, after)) = next_variable(rest) {
        names.push(name);
        rest = after;
    }
    names
}

/// Splits at the next `${NAME}`: the text before it, the name, and the text after it.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

async fn of_command(words: &[OsString]) -> Result<SecretString, Fault> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(missing("the command is empty".to_owned()));
    };
    let shown = program.to_string_lossy();
    let mut command = tokio::process::Command::new(program);
    // The language server's streams carry its protocol, so the program must not use them.
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    let output = output
        .map_err(|_| missing(format!("`{shown}` did not end within a minute")))?
        .map_err(|error| missing(format!("`{shown}` can't be run: {error}")))?;
    if !output.status.success() {
        return Err(missing(format!("`{shown}` failed ({})", output.status)));
    }
    String::from_utf8(output.stdout)
        .ok()
        .and_then(first_line)
        .ok_or_else(|| missing(format!("the output of `{shown}` is empty or not UTF-8")))
}

fn first_line(text: String) -> Option<SecretString> {
    let text = SecretString::from(text);
    let line = text.expose_secret().lines().next()?.trim();
    (!line.is_empty()).then(|| SecretString::from(line))
}

fn missing(detail: String) -> Fault {
    Fault::new(FaultKind::Setting).because(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(secret: &Secret) -> Result<String, String> {
        let secret = secret.read().await;
        secret
            .map(|secret| secret.expose_secret().to_owned())
            .map_err(|fault| fault.to_string())
    }

    #[tokio::test]
    async fn a_variable_that_is_not_set_is_named() {
        let secret = Secret::text("${RUSTASSISTANT_TEST_UNSET}");
        let fault = read(&secret).await.unwrap_err();
        assert!(
            fault.contains("the variable RUSTASSISTANT_TEST_UNSET is not set"),
            "{fault}"
        );
    }

    #[tokio::test]
    async fn variables_stand_anywhere_in_a_text() {
        let home = std::env::var("PATH").unwrap();
        assert_eq!(
            read(&Secret::text("a${PATH}b${PATH}")).await,
            Ok(format!("a{home}b{home}"))
        );
        assert_eq!(read(&Secret::text("a$b{c}")).await, Ok("a$b{c}".to_owned()));
    }

    #[tokio::test]
    async fn a_file_gives_its_first_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let secret = Secret::File(path.clone());
        assert!(read(&secret).await.is_err());
        std::fs::write(&path, "\n").unwrap();
        assert!(read(&secret).await.unwrap_err().ends_with("is empty)"));
        std::fs::write(&path, "s3cret \nmore").unwrap();
        assert_eq!(read(&secret).await, Ok("s3cret".to_owned()));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_command_gives_its_first_line() {
        let of = |words: &[&str]| Secret::Command(words.iter().map(Into::into).collect());
        assert_eq!(
            read(&of(&["echo", "s3cret"])).await,
            Ok("s3cret".to_owned())
        );
        for words in [&["false"][..], &["true"], &[], &["no-such-program"]] {
            let fault = read(&of(words)).await.unwrap_err();
            assert!(fault.contains("setting of the team's cache"), "{fault}");
        }
    }

    #[test]
    fn nothing_shows_a_secret() {
        let hidden = Secret::text("s3cret");
        let partly = Secret::text("Bearer ${TOKEN}");
        let variable = Secret::text("${TOKEN}");
        assert_eq!(format!("{hidden:?} {hidden}"), "Secret((hidden)) (hidden)");
        assert_eq!(partly.to_string(), "(hidden)");
        assert_eq!(variable.to_string(), "${TOKEN}");
        let command = Secret::Command(vec!["pass".into(), "s3cret".into()]);
        assert!(!format!("{command:?}{command}").contains("s3cret"));
    }
}
