//! `refactor analyze`: its two formats, its exit codes, and that a report doesn't depend on how it was computed.

use crate::harness::{Place, finish, paths};

const ORDERS: &str = include_str!("fixtures/orders.rs");
const CALM: &str = include_str!("fixtures/calm.rs");

fn shop() -> Place {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"shop\"\nedition = \"2021\"\n",
        )
        .write("src/orders.rs", ORDERS)
        .write("src/calm.rs", CALM);
    place
}

/// Removes the time at the end of the summary line, which varies.
fn without_time(report: &str) -> String {
    let lines = report.lines().map(|line| match line.rsplit_once(", ") {
        Some((rest, time)) if time.ends_with(" s)") => format!("{rest}, TIME)"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn people_read_frames_and_a_summary() {
    let run = shop().run(["refactor", "analyze", "."]).expect(0);
    assert_eq!(run.stderr, "");
    insta::assert_snapshot!("human", without_time(&run.stdout));
}

#[test]
fn a_place_that_adds_nothing_is_marked_without_a_number() {
    let place = Place::new();
    let steps = "    let mut s = Vec::new();\n    for c in a.c {\n        s.push(c.d());\n    }\n    e(s)\n";
    place.write("a.rs", format!("fn f(a: &A) {{\n{steps}}}\n"));
    let arguments = ["refactor", "analyze", "--config", "profile=full", "a.rs"];
    let said = place.run(arguments).expect(0).stdout;
    assert!(said.contains("this loop only fills `s`"), "{said}");
    assert!(said.contains("-----\n"), "{said}");
    assert!(!said.contains('+'), "{said}");
}

#[test]
fn programs_read_json() {
    let mut report = shop()
        .analyze(&["--metrics", "--offers", "src"])
        .expect(0)
        .stable_report();
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&report).unwrap());

    // Metrics and offers are included only on request.
    let plain = shop().analyze(&["src"]).expect(0).stable_report();
    for file in report["files"].as_array_mut().unwrap() {
        file.as_object_mut().unwrap().remove("functions").unwrap();
        for finding in file["findings"].as_array_mut().unwrap() {
            let finding = finding.as_object_mut().unwrap();
            finding.remove("refactorings").unwrap();
            finding.remove("extractions");
        }
    }
    assert_eq!(report, plain);
}

#[test]
fn columns_count_characters() {
    let report = shop().json(&["--metrics", "src/orders.rs"]);
    let functions = report["files"][0]["functions"].as_array().unwrap();
    let names: Vec<_> = functions
        .iter()
        .map(|function| function["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["total", "größe", "name", "both"]);
    assert_eq!(functions[1]["line"], 49);
    assert_eq!(functions[1]["end_line"], 71);

    let after_wide = "/* 🦀ß */ fn f(a: bool, b: bool) { if a { if b { f(b, a) } } }\n";
    let place = Place::new();
    place.write("wide.rs", after_wide);
    let report = place.json(&["wide.rs"]);
    let start = &report["files"][0]["findings"][0]["range"]["start"];
    assert_eq!(start["line"], 1);
    let before = &after_wide[..after_wide.find("if a").unwrap()];
    let expected = before.chars().count() + 1;
    assert_eq!(start["column"], expected);
}

#[test]
fn a_file_is_listed_once_and_all_are_sorted() {
    let place = shop();
    let run = place.analyze(&["src/orders.rs", "./src", "src/../src/orders.rs", "src"]);
    let report = run.expect(0).report();
    assert_eq!(paths(&report), ["src/calm.rs", "src/orders.rs"]);
    assert_eq!(report["summary"]["files"], 2);
}

#[test]
fn paths_are_relative_to_where_it_runs() {
    let place = shop();
    let mut command = place.command();
    command
        .current_dir(place.path("src"))
        .args(["refactor", "analyze", "--format", "json", ".."]);
    let report = finish(command).expect(0).report();
    assert_eq!(paths(&report), ["calm.rs", "orders.rs"]);

    let above = place.path("src").canonicalize().unwrap();
    let report = place.json(&[above.to_str().unwrap()]);
    assert_eq!(paths(&report), ["src/calm.rs", "src/orders.rs"]);
}

#[test]
fn a_warm_start_parses_nothing_and_says_the_same() {
    let place = shop();
    let cold = place.analyze(&["--metrics", "."]).expect(0);
    let warm = place.analyze(&["--metrics", "."]).expect(0);
    assert_eq!(cold.stable_report(), warm.stable_report());
    assert_eq!(cold.report()["summary"]["parsed"], 2);
    assert_eq!(warm.report()["summary"]["parsed"], 0);
    assert_eq!(warm.report()["summary"]["cache"]["local_hits"], 2);
    assert_eq!(warm.report()["summary"]["cache"]["misses"], 0);

    let until_summary = |run: &str| run.split("\"summary\"").next().unwrap().to_owned();
    assert_eq!(
        until_summary(&cold.stdout),
        until_summary(&warm.stdout),
        "byte for byte"
    );
}

#[test]
fn without_the_cache_nothing_is_read_or_written() {
    let place = shop();
    let first = place.analyze(&["--no-cache", "."]).expect(0);
    assert!(!place.home().join("cache.db").exists());
    let cached = place.analyze(&["."]).expect(0);
    let again = place.analyze(&["--no-cache", "."]).expect(0);
    assert_eq!(again.report()["summary"]["parsed"], 2);
    assert_eq!(first.stable_report(), cached.stable_report());
    assert_eq!(first.stable_report(), again.stable_report());
}

#[test]
fn threads_change_nothing() {
    let place = Place::new();
    for at in 0..40 {
        place.write(&format!("src/file_{at}.rs"), format!("// {at}\n{ORDERS}"));
    }
    let with_threads = |threads: &str| {
        let mut command = place.command();
        command.env("RAYON_NUM_THREADS", threads).args([
            "refactor",
            "analyze",
            "--format",
            "json",
            "--no-cache",
            ".",
        ]);
        finish(command).expect(0).stable_report()
    };
    assert_eq!(with_threads("1"), with_threads("4"));
}

#[test]
fn exit_codes_follow_the_level_that_is_asked_for() {
    let place = shop();
    for (level, path, code) in [
        ("never", "src/orders.rs", 0),
        ("warn", "src/orders.rs", 1),
        ("strong", "src/orders.rs", 1),
        ("warn", "src/calm.rs", 0),
        ("strong", "src/calm.rs", 0),
    ] {
        let run = place.run(["refactor", "analyze", "--fail-on", level, path]);
        assert_eq!(run.code, Some(code), "{level} {path}: {run:#?}");
    }
    // A file with only a weak finding.
    place.write(
        "src/weak.rs",
        "fn weak(a: bool, b: bool) { if a { if b { weak(b, a) } } }\n",
    );
    for (level, code) in [("warn", 1), ("strong", 0)] {
        let run = place.run(["refactor", "analyze", "--fail-on", level, "src/weak.rs"]);
        assert_eq!(run.code, Some(code), "{level}: {run:#?}");
    }
}

#[test]
fn nothing_found_is_one_line() {
    let run = shop().run(["refactor", "analyze", "src/calm.rs"]).expect(0);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    assert!(
        run.stdout.starts_with("No findings in 1 file, 5 lines"),
        "{}",
        run.stdout
    );
}

#[test]
fn statistics_are_for_stderr() {
    let run = shop().analyze(&["--stats", "src"]).expect(0);
    assert_eq!(paths(&run.report()).len(), 2);
    assert!(run.stderr.contains("caught panics: 0"), "{}", run.stderr);
}

#[test]
fn configuration_changes_judgement_and_not_measures() {
    let place = shop();
    place.analyze(&["src"]).expect(0);
    place.write(
        "rustassistant.toml",
        "[smells.cognitive-complexity]\nwarn = 200\nstrong = 300\n",
    );
    let run = place.analyze(&["src"]).expect(0);
    let report = run.report();
    assert_eq!(
        report["summary"]["parsed"], 0,
        "the measures are still good"
    );
    assert!(
        !run.stdout.contains("\"smell\":\"cognitive-complexity\""),
        "{}",
        run.stdout
    );
}

#[test]
fn a_wrong_configuration_is_refused_with_its_place() {
    let place = shop();
    place.write(
        "rustassistant.toml",
        "\n[smells.cognitive-complexitty]\nwarn = 3\n",
    );
    place
        .analyze(&["src"])
        .expect(2)
        .says("rustassistant.toml:2")
        .says("cognitive-complexity");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = shop();
    for at in 0..200 {
        place.write(&format!("src/file_{at}.rs"), ORDERS);
    }
    let mut command = place.command_for(std::path::Path::new("sh"));
    let binary = env!("CARGO_BIN_EXE_rustassistant");
    command.args([
        "-c",
        &format!("'{binary}' refactor analyze src | head -n 1"),
    ]);
    let run = finish(command).expect(0);
    assert_eq!(run.stderr, "");
    assert_eq!(run.stdout.lines().count(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_can_not_be_written_is_an_error() {
    let place = shop();
    let mut command = place.command();
    let full = std::fs::File::create("/dev/full").unwrap();
    command.args(["refactor", "analyze", "src"]).stdout(full);
    finish(command).expect(2).says("error");
}
