//! Everything that uses a language model, through the real binary and a scripted local server.

#![allow(
    clippy::unwrap_used,
    reason = "what fails to be prepared fails the test"
)]

mod crates;
#[path = "../cli/harness.rs"]
#[allow(dead_code, reason = "other tests use more of it")]
mod harness;
mod official;
mod replies;
mod rewrites;

use harness::Place;

/// A function with three loops that each count something else.
fn lamps() -> String {
    let part = |name: &str, than: &str| {
        format!(
            "    let mut {name} = 0;\n    for lamp in lamps {{\n        if lamp.is_on {{\n            if lamp.watts {than} 40 && lamp.room != 0 {{\n                {name} += 1;\n            }} else if lamp.room == 7 {{\n                {name} += 2;\n            }}\n        }}\n    }}\n\n"
        )
    };
    let parts =
        [("bright", ">"), ("dull", "<"), ("middling", "==")].map(|(name, than)| part(name, than));
    format!(
        "pub struct Lamp {{\n    pub is_on: bool,\n    pub watts: u32,\n    pub room: u32,\n}}\n\npub fn report(lamps: &[Lamp]) -> (u32, u32, u32) {{\n{}    (bright, dull, middling)\n}}\n",
        parts.concat()
    )
}

fn place(options: &str) -> Place {
    let place = Place::new();
    place.write("lib.rs", lamps());
    std::fs::create_dir(place.home()).unwrap();
    std::fs::write(place.home().join("config.toml"), options).unwrap();
    place
}

#[test]
fn without_a_model_nothing_is_asked_and_nothing_is_opened() {
    let place = place("");
    place
        .run(["refactor", "plan", "lib.rs:9"])
        .expect(2)
        .says("No model is configured");
    place
        .run(["model", "check"])
        .expect(2)
        .says("No model is configured");
    let status = place.run(["model", "status"]).expect(0);
    assert_eq!(status.stdout, "model: none configured; nothing is sent\n");
    let left: Vec<_> = std::fs::read_dir(place.home()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn what_goes_wrong_is_json_where_that_is_asked_for() {
    let options = "[model]\nprovider = 'openai'\nmodel = 'good'\nurl = 'http://127.0.0.1:9/v1'\ntasks = ['choose', 'rewrite']\n[model.budget]\nday = 0\n";
    for (options, file, said) in [
        ("", "lib.rs:9", "No model is configured"),
        (options, "lib.rs:9", "`model.budget.day` is 0"),
        (options, "none.rs:9", "can't be read"),
        (options, "lib.rs:999", "999"),
    ] {
        for command in ["plan", "rewrite"] {
            let place = place(options);
            let run = place.run(["refactor", command, file, "--format", "json"]);
            let run = run.expect(2);
            let told: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(told["place"], file);
            let error = told["error"].as_str().unwrap();
            assert!(error.contains(said), "{run:?}");
            assert!(
                told.get("refused").is_none() && !run.stderr.is_empty(),
                "{run:?}"
            );
            let run = place.run(["refactor", command, file]).expect(2);
            assert_eq!(run.stdout, "");
        }
    }
}

#[test]
fn a_project_switches_it_off_and_nothing_else() {
    let options = "[model]\nprovider = 'openai'\nmodel = 'good'\nurl = 'http://127.0.0.1:9/v1'\n";
    let place = place(options);
    place.write("rustassistant.toml", "[model]\nenabled = false\n");
    place
        .run(["refactor", "plan", "lib.rs:9"])
        .expect(2)
        .says("`model.enabled` is `false` here");
    place.write(
        "rustassistant.toml",
        "[model]\nurl = 'http://127.0.0.1:10/v1'\n",
    );
    place
        .run(["refactor", "plan", "lib.rs:9"])
        .expect(2)
        .says("model.url: refused: a project can't choose a model");
}

#[test]
fn a_function_within_its_limits_costs_nothing() {
    let options = "[model]\nprovider = 'openai'\nmodel = 'good'\nurl = 'http://127.0.0.1:9/v1'\n";
    let place = place(options);
    place.write("small.rs", "fn f() {\n    g();\n}\n");
    place
        .run(["refactor", "plan", "small.rs:2"])
        .expect(1)
        .says("within its limits");
    place
        .run(["model", "status", "--show", "small.rs:2"])
        .expect(2)
        .says("Nothing would be sent");
    let shown = place
        .run(["model", "status", "--show", "lib.rs:9"])
        .expect(0)
        .stdout;
    assert!(
        shown.starts_with("POST http://127.0.0.1:9/v1/chat/completions\n"),
        "{shown}"
    );
    assert!(
        shown.contains("\\n1|pub fn report(lamps: &[Lamp])"),
        "{shown}"
    );
    assert!(
        !shown.contains("pub struct Lamp") && !shown.contains("lib.rs"),
        "{shown}"
    );
}

#[test]
fn what_the_budget_does_not_allow_is_not_sent() {
    for (budget, said) in [
        ("day = 1000", "the budget of the day doesn't allow about"),
        (
            "day = 0",
            "`model.budget.day` is 0, so nothing may be spent",
        ),
        (
            "month = '1k'",
            "the budget of the month doesn't allow about",
        ),
        ("request = '1k'", "`model.budget.request` allows 1000"),
    ] {
        // Nothing listens there.
        let options = format!(
            "[model]\nprovider = 'openai'\nmodel = 'good'\nurl = 'http://127.0.0.1:9/v1'\n[model.budget]\n{budget}\n"
        );
        let place = place(&options);
        let run = place.run(["refactor", "plan", "lib.rs:9"]).expect(2);
        assert!(
            run.stderr.contains(said) && run.stderr.contains("Nothing was sent."),
            "{run:?}"
        );
        // Limits that need no ledger are checked before anything is compiled.
        let is_plain = budget.starts_with("request") || budget.ends_with(" 0");
        assert_eq!(
            run.stderr.contains("Checking with rustc"),
            !is_plain,
            "{run:?}"
        );
    }
}
