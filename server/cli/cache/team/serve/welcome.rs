//! What is said once: keys, and where they go.

use std::io::Write;

use crate::{
    cache::{
        ExposeSecret, SecretString, SigningKey,
        service::keys::{KeyFile, NewKey, Pattern, Right},
    },
    cli::output::Output,
};

/// Makes the first keys, and says what developers and CI do with them.
pub(super) fn first(keys: &KeyFile, url: &str, out: &mut Output) -> anyhow::Result<()> {
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
    write!(
        out,
        "\
The keys below are shown this once, so put them away now. {path} has their hashes only.

Developers, in ~/.rustassistant/config.toml:

    [cache]
    backend = \"http\"
    url = \"{url}\"
    api_key = \"${{CACHE_API_KEY}}\"

    [cache.team]
    trusted_keys = [\"{public}\"]

and in their environment:

    CACHE_API_KEY={read}

CI of protected branches, in its environment, the last two as secrets:

    RUSTASSISTANT_CACHE_BACKEND=http
    RUSTASSISTANT_CACHE_URL={url}
    RUSTASSISTANT_CACHE_WRITE=true
    RUSTASSISTANT_CACHE_API_KEY={write}
    RUSTASSISTANT_CACHE_SIGNING_KEY={secret}

More keys, for the namespaces of pull requests for instance:

    rustassistant cache serve add-key --name pull-requests --write --namespace 'pr-*'

",
        path = keys.path().display(),
        read = read.expose_secret(),
        write = write.expose_secret(),
        secret = signer.secret_text().expose_secret(),
    )?;
    out.flush()?;
    Ok(())
}

/// Says a key that was just made.
pub(super) fn key(file: &KeyFile, secret: &SecretString, out: &mut Output) -> std::io::Result<()> {
    writeln!(out, "{}", secret.expose_secret())?;
    let path = file.path().display();
    crate::cli::output::say(
        "note",
        &format!(
            "The key is shown this once; {path} has its hash only. A running server knows it within seconds."
        ),
    );
    Ok(())
}
