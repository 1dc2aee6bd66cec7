//! Interprets the keys of a team's cache together, once all layers are known.
//!
//! If any of them is invalid, there is no team cache: a default instead of the intended value could make a run read or write
//! elsewhere.

use std::{collections::BTreeSet, path::Path};

use super::{ConfigProblem, Origin, SettingPlace, value::Value, values::Values};
use crate::cache::{
    Access, Address, CacheBackend, HAS_TEAM, NO_TEAM, Namespace, PublicKey, Remote, Scheme, Secret,
};

const BACKEND: &str = "cache.backend";
const URL: &str = "cache.url";
const API_KEY: &str = "cache.api_key";
const NAMESPACE: &str = "cache.team.namespace";
const WRITE: &str = "cache.team.write";
const TRUSTED_KEYS: &str = "cache.team.trusted_keys";
const SIGNING_KEY: &str = "cache.team.signing_key";
const CA_FILE: &str = "cache.team.ca_file";

/// Problems that involve several keys, and what is missing.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    pub(super) problems: Vec<ConfigProblem>,
    pub(super) warnings: Vec<String>,
}

/// Returns the team's cache, if one is configured. The backend defaults to that of the address.
pub(super) fn resolve(
    values: &mut Values,
    wrong: &BTreeSet<String>,
) -> (Option<CacheBackend>, Trouble) {
    let mut trouble = Trouble::default();
    if wrong.iter().any(|path| is_of_the_team(path)) {
        return (None, trouble);
    }
    let scheme = match scheme(values) {
        Ok(scheme) => scheme,
        Err(problem) => {
            trouble.problems.push(problem);
            return (None, trouble);
        }
    };
    let Some((scheme, address)) = scheme else {
        trouble.warnings.extend(idle_writer(values));
        return (None, trouble);
    };
    if values.place(BACKEND).is_none() {
        values.follow(BACKEND, Value::Choice(name_of(scheme)), URL);
    }
    match remote(values, address) {
        Ok(remote) => {
            trouble.warnings.extend(believes_nobody(&remote));
            (Some(backend(scheme, remote)), trouble)
        }
        Err(problem) => {
            trouble.problems.push(problem);
            (None, trouble)
        }
    }
}

fn is_of_the_team(path: &str) -> bool {
    let is_local = path == "cache.path" || path.starts_with("cache.limits");
    path.starts_with("cache") && !is_local
}

/// The protocol and address of the team's cache; `None` if there is none.
fn scheme(values: &Values) -> Result<Option<(Scheme, Address)>, ConfigProblem> {
    let address = match values.get(URL) {
        Some(Value::Address(address)) => Some(address.clone()),
        _ => None,
    };
    let named = values.place(BACKEND).and(values.choice(BACKEND));
    let wanted = match (named, &address) {
        // `sqlite` restricts the cache to the local file, which is also how a team's cache is disabled.
        (Some("sqlite"), _) | (None, None) => return Ok(None),
        (Some("postgres"), _) => Some(Scheme::Postgres),
        (Some(_), _) => Some(Scheme::Http),
        (None, Some(_)) => None,
    };
    if !HAS_TEAM {
        let culprit = named.map_or(URL, |_| BACKEND);
        return Err(problem(values, culprit, NO_TEAM.to_owned()));
    }
    let Some(address) = address else {
        let example = example(wanted.unwrap_or(Scheme::Http));
        let message = format!("this needs an address: set `cache.url`, as in `{example}`");
        return Err(problem(values, BACKEND, message));
    };
    match (wanted, address.scheme()) {
        (Some(wanted), Some(found)) if wanted != found => {
            Err(contradiction(values, (wanted, found)))
        }
        // Variables in the address are expanded only later.
        (Some(scheme), _) | (None, Some(scheme)) => Ok(Some((scheme, address))),
        (None, None) => {
            let message =
                "this starts with a variable, so set `cache.backend` to `postgres` or `http`";
            Err(problem(values, URL, message.to_owned()))
        }
    }
}

fn contradiction(values: &Values, (wanted, found): (Scheme, Scheme)) -> ConfigProblem {
    let place = values.place(URL).map_or(Origin::Default, Origin::from);
    let message = format!(
        "`{}` doesn't match the address (`cache.url`, {place}): remove `cache.backend`, or set it to `{}`",
        name_of(wanted),
        name_of(found),
    );
    problem(values, BACKEND, message)
}

fn remote(values: &Values, address: Address) -> Result<Remote, ConfigProblem> {
    Ok(Remote {
        secret: secret(values, API_KEY),
        namespace: namespace(values),
        access: access(values)?,
        trusted: trusted(values),
        ca_file: values.path(CA_FILE).map(Path::to_path_buf),
        ..Remote::at(address)
    })
}

fn access(values: &Values) -> Result<Access, ConfigProblem> {
    if !writes(values) {
        return Ok(Access::Read);
    }
    secret(values, SIGNING_KEY).map(Access::Write).ok_or_else(|| {
        let message = "entries must be signed: set `cache.team.signing_key` or RUSTASSISTANT_CACHE_SIGNING_KEY to a \
                       key from `rustassistant cache keygen`";
        problem(values, WRITE, message.to_owned())
    })
}

fn writes(values: &Values) -> bool {
    values.get(WRITE) == Some(&Value::Flag(true))
}

fn secret(values: &Values, key: &str) -> Option<Secret> {
    match values.get(key) {
        Some(Value::Secret(secret)) => Some(secret.clone()),
        _ => None,
    }
}

fn namespace(values: &Values) -> Namespace {
    match values.get(NAMESPACE) {
        Some(Value::Namespace(namespace)) => namespace.clone(),
        _ => Namespace::default(),
    }
}

fn trusted(values: &Values) -> Vec<PublicKey> {
    match values.get(TRUSTED_KEYS) {
        Some(Value::PublicKeys(keys)) => keys.clone(),
        _ => Vec::new(),
    }
}

fn backend(scheme: Scheme, remote: Remote) -> CacheBackend {
    match scheme {
        Scheme::Postgres => CacheBackend::Postgres(remote),
        Scheme::Http => CacheBackend::Http(remote),
    }
}

fn name_of(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Postgres => "postgres",
        Scheme::Http => "http",
    }
}

fn example(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Postgres => "postgresql://cache-server/rustassistant",
        Scheme::Http => "https://cache.example.com/api",
    }
}

/// Only entries signed with a trusted key are accepted, so without any trusted key, reading the team's cache is useless.
fn believes_nobody(remote: &Remote) -> Option<String> {
    let is_idle = remote.trusted.is_empty() && remote.access == Access::Read;
    is_idle.then(|| {
        "`cache.team.trusted_keys` is empty: every entry of the team's cache is ignored; add the public key of \
         whoever fills it"
            .to_owned()
    })
}

fn idle_writer(values: &Values) -> Option<String> {
    let is_off = values.place(BACKEND).is_some();
    (writes(values) && !is_off).then(|| {
        "`cache.team.write` is set, but there is no team's cache to write to: set `cache.url`"
            .to_owned()
    })
}

/// A problem attributed to a key that was set explicitly, never to a default.
fn problem(values: &Values, key: &str, message: String) -> ConfigProblem {
    ConfigProblem {
        place: values.place(key).cloned().unwrap_or(SettingPlace::Editor),
        key: Some(key.to_owned()),
        message,
        suggestion: None,
    }
}
