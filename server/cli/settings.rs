//! The configuration of each directory that a command line names.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::bail;

use super::output::say;
use crate::config::{Config, Environment, Loaded, Request, load};

/// Options that a command line sets itself.
#[derive(Debug, Default, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Set an option for this run, such as `smells.long-function.warn=80`
    #[arg(long = "config", value_name = "KEY=VALUE", global = true)]
    flags: Vec<String>,
}

impl Arguments {
    /// Appends flags.
    pub(super) fn with(&self, flags: impl IntoIterator<Item = String>) -> Self {
        let flags = self.flags.iter().cloned().chain(flags);
        Self {
            flags: flags.collect(),
        }
    }
}

/// Loads each configuration once. Mistakes end the run: ignoring them would look as if the options held.
pub(super) struct Settings {
    environment: Environment,
    flags: Vec<String>,
    loaded: BTreeMap<PathBuf, Arc<Config>>,
    warned: BTreeSet<String>,
}

impl Settings {
    pub(super) fn new(arguments: &Arguments) -> Self {
        Self {
            environment: Environment::of_process(),
            flags: arguments.flags.clone(),
            loaded: BTreeMap::new(),
            warned: BTreeSet::new(),
        }
    }

    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The configuration of a directory.
    pub(super) fn of(&mut self, directory: &Path) -> anyhow::Result<Arc<Config>> {
        if let Some(config) = self.loaded.get(directory) {
            return Ok(Arc::clone(config));
        }
        let Loaded {
            config,
            problems,
            warnings,
            ..
        } = self.look_up(directory);
        if !problems.is_empty() {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            bail!("{}", problems.join("\n"));
        }
        for warning in warnings {
            if self.warned.insert(warning.clone()) {
                say("warning", &warning);
            }
        }
        let config = Arc::new(config);
        self.loaded
            .insert(directory.to_path_buf(), Arc::clone(&config));
        Ok(config)
    }

    /// Loads the configuration of a directory, with its mistakes.
    pub(super) fn look_up(&self, directory: &Path) -> Loaded {
        let request = Request {
            flags: &self.flags,
            ..Request::new(directory)
        };
        load(&request, &self.environment)
    }
}
