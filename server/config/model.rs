//! Interprets the keys of a language model together, once all layers are known.
//!
//! If any of them is invalid, there is no model: a default instead of the intended value could send a request elsewhere or cost
//! more.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use url::Url;

use super::{
    ConfigProblem, SettingPlace,
    value::{Value, is_this_machine},
    values::Values,
};
use crate::cache::{Address, Secret};

const ENABLED: &str = "model.enabled";
const PROVIDER: &str = "model.provider";
const MODEL: &str = "model.model";
const URL: &str = "model.url";
const API_KEY: &str = "model.api_key";
const TASKS: &str = "model.tasks";
const EFFORT: &str = "model.effort";
const TEST: &str = "model.test";

/// Whether this build supports language models.
pub const HAS_MODEL: bool = cfg!(feature = "model");

/// The message of builds without that support.
pub const NO_MODEL: &str =
    "this build doesn't support language models; install it with the feature `model`";

/// The task of choosing which parts of a function to extract.
pub const CHOOSE: &str = "choose";

/// The task of suggesting names.
pub const NAME: &str = "name";

/// The task of rewriting a function.
pub const REWRITE: &str = "rewrite";

/// Whether a language model may be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ModelChoice {
    /// No model is configured.
    #[default]
    Nothing,
    /// A model is configured, but `model.enabled` is `false`.
    SwitchedOff,
    Chosen(Arc<ModelOptions>),
}

impl ModelChoice {
    /// The model to use for a task.
    pub fn chosen_for(&self, task: &str) -> Option<&Arc<ModelOptions>> {
        match self {
            Self::Chosen(options) if options.tasks.contains(&task) => Some(options),
            _ => None,
        }
    }
}

/// A language model and its budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelOptions {
    pub provider: ModelProvider,
    /// The model's name.
    pub model: String,
    pub url: Address,
    pub api_key: Option<Secret>,
    pub budget: ModelBudget,
    pub tasks: Vec<&'static str>,
    /// Number of plans to request.
    pub plans: usize,
    pub effort: Option<&'static str>,
    /// Size of the context window in tokens.
    pub context: u64,
    pub timeout: Duration,
    /// Whether to run tests on code written by a model.
    pub test: bool,
}

/// The protocol of a model's server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelProvider {
    Anthropic,
    OpenAi,
}

/// Token limits, for input and output combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelBudget {
    pub day: u64,
    pub month: u64,
    pub request: u64,
}

impl ModelProvider {
    /// The name used in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::OpenAi => "openai",
        }
    }

    fn url(self) -> &'static str {
        match self {
            Self::Anthropic => "https://api.anthropic.com",
            Self::OpenAi => "https://api.openai.com/v1",
        }
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Anthropic => "ANTHROPIC_API_KEY",
            Self::OpenAi => "OPENAI_API_KEY",
        }
    }
}

/// Whether the server runs on this machine.
pub fn is_local(url: &Url) -> bool {
    is_this_machine(url)
}

/// Sets the default values.
pub(super) fn set_defaults(set: &mut impl FnMut(&str, Value)) {
    set(ENABLED, Value::Flag(true));
    set("model.budget.day", Value::Number(200_000));
    set("model.budget.month", Value::Number(3_000_000));
    set("model.budget.request", Value::Number(20_000));
    set(TASKS, Value::Choices(vec![CHOOSE, NAME]));
    set(TEST, Value::Flag(false));
    set("model.plans", Value::Number(2));
    set("model.context", Value::Number(16_384));
    set("model.timeout", Value::Number(60));
}

/// Returns the model, if one is configured, and the problems that involve several keys.
pub(super) fn resolve(
    values: &Values,
    wrong: &BTreeSet<String>,
) -> (ModelChoice, Option<ConfigProblem>) {
    if wrong
        .iter()
        .any(|path| path == "model" || path.starts_with("model."))
    {
        return (ModelChoice::Nothing, None);
    }
    let chosen = match chosen(values) {
        Ok(chosen) => chosen,
        Err(problem) => return (ModelChoice::Nothing, Some(problem)),
    };
    let choice = match chosen {
        None => ModelChoice::Nothing,
        Some(_) if values.get(ENABLED) == Some(&Value::Flag(false)) => ModelChoice::SwitchedOff,
        Some(options) => ModelChoice::Chosen(Arc::new(options)),
    };
    (choice, None)
}

fn chosen(values: &Values) -> Result<Option<ModelOptions>, ConfigProblem> {
    let provider = match values.choice(PROVIDER) {
        Some("anthropic") => ModelProvider::Anthropic,
        Some(_) => ModelProvider::OpenAi,
        None => return without_provider(values).map_or(Ok(None), Err),
    };
    if !HAS_MODEL {
        return Err(problem(values, PROVIDER, NO_MODEL.to_owned()));
    }
    let Some(Value::Word(model)) = values.get(MODEL) else {
        let message = "no model is set: set `model.model` to the provider's name of a model";
        return Err(problem(values, PROVIDER, message.to_owned()));
    };
    let url = match values.get(URL) {
        Some(Value::Address(url)) => url.clone(),
        _ => provider.url().into(),
    };
    if url.to_string().contains(char::is_control) {
        let message = "the address contains invisible characters; write them in the form %1B";
        return Err(problem(values, URL, message.to_owned()));
    }
    let api_key = match values.get(API_KEY) {
        Some(Value::Secret(secret)) => Some(secret.clone()),
        _ => None,
    };
    if api_key.is_none() && is_elsewhere(&url) {
        let message = format!(
            "there is no key: set `model.api_key`, such as \"${{{}}}\"; a server on this machine needs none",
            provider.variable()
        );
        return Err(problem(values, PROVIDER, message));
    }
    let tasks = match values.get(TASKS) {
        Some(Value::Choices(names)) => names.clone(),
        _ => Vec::new(),
    };
    Ok(Some(ModelOptions {
        provider,
        model: model.clone(),
        url,
        api_key,
        budget: ModelBudget {
            day: values.number("model.budget.day"),
            month: values.number("model.budget.month"),
            request: values.number("model.budget.request"),
        },
        tasks,
        plans: usize::try_from(values.number("model.plans")).unwrap_or(1),
        effort: values.choice(EFFORT),
        context: values.number("model.context"),
        timeout: Duration::from_secs(values.number("model.timeout")),
        test: values.get(TEST) == Some(&Value::Flag(true)),
    }))
}

/// Setting any of these keys without a provider is reported as a mistake.
fn without_provider(values: &Values) -> Option<ConfigProblem> {
    let named = [MODEL, URL, API_KEY];
    let named = named.into_iter().find(|key| values.place(key).is_some())?;
    let message =
        "the model's protocol is not set: set `model.provider` to `anthropic` or `openai`";
    Some(problem(values, named, message.to_owned()))
}

/// Whether the address is known to be on another machine; variables are expanded only later.
fn is_elsewhere(url: &Address) -> bool {
    let shown = url.to_string();
    !shown.contains("${") && Url::parse(&shown).is_ok_and(|url| !is_this_machine(&url))
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
