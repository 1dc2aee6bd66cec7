//! Checks the team's cache. Nothing here prints a secret: addresses and keys are only shown by their `Display`.

use super::Check;
use crate::{
    cache::{
        Access, CacheBackend, ExposeSecret, Fault, Key, Lookup, Patience, PublicKey, Remote,
        Secret, SigningKey,
    },
    config::Loaded,
    migrations,
};

const TEAM: &str = "team's cache";
const KEYS: &str = "trusted keys";
const SIGNING: &str = "signing key";
const API_KEY: &str = "api key";

pub(super) fn examine(loaded: &Loaded) -> Vec<Check> {
    let Some(backend) = &loaded.config.cache.team else {
        return vec![Check::note(TEAM, absence(loaded))];
    };
    let (CacheBackend::Postgres(remote) | CacheBackend::Http(remote)) = backend else {
        return Vec::new();
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(look(backend, remote)),
        Err(error) => vec![Check::problem(
            TEAM,
            format!("it can't be reached: {error}"),
        )],
    }
}

fn absence(loaded: &Loaded) -> &'static str {
    let has_address = loaded
        .config
        .shown()
        .iter()
        .any(|shown| shown.key == "cache.url");
    if !loaded.problems.is_empty() {
        "none is in use, perhaps because of the problems below"
    } else if has_address {
        "disabled by `cache.backend = \"sqlite\"`"
    } else {
        "none is configured; everything works without it"
    }
}

async fn look(backend: &CacheBackend, remote: &Remote) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut own = None;
    if let Access::Write(secret) = &remote.access {
        let key = signing_key(secret).await;
        checks.push(signing(&key));
        own = key.ok().map(|key| key.public());
    }
    checks.push(trust(remote, own.as_ref()));
    checks.extend(api_key(remote).await);
    checks.push(reach(backend, remote).await);
    checks
}

async fn signing_key(secret: &Secret) -> Result<SigningKey, String> {
    let text = secret.read().await.map_err(|fault| fault.to_string())?;
    SigningKey::parse(&text).map_err(|error| error.to_string())
}

fn signing(key: &Result<SigningKey, String>) -> Check {
    match key {
        Ok(key) => Check::ok(SIGNING, format!("its id is {}", key.public().id())),
        Err(why) => Check::problem(
            SIGNING,
            format!("{why}; check `cache.team.signing_key`, or unset `cache.team.write`"),
        ),
    }
}

fn trust(remote: &Remote, own: Option<&PublicKey>) -> Check {
    let trusted = &remote.trusted;
    let is_own_missing = own.is_some_and(|own| !trusted.contains(own));
    if let (Some(own), true) = (own, is_own_missing) {
        let words = format!(
            "others accept this machine's entries only if their `cache.team.trusted_keys` contains {own}"
        );
        return Check::note(KEYS, words);
    }
    if trusted.is_empty() {
        let words = "there are none, so every entry of the team's cache is ignored; set `cache.team.trusted_keys` to \
                     the public key of whoever fills it";
        return Check::problem(KEYS, words);
    }
    let ids: Vec<String> = trusted.iter().map(|key| key.id().to_string()).collect();
    Check::ok(KEYS, ids.join(", "))
}

async fn api_key(remote: &Remote) -> Option<Check> {
    let secret = remote.secret.as_ref()?;
    Some(match secret.read().await {
        Ok(text) if text.expose_secret().trim().is_empty() => {
            Check::problem(API_KEY, format!("{secret} is empty; check `cache.api_key`"))
        }
        Ok(_) => Check::ok(API_KEY, format!("readable: {secret}")),
        Err(fault) => Check::problem(API_KEY, format!("{fault}; check `cache.api_key`")),
    })
}

/// Looks up an entry that doesn't exist. Distinguishes a wrong signing key from a failing server.
async fn reach(backend: &CacheBackend, remote: &Remote) -> Check {
    let mut reader = backend.clone();
    if let CacheBackend::Postgres(remote) | CacheBackend::Http(remote) = &mut reader {
        remote.access = Access::Read;
        remote.patience = Patience::Pipeline;
    }
    match ask(&reader).await {
        Ok(()) => {
            let words = format!(
                "{} is reachable, namespace `{}`",
                remote.address, remote.namespace
            );
            Check::ok(TEAM, words)
        }
        Err(fault) => Check::problem(TEAM, fault.to_string()),
    }
}

async fn ask(backend: &CacheBackend) -> Result<(), Fault> {
    let cache = backend.connect(&migrations::SQLITE).await?;
    let probe = Key::new("probe", &[0; 32], &[], b"doctor");
    match cache.get_many(&[probe]).await.pop() {
        Some(Lookup::Fault(kind)) => Err(cache.last_fault(kind)),
        _ => Ok(()),
    }
}
