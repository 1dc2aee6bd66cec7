//! Environment variables.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use crate::os::USER_DIRECTORY;

/// The relevant variables, read once. An empty one counts as unset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// The user's home directory, for expanding `~`.
    pub user: Option<PathBuf>,
    /// The directory of `config.toml` and `cache.db`.
    pub home: Option<PathBuf>,
    /// The current directory; displayed paths are relative to it.
    pub directory: Option<PathBuf>,
    /// `RUSTASSISTANT_LOG`.
    pub log: Option<String>,
    /// `NO_COLOR`.
    pub no_color: bool,
    pub(super) own: UserVariables,
}

/// The variables for the cache and the model that are set, with their values, which may be secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct UserVariables(Vec<(UserVariable, OsString)>);

/// A variable and the key it sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UserVariable {
    pub(super) name: &'static str,
    pub(super) key: &'static str,
}

const VARIABLES: [UserVariable; 15] = [
    variable("RUSTASSISTANT_CACHE_BACKEND", "cache.backend"),
    variable("RUSTASSISTANT_CACHE_PATH", "cache.path"),
    variable("RUSTASSISTANT_CACHE_URL", "cache.url"),
    variable("RUSTASSISTANT_CACHE_API_KEY", "cache.api_key"),
    variable("RUSTASSISTANT_CACHE_NAMESPACE", "cache.team.namespace"),
    variable("RUSTASSISTANT_CACHE_WRITE", "cache.team.write"),
    variable(
        "RUSTASSISTANT_CACHE_TRUSTED_KEYS",
        "cache.team.trusted_keys",
    ),
    variable("RUSTASSISTANT_CACHE_SIGNING_KEY", "cache.team.signing_key"),
    variable("RUSTASSISTANT_CACHE_CA_FILE", "cache.team.ca_file"),
    variable("RUSTASSISTANT_MODEL", "model.model"),
    variable("RUSTASSISTANT_MODEL_PROVIDER", "model.provider"),
    variable("RUSTASSISTANT_MODEL_URL", "model.url"),
    variable("RUSTASSISTANT_MODEL_API_KEY", "model.api_key"),
    variable("RUSTASSISTANT_MODEL_BUDGET_DAY", "model.budget.day"),
    variable("RUSTASSISTANT_MODEL_BUDGET_MONTH", "model.budget.month"),
];

const fn variable(name: &'static str, key: &'static str) -> UserVariable {
    UserVariable { name, key }
}

impl Environment {
    /// The environment of this process.
    pub fn of_process() -> Self {
        Self {
            directory: std::env::current_dir().ok(),
            ..Self::from_lookup(|name| std::env::var_os(name))
        }
    }

    /// An environment in which `lookup` returns each variable's value. It has no current directory.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let get = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &str| get(name).map(|value| value.to_string_lossy().into_owned());
        let user = get(USER_DIRECTORY).map(PathBuf::from);
        let path = |name: &str| get(name).map(|value| with_user(&value, user.as_deref()));
        let beside = || user.as_ref().map(|user| user.join(".rustassistant"));
        let set = |variable: UserVariable| get(variable.name).map(|value| (variable, value));
        Self {
            home: path("RUSTASSISTANT_HOME").or_else(beside),
            directory: None,
            log: text("RUSTASSISTANT_LOG"),
            no_color: get("NO_COLOR").is_some(),
            own: UserVariables(VARIABLES.into_iter().filter_map(set).collect()),
            user,
        }
    }

    /// The user's configuration file.
    pub fn config_file(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join("config.toml"))
    }

    /// The file that counts used tokens.
    pub fn ledger_file(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join("ledger.db"))
    }

    /// The default path of the cache file.
    pub fn cache_file(&self) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join("cache.db"))
    }
}

impl UserVariables {
    pub(super) fn iter(&self) -> impl Iterator<Item = (UserVariable, &OsStr)> {
        self.0
            .iter()
            .map(|(variable, value)| (*variable, value.as_os_str()))
    }
}

/// Shows only the names, as the values may be secret.
impl std::fmt::Debug for UserVariables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.0.iter().map(|(variable, _)| variable.name);
        f.debug_list().entries(names).finish()
    }
}

/// Expands a leading `~`; returns `None` if there is no home directory.
pub(super) fn expanded(path: &Path, user: Option<&Path>) -> Option<PathBuf> {
    match path.strip_prefix("~") {
        Ok(rest) if rest.as_os_str().is_empty() => user.map(Path::to_path_buf),
        Ok(rest) => user.map(|user| user.join(rest)),
        Err(_) => Some(path.to_path_buf()),
    }
}

/// Expands `~`, which a shell does, but a service file or an editor doesn't. Without a home directory, it is kept.
fn with_user(value: &OsStr, user: Option<&Path>) -> PathBuf {
    expanded(Path::new(value), user).unwrap_or_else(|| PathBuf::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::KEYS;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::from_lookup(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_home_lies_beside_the_user_s_files() {
        let environment = environment(&[(USER_DIRECTORY, "/home/ada")]);
        let home = Path::new("/home/ada/.rustassistant");
        assert_eq!(environment.home.as_deref(), Some(home));
        assert_eq!(environment.config_file(), Some(home.join("config.toml")));
        assert_eq!(environment.cache_file(), Some(home.join("cache.db")));
    }

    #[test]
    fn a_home_of_its_own_replaces_it() {
        let environment = environment(&[
            (USER_DIRECTORY, "/home/ada"),
            ("RUSTASSISTANT_HOME", "/data/ra"),
        ]);
        assert_eq!(environment.home, Some(PathBuf::from("/data/ra")));
    }

    #[test]
    fn a_home_may_start_at_the_user() {
        let environment = environment(&[
            (USER_DIRECTORY, "/home/ada"),
            ("RUSTASSISTANT_HOME", "~/ra"),
        ]);
        assert_eq!(environment.home, Some(PathBuf::from("/home/ada/ra")));
    }

    #[test]
    fn without_a_user_there_is_no_home() {
        assert_eq!(environment(&[]).home, None);
        assert_eq!(environment(&[(USER_DIRECTORY, "")]).home, None);
        assert_eq!(environment(&[]).config_file(), None);
    }

    #[test]
    fn an_empty_variable_is_one_that_is_not_set() {
        let environment = environment(&[
            (USER_DIRECTORY, "/home/ada"),
            ("RUSTASSISTANT_HOME", ""),
            ("NO_COLOR", ""),
            ("RUSTASSISTANT_LOG", ""),
            ("RUSTASSISTANT_CACHE_BACKEND", ""),
        ]);
        assert_eq!(
            environment.home,
            Some(PathBuf::from("/home/ada/.rustassistant"))
        );
        assert!(!environment.no_color);
        assert_eq!(environment.log, None);
        assert_eq!(environment.own, UserVariables::default());
    }

    #[test]
    fn every_variable_sets_a_key_and_none_is_shown() {
        let environment = Environment::from_lookup(|_| Some(OsString::from("hunter2")));
        assert_eq!(environment.own.iter().count(), VARIABLES.len());
        assert!(!format!("{:?}", environment.own).contains("hunter2"));
        for UserVariable { name, key } in VARIABLES {
            assert!(KEYS.iter().any(|known| known.path == key), "{name}");
        }
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
