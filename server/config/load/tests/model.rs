//! Language models: how their keys interact, and that a project can only switch them off.

use super::*;
use crate::{
    cache::Secret,
    config::{ModelBudget, ModelChoice, ModelOptions, ModelProvider},
};

const LOCAL: &str =
    "[model]\nprovider = 'openai'\nmodel = 'small'\nurl = 'http://127.0.0.1:11434/v1'\n";

fn chosen(house: &House) -> ModelOptions {
    match config(house).model {
        ModelChoice::Chosen(options) => (*options).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_is_asked_unless_somebody_says_so() {
    assert_eq!(config(&House::new()).model, ModelChoice::Nothing);
    let house = House::new().user("[model.budget]\nday = '1M'\n");
    assert_eq!(config(&house).model, ModelChoice::Nothing);
}

#[test]
fn a_local_server_needs_no_key() {
    let options = chosen(&House::new().user(LOCAL));
    assert_eq!(options.provider, ModelProvider::OpenAi);
    assert_eq!(options.model, "small");
    assert_eq!(options.url.to_string(), "http://127.0.0.1:11434/v1");
    assert_eq!((options.api_key, options.effort), (None, None));
    assert_eq!((options.plans, options.context), (2, 16_384));
    assert_eq!(options.tasks, ["choose", "name"]);
    assert_eq!(options.timeout, std::time::Duration::from_mins(1));
}

#[test]
fn everything_can_be_said() {
    let options = chosen(&House::new().user(
        "[model]\nprovider = 'anthropic'\nmodel = 'large'\napi_key = '${KEY}'\nplans = 1\neffort = 'low'\ntimeout = '2min'\n\
         context = 4096\ntasks = []\n[model.budget]\nday = '200k'\nmonth = 0\nrequest = '20k'\n",
    ));
    assert_eq!(options.url.to_string(), "https://api.anthropic.com");
    assert_eq!(options.api_key, Some(Secret::text("${KEY}")));
    let budget = ModelBudget {
        day: 200_000,
        month: 0,
        request: 20_000,
    };
    assert_eq!(options.budget, budget);
    assert!(options.tasks.is_empty());
}

#[test]
fn variables_say_it_too() {
    let house = House::new()
        .variable("RUSTASSISTANT_MODEL_PROVIDER", "anthropic")
        .variable("RUSTASSISTANT_MODEL", "large")
        .variable("RUSTASSISTANT_MODEL_URL", "https://models.example.com")
        .variable("RUSTASSISTANT_MODEL_API_KEY", "hunter2")
        .variable("RUSTASSISTANT_MODEL_BUDGET_DAY", "10k")
        .variable("RUSTASSISTANT_MODEL_BUDGET_MONTH", "20k");
    let options = chosen(&house);
    assert_eq!((options.budget.day, options.budget.month), (10_000, 20_000));
    assert!(!format!("{options:?}").contains("hunter2"));
    let shown = config(&house);
    assert!(shown.shown().iter().all(|it| !it.value.contains("hunter2")));
}

#[test]
fn a_project_and_an_editor_can_only_switch_it_off() {
    let off = House::new().user(LOCAL).project("model.enabled = false\n");
    assert_eq!(config(&off).model, ModelChoice::SwitchedOff);
    let on = House::new().project("model.enabled = true\n");
    let refused =
        "rustassistant.toml:1:17: model.enabled: refused: a project can only set it to `false`";
    assert_eq!(on.one_problem(), refused);
    for key in [
        "provider = 'openai'",
        "model = 'x'",
        "url = 'https://evil.example'",
        "api_key = 'x'",
        "budget = { day = '9M' }",
        "tasks = ['choose']",
        "timeout = 1",
    ] {
        let house = House::new()
            .user(LOCAL)
            .project(&format!("[model]\n{key}\n"));
        let name = key.split(' ').next().unwrap();
        let expected = format!("model.{name}: refused: a project can't choose a model");
        let problem = house.one_problem();
        assert!(problem.contains(&expected), "{problem}");
        assert!(problem.contains(&format!("`model.{name}` is read only from")));
        assert_eq!(chosen_in(&house), chosen(&House::new().user(LOCAL)));
    }
    let house = House::new().editor(json!({"model": {"provider": "openai"}}));
    let refused = "editor settings: model.provider: refused: editor settings can't choose a model";
    assert!(house.one_problem().starts_with(refused));
}

/// The model that remains after keys were refused.
fn chosen_in(house: &House) -> ModelOptions {
    match house.load().config.model {
        ModelChoice::Chosen(options) => (*options).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_missing_or_wrong_is_said_and_means_no_model() {
    for (lines, expected) in [
        (
            "provider = 'openai'",
            "model.provider: no model is set: set `model.model`",
        ),
        (
            "provider = 'anthropic'\nmodel = 'x'",
            "model.provider: there is no key: set `model.api_key`, such as \"${ANTHROPIC_API_KEY}\"",
        ),
        (
            "provider = 'openai'\nmodel = 'x'\nurl = 'http://models.example.com/v1'\napi_key = 'x'",
            "model.url: plain http is allowed only for this machine",
        ),
        (
            "provider = 'openai'\nmodel = 'x'\nurl = 'postgres://a/b'",
            "model.url: expected an address that starts with `https://`",
        ),
        (
            "provider = 'gemini'\nmodel = 'x'",
            "model.provider: expected one of `anthropic`, `openai`",
        ),
        (
            "model = 'x'",
            "model.model: the model's protocol is not set: set `model.provider`",
        ),
        (
            "provider = 'openai'\nmodel = 'x'\nurl = 'http://[::1]/v1'\ntasks = ['write']",
            "model.tasks: expected one of `choose`, `name`, `rewrite`",
        ),
        (
            "provider = 'openai'\nmodel = 'x'\nurl = 'http://localhost/v1'\nbudget.day = 'much'",
            "model.budget.day: expected tokens as a number or as \"200k\"",
        ),
        (
            "provider = 'openai'\nmodel = 'x'\nurl = 'http://localhost/v1'\ntimeout = '2h'",
            "model.timeout: expected seconds as a number or as \"60s\", from 1 to 3600",
        ),
        (
            "provider = 'openai'\nmodel = \"x\\u001b\"\nurl = 'http://localhost/v1'",
            "model.model: expected a name",
        ),
    ] {
        let house = House::new().user(&format!("[model]\n{lines}\n"));
        let problem = house.one_problem();
        assert!(problem.contains(expected), "{problem}");
        assert_eq!(house.load().config.model, ModelChoice::Nothing, "{lines}");
    }
}
