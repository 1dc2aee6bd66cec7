//! A server with the requests and responses of the official packages, in pinned versions.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, LazyLock, Mutex},
    thread,
};

use serde_json::Value;

use crate::{
    harness::{Place, Run},
    lamps, place,
};

const PACKAGES: &str = "anthropic==2.14.0 openai==3.57.0";
/// Set explicitly if the packages can't be installed.
const WITHOUT: &str = "RUSTASSISTANT_WITHOUT_MODEL_PACKAGES";
const KEY: &str = "s3cret";

static SERVER: LazyLock<Option<Server>> = LazyLock::new(|| {
    if std::env::var_os(WITHOUT).is_some_and(|it| it == "1") {
        return None;
    }
    let python = python().unwrap_or_else(|why| {
        panic!("`{PACKAGES}` can't be had: {why}; {WITHOUT}=1 leaves these tests out")
    });
    Some(Server::start(&python))
});

struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Value>>>,
    /// Terminated when this is dropped.
    _child: Child,
}

impl Server {
    fn start(python: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/model/server.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next().expect("the server says its port").unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let request = serde_json::from_str(&line).unwrap();
                kept.lock().unwrap().push(request);
            }
        });
        Self {
            port: port.parse().unwrap(),
            asked,
            _child: child,
        }
    }

    /// A place configured with this model.
    fn place(&self, provider: &str, model: &str, more: &str) -> Place {
        let path = if provider == "openai" { "/v1" } else { "" };
        place(&format!(
            "[model]\nprovider = '{provider}'\nmodel = '{model}'\nurl = 'http://127.0.0.1:{}{path}'\napi_key = '{KEY}'\n{more}",
            self.port
        ))
    }

    fn asked_of(&self, model: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|it| it["body"]["model"] == model)
            .count()
    }
}

fn plan(place: &Place, more: &[&str]) -> Run {
    let run = place.run([&["refactor", "plan", "lib.rs:9"][..], more].concat());
    assert!(!format!("{run:?}").contains(KEY), "{run:?}");
    run
}

/// Tokens used today.
fn used(place: &Place) -> u64 {
    let status = place.run(["model", "status"]).expect(0).stdout;
    let line = status.lines().find_map(|line| line.strip_prefix("day: "));
    let used = line.and_then(|line| line.split(' ').next());
    used.unwrap_or_else(|| panic!("{status}")).parse().unwrap()
}

const PROVIDERS: [&str; 2] = ["anthropic", "openai"];

#[test]
fn a_plan_is_shown_kept_and_carried_out() {
    let Some(server) = &*SERVER else { return };
    for provider in PROVIDERS {
        let model = format!("good@{provider}");
        let place = server.place(provider, &model, "effort = 'low'\n");
        let first = plan(&place, &[]).expect(0);
        assert!(
            first.stdout.contains("+fn tally_bright(lamps: &[Lamp])"),
            "{first:?}"
        );
        assert!(
            first.stderr.contains("says: Each loop counts one thing."),
            "{first:?}"
        );
        assert!(
            first
                .stderr
                .contains("(complexity 24 → 0, and 16 in a new function)"),
            "{first:?}"
        );
        assert_eq!((place.read("lib.rs"), used(&place)), (lamps(), 600));
        let second = plan(&place, &["--format", "json"]).expect(0);
        let report: Value = serde_json::from_str(&second.stdout).unwrap();
        assert_eq!(report["model"]["kept"], true);
        let plans = report["plans"].as_array().unwrap();
        assert_eq!(
            plans[0]["functions"],
            serde_json::json!(["tally_bright", "tally_dull"])
        );
        assert!(
            plans
                .windows(2)
                .all(|two| two[0]["after"].as_u64() <= two[1]["after"].as_u64())
        );
        plan(&place, &["--write"])
            .expect(0)
            .says("Applied: Extract `tally_bright` and `tally_dull`");
        assert!(
            place
                .read("lib.rs")
                .contains("let (bright, dull) = tally_bright(lamps);")
        );
        assert_eq!((server.asked_of(&model), used(&place)), (1, 600));
        let status = place.run(["model", "status"]).expect(0).stdout;
        assert!(
            status.contains("saved: 1200 tokens by 2 kept answers"),
            "{status}"
        );
    }
}

#[test]
fn a_server_that_answers_is_found_to() {
    let Some(server) = &*SERVER else { return };
    for provider in PROVIDERS {
        let place = server.place(provider, "ready", "");
        let checked = place.run(["model", "check"]).expect(0).stdout;
        assert!(
            checked.contains("answered in") && checked.contains("for 600 tokens"),
            "{checked}"
        );
        let place = server.place(provider, "denied", "");
        place
            .run(["model", "check"])
            .expect(2)
            .says("refuses the key (401)");
    }
    let old = server.place("openai", "old", "");
    old.run(["model", "check"]).expect(0);
}

