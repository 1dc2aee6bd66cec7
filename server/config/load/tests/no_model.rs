//! A build without model support reports a configured model, and applies everything else.

use super::*;
use crate::config::{ModelChoice, NO_MODEL};

#[test]
fn a_model_is_one_problem_where_it_is_named() {
    let house = House::new().user("profile = 'full'\n[model]\nprovider = 'openai'\nmodel = 'x'\n");
    let problem = house.one_problem();
    assert!(
        problem.ends_with(&format!("config.toml:3:12: model.provider: {NO_MODEL}")),
        "{problem}"
    );
    let config = house.load().config;
    assert_eq!(
        (config.model, config.rules.profile()),
        (ModelChoice::Nothing, Profile::Full)
    );
}
