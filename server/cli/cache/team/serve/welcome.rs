//! Creates the first keys, and shows them once.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::{
    cache::{
        ExposeSecret, SecretString, SigningKey,
        service::keys::{KeyFile, NewKey, Pattern, Right},
    },
    cli::output::Output,
    os,
};

/// What may be printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// Standard output may be a file or the log of a service, so keys are written to a file that only the user can read.
    Place,
    /// The user asked to see them on a terminal.
    Keys,
}

/// Creates the first keys, and explains how developers and CI use them.
pub(super) fn first(keys: &KeyFile, url: &str, show: Show, out: &mut Output) -> anyhow::Result<()> {
    let mut place = match show {
        Show::Keys => None,
        Show::Place => Some(create(&keys.path().with_file_name(FILE))?),
    };
    let text = make(keys, url)?;
    if let Some((path, file)) = &mut place {
        file.write_all(text.expose_secret().as_bytes())?;
        file.sync_all()?;
        writeln!(
            out,
            "The first keys, with instructions, are in {}, which only you can read. Store the keys safely and delete \
             the file.",
            path.display()
        )?;
    } else {
        write!(out, "{}", text.expose_secret())?;
    }
    out.flush()?;
    Ok(())
}

/// The file of the first keys, beside that of the hashes.
const FILE: &str = "first-keys.txt";

fn create(path: &Path) -> anyhow::Result<(PathBuf, File)> {
    if let Some(folder) = path.parent() {
        os::private_folder(DirBuilder::new().recursive(true)).create(folder)?;
    }
    let mut options = OpenOptions::new();
    let file = os::private_file(options.write(true).create_new(true)).open(path);
    let file = file.with_context(|| {
        format!(
            "{} can't be created for the first keys; if it exists, store its keys safely and delete it",
            path.display()
        )
    })?;
    Ok((path.to_path_buf(), file))
}

/// Creates the first keys and returns the text about them.
fn make(keys: &KeyFile, url: &str) -> anyhow::Result<SecretString> {
    let signer = SigningKey::generate()?;
    let read = keys.add(&NewKey {
        name: "developers".to_owned(),
        rights: vec![Right::Read],
        namespaces: vec![Pattern::StartsWith(String::new())],
    })?;
    let write = keys.add(&NewKey {
        name: "ci".to_owned(),
        rights: vec![Right::Read, Right::Write],
        namespaces: vec!["main".parse().map_err(anyhow::Error::msg)?],
    })?;
    let public = signer.public();
    keys.trust(&public)?;
    let text = format!(
        "\
The keys below are shown only once, so store them safely now. {path} holds only their hashes.

Developers add to ~/.rustassistant/config.toml:

    [cache]
    backend = \"http\"
    url = \"{url}\"
    api_key = \"${{CACHE_API_KEY}}\"

    [cache.team]
    trusted_keys = [\"{public}\"]

and set in their environment:

    CACHE_API_KEY={read}

CI of protected branches sets in its environment, the last two as secrets:

    RUSTASSISTANT_CACHE_BACKEND=http
    RUSTASSISTANT_CACHE_URL={url}
    RUSTASSISTANT_CACHE_WRITE=true
    RUSTASSISTANT_CACHE_API_KEY={write}
    RUSTASSISTANT_CACHE_SIGNING_KEY={secret}

To create more keys, for example for the namespaces of pull requests:

    rustassistant cache serve add-key --name pull-requests --write --namespace 'pr-*'

",
        path = keys.path().display(),
        read = read.expose_secret(),
        write = write.expose_secret(),
        secret = signer.secret_text().expose_secret(),
    );
    Ok(SecretString::from(text))
}

/// Prints a new key.
pub(super) fn key(file: &KeyFile, secret: &SecretString, out: &mut Output) -> std::io::Result<()> {
    writeln!(out, "{}", secret.expose_secret())?;
    let path = file.path().display();
    crate::cli::output::say(
        "note",
        &format!(
            "The key is shown only once; {path} holds only its hash. A running server accepts it within seconds."
        ),
    );
    Ok(())
}