#[test]
fn what_is_no_answer_changes_nothing_and_costs_what_it_cost() {
    let Some(server) = &*SERVER else { return };
    for provider in PROVIDERS {
        for (model, code, said, cost) in [
            ("denied", 2, "refuses the key (401)", Some(0)),
            (
                "busy",
                2,
                "limits requests (429: too many requests)",
                Some(0),
            ),
            (
                "elsewhere",
                2,
                "set `model.url` to the final address",
                Some(0),
            ),
            ("slow", 2, "did not answer within 1 s", None),
            ("html", 2, "it is not JSON", None),
            ("huge", 2, "it is too large", None),
            ("cut", 2, "cut off at the token limit", Some(600)),
            ("declines", 2, "declined to answer", Some(600)),
            (
                "cut-prompt",
                2,
                "the server truncated the request",
                Some(107),
            ),
            ("ready", 2, "doesn't have the requested format", Some(600)),
        ] {
            let timeout = if model == "slow" { 1 } else { 60 };
            let place = server.place(provider, model, &format!("timeout = {timeout}\n"));
            let run = plan(&place, &["--write"]).expect(code);
            assert!(run.stderr.contains(said), "{model} of {provider}: {run:?}");
            assert_eq!(place.read("lib.rs"), lamps());
            let used = used(&place);
            match cost {
                Some(cost) => assert_eq!(used, cost, "{model}"),
                // The estimate.
                None => assert!((1_500..4_000).contains(&used), "{model}: {used}"),
            }
        }
    }
}

#[test]
fn nothing_that_is_meant_to_harm_becomes_an_edit_or_steers_a_terminal() {
    let Some(server) = &*SERVER else { return };
    for (at, model) in [
        "evil-prose",
        "evil-code",
        "evil-name",
        "evil-keyword",
        "evil-words",
        "bad",
        "none",
    ]
    .into_iter()
    .enumerate()
    {
        let place = server.place(PROVIDERS[at % 2], model, "");
        let run = plan(&place, &["--write"]);
        assert!(matches!(run.code, Some(1 | 2)), "{run:?}");
        assert_eq!(
            (place.read("lib.rs"), &*run.stdout),
            (lamps(), ""),
            "{model}"
        );
        assert!(
            !run.stderr.contains("rm -rf") && !run.stderr.contains("curl"),
            "{run:?}"
        );
        assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
    }
    let place = server.place("openai", "words", "");
    let run = plan(&place, &[]).expect(0);
    let said = run
        .stderr
        .lines()
        .find(|line| line.contains(" says: "))
        .unwrap();
    assert!(
        said.len() < 400 && !said.contains(['\u{1b}', '\u{202e}']),
        "{said}"
    );
}

#[test]
fn what_came_to_nothing_is_not_paid_for_twice() {
    let Some(server) = &*SERVER else { return };
    let place = server.place("openai", "bad@twice", "");
    plan(&place, &[])
        .expect(1)
        .says("None of the model's choices both compiles and improves");
    plan(&place, &[])
        .expect(1)
        .says("It is asked again in a month");
    assert_eq!((server.asked_of("bad@twice"), used(&place)), (1, 600));
}

#[test]
fn a_fence_around_an_answer_is_none_of_it() {
    let Some(server) = &*SERVER else { return };
    let place = server.place("openai", "fenced", "");
    plan(&place, &["--write"]).expect(0);
    assert!(place.read("lib.rs").contains("fn tally_bright"));
}

fn rewrite(place: &Place, more: &[&str]) -> Run {
    let run = place.run([&["refactor", "rewrite", "lib.rs:9"][..], more].concat());
    assert!(!format!("{run:?}").contains(KEY), "{run:?}");
    run
}

const REWRITES: &str = "tasks = ['rewrite']\n";

#[test]
fn a_function_is_rewritten_where_that_holds() {
    let Some(server) = &*SERVER else { return };
    let place = server.place("openai", "good@off", "");
    rewrite(&place, &[])
        .expect(2)
        .says("`model.tasks` doesn't contain `rewrite`");
    for provider in PROVIDERS {
        let model = format!("good@rewrite-{provider}");
        let place = server.place(provider, &model, REWRITES);
        let first = rewrite(&place, &[]).expect(0);
        assert!(
            first.stdout.contains("+fn tally(lamps: &[Lamp]"),
            "{first:?}"
        );
        for said in [
            "use `--write` to apply: Rewrite with `tally` (complexity 24 → 0)",
            "says: One loop tallies all",
            "Review whether the behaviour is the same.",
            "Tests were not run.",
            "used 600 tokens",
        ] {
            assert!(first.stderr.contains(said), "{said}: {first:?}");
        }
        assert!(!first.stderr.contains('\u{1b}'), "{first:?}");
        assert_eq!((place.read("lib.rs"), used(&place)), (lamps(), 600));
        let second = rewrite(&place, &["--format", "json"]).expect(0);
        let report: Value = serde_json::from_str(&second.stdout).unwrap();
        assert_eq!(report["model"]["kept"], true);
        assert_eq!(report["helpers"], serde_json::json!(["tally"]));
        rewrite(&place, &["--write"]).expect(0).says("Applied");
        assert!(
            place
                .read("lib.rs")
                .contains("tally(lamps, |lamp| lamp.watts > 40)")
        );
        assert_eq!((server.asked_of(&model), used(&place)), (1, 600));
    }
}

