//! Configurations of the directories named on a command line.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::bail;

use super::output::say;
use crate::config::{Config, Environment, Loaded, Request, load};

/// Options set on the command line.
#[derive(Debug, Default, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Set an option for this run, such as `smells.long-function.warn=80`
    #[arg(long = "config", value_name = "KEY=VALUE", global = true)]
    flags: Vec<String>,
}

impl Arguments {
    /// Adds flags.
    pub(super) fn with(&self, flags: impl IntoIterator<Item = String>) -> Self {
        let flags = self.flags.iter().cloned().chain(flags);
        Self {
            flags: flags.collect(),
        }
    }
}

/// Loads each configuration once. Mistakes end the run, because ignored options would seem to be effective.
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

    /// Returns the configuration of a directory.
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

    /// Loads the configuration of a directory, with its problems.
    pub(super) fn look_up(&self, directory: &Path) -> Loaded {
        let request = Request {
            flags: &self.flags,
            ..Request::new(directory)
        };
        load(&request, &self.environment)
    }
}
