//! What the environment's variables say.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

/// The variables that matter, read once. A variable that is empty counts as one that isn't set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// The user's own directory, which `~` stands for.
    pub user: Option<PathBuf>,
    /// Where `config.toml` and `cache.db` lie.
    pub home: Option<PathBuf>,
    /// The current directory: what paths are shown relative to.
    pub directory: Option<PathBuf>,
    /// `RUSTASSISTANT_LOG`.
    pub log: Option<String>,
    /// `NO_COLOR`.
    pub no_color: bool,
    pub(super) cache: CacheVariables,
}

/// What is said of the cache. The texts of the last two may be secret: they are never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct CacheVariables {
    pub(super) backend: Option<String>,
    pub(super) path: Option<PathBuf>,
    pub(super) has_url: bool,
    pub(super) has_api_key: bool,
}

pub(super) const CACHE_BACKEND: &str = "RUSTASSISTANT_CACHE_BACKEND";
pub(super) const CACHE_PATH: &str = "RUSTASSISTANT_CACHE_PATH";
pub(super) const CACHE_URL: &str = "RUSTASSISTANT_CACHE_URL";
pub(super) const CACHE_API_KEY: &str = "RUSTASSISTANT_CACHE_API_KEY";
/// The variable of the user's own directory.
pub(super) const USER: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        Self {
            directory: std::env::current_dir().ok(),
            ..Self::from_lookup(|name| std::env::var_os(name))
        }
    }

    /// The environment in which `lookup` gives each variable's value. It has no current directory.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let get = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &str| get(name).map(|value| value.to_string_lossy().into_owned());
        let user = get(USER).map(PathBuf::from);
        let path = |name: &str| get(name).map(|value| with_user(&value, user.as_deref()));
        let beside = || user.as_ref().map(|user| user.join(".rustassistant"));
        Self {
            home: path("RUSTASSISTANT_HOME").or_else(beside),
            directory: None,
            log: text("RUSTASSISTANT_LOG"),
            no_color: get("NO_COLOR").is_some(),
            cache: CacheVariables {
                backend: text(CACHE_BACKEND),
                path: path(CACHE_PATH),
                has_url: get(CACHE_URL).is_some(),
                has_api_key: get(CACHE_API_KEY).is_some(),
            },
            user,
        }
    }

    /// The user's own options.
    pub fn config_file(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join("config.toml"))
    }

    /// Where reports are kept if nobody says otherwise.
    pub fn cache_file(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join("cache.db"))
    }
}

impl std::fmt::Debug for CacheVariables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CacheVariables")
            .field("backend", &self.backend)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// What a path that may start with `~` means; nothing if it does and there is no user's directory.
pub(super) fn expanded(path: &Path, user: Option<&Path>) -> Option<PathBuf> {
    match path.strip_prefix("~") {
        Ok(rest) if rest.as_os_str().is_empty() => user.map(Path::to_path_buf),
        Ok(rest) => user.map(|user| user.join(rest)),
        Err(_) => Some(path.to_path_buf()),
    }
}

/// A shell has expanded `~` already, but a service file or an editor has not. Without a user's directory it stays.
fn with_user(value: &OsStr, user: Option<&Path>) -> PathBuf {
    expanded(Path::new(value), user).unwrap_or_else(|| PathBuf::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::from_lookup(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_home_lies_beside_the_user_s_files() {
        let environment = environment(&[(USER, "/home/ada")]);
        let home = Path::new("/home/ada/.rustassistant");
        assert_eq!(environment.home.as_deref(), Some(home));
        assert_eq!(environment.config_file(), Some(home.join("config.toml")));
        assert_eq!(environment.cache_file(), Some(home.join("cache.db")));
    }

    #[test]
    fn a_home_of_its_own_replaces_it() {
        let environment = environment(&[(USER, "/home/ada"), ("RUSTASSISTANT_HOME", "/data/ra")]);
        assert_eq!(environment.home, Some(PathBuf::from("/data/ra")));
    }

    #[test]
    fn a_home_may_start_at_the_user() {
        let environment = environment(&[(USER, "/home/ada"), ("RUSTASSISTANT_HOME", "~/ra")]);
        assert_eq!(environment.home, Some(PathBuf::from("/home/ada/ra")));
    }

    #[test]
    fn without_a_user_there_is_no_home() {
        assert_eq!(environment(&[]).home, None);
        assert_eq!(environment(&[(USER, "")]).home, None);
        assert_eq!(environment(&[]).config_file(), None);
    }

    #[test]
    fn an_empty_variable_is_one_that_is_not_set() {
        let environment = environment(&[
            (USER, "/home/ada"),
            ("RUSTASSISTANT_HOME", ""),
            ("NO_COLOR", ""),
            ("RUSTASSISTANT_LOG", ""),
            (CACHE_BACKEND, ""),
        ]);
        assert_eq!(
            environment.home,
            Some(PathBuf::from("/home/ada/.rustassistant"))
        );
        assert!(!environment.no_color);
        assert_eq!(environment.log, None);
        assert_eq!(environment.cache.backend, None);
    }

    #[test]
    fn secrets_are_noticed_and_not_held() {
        let environment = environment(&[(CACHE_API_KEY, "hunter2"), (CACHE_URL, "https://u:p@h")]);
        assert!(environment.cache.has_api_key && environment.cache.has_url);
        let shown = format!("{environment:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("u:p"));
    }

    #[test]
    fn only_a_leading_tilde_is_the_user() {
        let user = Some(Path::new("/home/ada"));
        let expanded = |path: &str| expanded(Path::new(path), user);
        assert_eq!(expanded("~"), Some(PathBuf::from("/home/ada")));
        assert_eq!(expanded("~/x"), Some(PathBuf::from("/home/ada/x")));
        assert_eq!(expanded("~x/y"), Some(PathBuf::from("~x/y")));
        assert_eq!(expanded("/a/~/b"), Some(PathBuf::from("/a/~/b")));
        assert_eq!(super::expanded(Path::new("~/x"), None), None);
    }
}