#[test]
fn what_rustc_says_is_told_to_whoever_wrote_it() {
    let Some(server) = &*SERVER else { return };
    let place = server.place("anthropic", "mended", REWRITES);
    let run = rewrite(&place, &["--write"]).expect(0);
    assert!(
        run.stderr.contains("Left: rustc rejects it: error[E0308]"),
        "{run:?}"
    );
    assert_eq!((server.asked_of("mended"), used(&place)), (2, 1200));
    // An accepted answer is cached under the first question.
    place.write("lib.rs", lamps());
    rewrite(&place, &[])
        .expect(0)
        .says("which saves 1200 tokens");
    assert_eq!(server.asked_of("mended"), 2);
}

#[test]
fn a_reply_that_does_not_hold_is_no_edit_and_not_paid_for_twice() {
    let Some(server) = &*SERVER else { return };
    for (model, why) in [
        ("stubborn", "rustc rejects it"),
        (
            "evil-code",
            "Left: The reply contains something that the function doesn't",
        ),
    ] {
        let place = server.place("openai", model, REWRITES);
        let run = rewrite(&place, &["--write"]).expect(1);
        assert!(run.stderr.contains(why), "{run:?}");
        assert_eq!((place.read("lib.rs"), &*run.stdout), (lamps(), ""));
        assert_eq!((server.asked_of(model), used(&place)), (3, 1800));
        let again = rewrite(&place, &["--format", "json"]).expect(1);
        let refused: Value = serde_json::from_str(&again.stdout).unwrap();
        let why = refused["refused"].as_str().unwrap();
        assert!(why.contains("It is asked again in a month"), "{why}");
        assert_eq!(server.asked_of(model), 3);
    }
    let place = server.place(
        "openai",
        "stubborn@poor",
        "tasks = ['rewrite']\nbudget.request = 2300\n",
    );
    rewrite(&place, &[]).expect(1);
    assert_eq!(server.asked_of("stubborn@poor"), 1);
}

#[test]
fn of_what_does_not_compile_nothing_is_sent() {
    let Some(server) = &*SERVER else { return };
    let place = server.place("openai", "good@broken", "tasks = ['choose', 'rewrite']\n");
    place.write("lib.rs", lamps() + "\nfn broken() -> u32 {\n    \"\"\n}\n");
    for run in [
        plan(&place, &["--format", "json"]),
        rewrite(&place, &["--format", "json"]),
    ] {
        let run = run.expect(1);
        let refused: Value = serde_json::from_str(&run.stdout).unwrap();
        let why = refused["refused"].as_str().unwrap();
        assert!(why.contains("the code doesn't compile"), "{why}");
    }
    assert_eq!(server.asked_of("good@broken"), 0);
}

#[test]
fn tests_that_name_a_function_are_run_where_that_is_wanted() {
    const TESTS: &str = "\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn report_counts() {\n        let lamp = Lamp { is_on: true, watts: 60, room: 3 };\n        assert_eq!(report(&[lamp]), (1, 0, 0));\n    }\n\n    #[test]\n    fn another_fails() {\n        panic!();\n    }\n}\n";
    const MANIFEST: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let Some(server) = &*SERVER else { return };
    for (model, code, said) in [
        (
            "good@tested",
            0,
            "The only test that names the function or its module passes.",
        ),
        (
            "wrong",
            1,
            "With it, the test `tests::report_counts` fails.",
        ),
    ] {
        let place = server.place("openai", model, "tasks = ['rewrite']\ntest = true\n");
        place.write("Cargo.toml", MANIFEST);
        place.write("src/lib.rs", lamps() + TESTS);
        let run = place
            .run(["refactor", "rewrite", "src/lib.rs:9"])
            .expect(code);
        assert!(run.stderr.contains(said), "{run:?}");
        assert!(!place.path("Cargo.lock").exists() && place.read("src/lib.rs") == lamps() + TESTS);
    }
}

fn extract(place: &Place, more: &[&str]) -> Run {
    let arguments = ["refactor", "run", "extract-function", "lib.rs:8-17"];
    place.run([&arguments[..], more].concat()).expect(0)
}

