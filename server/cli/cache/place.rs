//! Selects the cache for a command.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::{
    cache::{Address, Cache, CacheBackend, HAS_TEAM, NO_TEAM, Patience, Remote, Scheme},
    cli::settings::{self, Settings},
    config::Config,
    migrations,
};

/// Returns the local file.
pub(super) fn local(config: &Config) -> anyhow::Result<&Path> {
    let path = config.cache.path.as_deref();
    path.context("There is no cache file; set RUSTASSISTANT_HOME or `cache.path`")
}

/// Returns the configured team's cache, with longer timeouts than in interactive use.
pub(super) fn team(config: &Config) -> anyhow::Result<CacheBackend> {
    ensure!(HAS_TEAM, NO_TEAM);
    let team = config.cache.team.clone().context(
        "No team's cache is configured; set `cache.url` in your config.toml, or RUSTASSISTANT_CACHE_URL",
    )?;
    Ok(patient(team))
}

/// Returns the cache named on the command line: `local` and `team` are the configured ones, everything else is an address or a
/// path.
pub(super) fn named(
    word: &str,
    config: &Config,
    flags: &settings::Arguments,
) -> anyhow::Result<CacheBackend> {
    match word {
        "local" => Ok(CacheBackend::Sqlite(local(config)?.to_path_buf())),
        "team" => team(config),
        _ => match path(word) {
            Some(path) => Ok(CacheBackend::Sqlite(path)),
            None => at_address(word, config, flags),
        },
    }
}

/// Returns the team's cache at an address, with the configured settings. The configured key is only sent to the address it is
/// configured for.
pub(super) fn at_address(
    word: &str,
    config: &Config,
    flags: &settings::Arguments,
) -> anyhow::Result<CacheBackend> {
    let address = Address::from(word);
    let backend = match address.scheme() {
        Some(Scheme::Postgres) => "postgres",
        Some(Scheme::Http) => "http",
        None => {
            bail!("The address of a cache starts with `postgresql://` or `https://`: {address}")
        }
    };
    let flags = flags.with([
        format!("cache.backend={backend}"),
        format!("cache.url={}", toml::Value::from(word)),
    ]);
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let loaded = Settings::new(&flags).look_up(&here);
    if let Some(problem) = loaded.problems.first() {
        bail!("{problem}");
    }
    let mut team = team(&loaded.config)?;
    let configured = config.cache.team.as_ref().and_then(remote);
    let belongs_elsewhere = configured.is_some_and(|remote| remote.address != address);
    if let (CacheBackend::Postgres(remote) | CacheBackend::Http(remote), true) =
        (&mut team, belongs_elsewhere)
    {
        remote.secret = None;
    }
    Ok(team)
}

/// Opens the cache; errors include its location.
pub(super) async fn connect(backend: &CacheBackend) -> anyhow::Result<Box<dyn Cache>> {
    backend
        .connect(&migrations::SQLITE)
        .await
        .with_context(|| format!("{} can't be used", shown(backend)))
}

/// Returns the cache's name for display.
pub(super) fn shown(backend: &CacheBackend) -> String {
    match backend {
        CacheBackend::Sqlite(path) => path.display().to_string(),
        CacheBackend::Postgres(remote) | CacheBackend::Http(remote) => {
            format!("{} (`{}`)", remote.address, remote.namespace)
        }
    }
}

pub(super) fn remote(backend: &CacheBackend) -> Option<&Remote> {
    match backend {
        CacheBackend::Sqlite(_) => None,
        CacheBackend::Postgres(remote) | CacheBackend::Http(remote) => Some(remote),
    }
}

fn patient(mut team: CacheBackend) -> CacheBackend {
    if let CacheBackend::Postgres(remote) | CacheBackend::Http(remote) = &mut team {
        remote.patience = Patience::Pipeline;
    }
    team
}

fn path(word: &str) -> Option<PathBuf> {
    let path = word.strip_prefix("sqlite:");
    let path = path.map(|path| path.strip_prefix("//").unwrap_or(path));
    match path {
        Some(path) => Some(PathBuf::from(path)),
        None => (!word.contains("://")).then(|| PathBuf::from(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_a_path() {
        for (word, expected) in [
            ("cache.db", Some("cache.db")),
            ("./local", Some("./local")),
            ("sqlite:a.db", Some("a.db")),
            ("sqlite:///a.db", Some("/a.db")),
            ("sqlite://a.db", Some("a.db")),
            ("https://a.b", None),
            ("postgresql://a/b", None),
        ] {
            assert_eq!(path(word).as_deref(), expected.map(Path::new), "{word}");
        }
    }
}