#[test]
fn a_model_proposes_names_and_without_an_answer_the_code_has_its_own() {
    const BY_MODEL: &[&str] = &["--name-by-model"];
    let Some(server) = &*SERVER else { return };
    for provider in PROVIDERS {
        let model = format!("good@name-{provider}");
        let place = server.place(provider, &model, "");
        let own = extract(&place, &[]).stdout;
        assert!(!own.contains("tally_bright_lamps") && server.asked_of(&model) == 0);
        for _ in 0..2 {
            let named = extract(&place, BY_MODEL);
            assert!(
                named.stdout.contains("+fn tally_bright_lamps("),
                "{named:?}"
            );
            assert!(
                named
                    .stderr
                    .contains("Other possible names: `count_bright`. Choose one with `--name`."),
                "{named:?}"
            );
        }
        assert_eq!(server.asked_of(&model), 1);
        for (model, more, why) in [
            ("denied", "", "refuses the key (401)"),
            ("slow", "", "did not answer within 4 s"),
            ("html", "", "it is not JSON"),
            ("bad@names", "", "every proposed name is already taken"),
            (
                "good@off",
                "tasks = []\n",
                "`model.tasks` doesn't contain `name`",
            ),
            ("good@poor", "budget.day = 0\n", "`model.budget.day` is 0"),
        ] {
            let place = server.place(provider, model, more);
            let run = extract(&place, BY_MODEL);
            assert_eq!(run.stdout, own, "{model}");
            assert!(run.stderr.contains("No name from a model: "), "{run:?}");
            assert!(run.stderr.contains(why), "{run:?}");
            assert!(
                run.stderr.contains("A name from the code is used."),
                "{run:?}"
            );
        }
    }
    let run = extract(&place(""), BY_MODEL);
    assert!(run.stderr.contains("No model is configured"), "{run:?}");
}

#[test]
fn a_model_names_a_condition_where_the_code_tells_no_name() {
    const TEXT: &str = "pub fn report(a: u8, is_late: bool) -> u8 {\n    if a == 1 || is_late && a > 7 {\n        return 1;\n    }\n    if is_late && is_new(a) {\n        return 3;\n    }\n    2\n}\n\nfn is_new(a: u8) -> bool {\n    a == 0\n}\n";
    let Some(server) = &*SERVER else { return };
    let name = |place: &Place, line: &str, more: &[&str]| {
        let arguments = ["refactor", "run", "name-condition", line];
        place.run([&arguments[..], more].concat()).expect(0)
    };
    for provider in PROVIDERS {
        let model = format!("good@condition-{provider}");
        let place = server.place(provider, &model, "");
        place.write("lib.rs", TEXT);
        let own = name(&place, "lib.rs:2", &[]).stdout;
        assert!(own.contains("+    let condition = a == 1"), "{own}");
        let given = name(&place, "lib.rs:2", &["--name", "is_due"]).stdout;
        assert!(given.contains("+    let is_due = a == 1"), "{given}");
        assert_eq!(server.asked_of(&model), 0);
        for _ in 0..2 {
            let named = name(&place, "lib.rs:2", &["--name-by-model"]);
            assert!(
                named
                    .stdout
                    .contains("+    let tally_bright_lamps = a == 1 || is_late && a > 7;"),
                "{named:?}"
            );
            assert!(!named.stderr.contains("Checking with rustc"), "{named:?}");
        }
        let told = name(&place, "lib.rs:5", &["--name-by-model"]);
        assert!(told.stderr.contains("already suggests a name"), "{told:?}");
        assert_eq!(server.asked_of(&model), 1);
        for (model, why) in [
            ("bad@conditions", "every proposed name is already taken"),
            ("slow", "did not answer within 4 s"),
        ] {
            let place = server.place(provider, model, "");
            place.write("lib.rs", TEXT);
            let run = name(&place, "lib.rs:2", &["--name-by-model"]);
            assert_eq!(run.stdout, own, "{model}");
            assert!(run.stderr.contains(why), "{run:?}");
        }
    }
    let place = place("");
    place.write("lib.rs", TEXT);
    place
        .run([
            "refactor",
            "run",
            "name-condition",
            "lib.rs:2",
            "--name",
            "is_late",
        ])
        .expect(1)
        .says("can't be named `is_late` here");
}

/// The interpreter of an environment with the packages, which is created once.
fn python() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("model-packages");
    let python = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let made = folder.join(PACKAGES);
    if made.exists() {
        return Ok(python);
    }
    let folder_name = folder.to_str().ok_or("the folder's name is no text")?;
    run(Command::new("python3").args(["-m", "venv", "--clear", folder_name]))?;
    let packages = PACKAGES.split(' ');
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet"])
        .args(packages))?;
    fs::write(made, "").map_err(|error| error.to_string())?;
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let run = command.output().map_err(|error| error.to_string())?;
    if run.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&run.stderr).into_owned())
}
