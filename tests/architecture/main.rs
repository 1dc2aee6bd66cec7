//! Enforces the order of the modules and their restrictions: which module may use which, and which one may use a crate or an
//! API. All paths count, including those inside macros and those that start with `super`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
    process::Command,
};

use source::{Source, source, sources};

mod source;

/// Each line may use the lines before it. Modules on the same line never use each other.
const ORDER: &[&[&str]] = &[
    &["text"],
    &["syntax"],
    &["facts"],
    &["survey"],
    &["index"],
    &["shapes"],
    &["smells", "refactorings", "extraction", "rewriting"],
    &["os"],
    &["cache"],
    &["migrations"],
    &["config"],
    &["programs"],
    &["workspace"],
    &["compiler", "history", "model"],
    &["analysis"],
    &["report"],
    &["lsp", "cli", "mcp"],
];

/// Modules that may use everything in their crate.
const ROOTS: &[&str] = &["lib", "main", "cargo", "build", "tests"];

/// Separate crates whose manifests list what they may use; their `crate::` is neither the engine's nor the root's.
const CRATES: &[&str] = &["cache", "os"];

/// Folders whose modules depend on each other in one direction only, so that their files have a reading order.
const FOLDERS: &[&str] = &[
    "lsp",
    "lsp/wire",
    "lsp/session",
    "lsp/features",
    "config",
    "cache/team/service",
];

/// A path, and the only modules that may contain it.
const DOORS: &[(&str, &[&str])] = &[
    ("tower_lsp", &["lsp"]),
    ("lsp_types", &["lsp"]),
    ("sqlx", &["cache", "migrations"]),
    ("reqwest", &["cache", "model"]),
    ("axum", &["cache"]),
    ("rmcp", &["mcp"]),
    (
        "ra_ap_syntax",
        &[
            "syntax",
            "survey",
            "shapes",
            "smells",
            "refactorings",
            "extraction",
            "rewriting",
        ],
    ),
    ("ra_ap_parser", &["syntax"]),
    ("std::fs", NOT_PURE),
    ("std::env", NOT_PURE),
    ("std::time", NOT_PURE),
    ("std::process", NOT_PURE),
    ("std::net", NOT_PURE),
    ("tokio", NOT_PURE),
    ("tracing", NOT_PURE),
    ("rand", &[]),
    ("std::os", &["os"]),
    ("rustix", &["os"]),
];

/// The modules that aren't limited to pure functions.
const NOT_PURE: &[&str] = &[
    "os",
    "cache",
    "config",
    "programs",
    "workspace",
    "compiler",
    "history",
    "model",
    "analysis",
    "report",
    "lsp",
    "cli",
    "mcp",
    "main",
    "cargo",
    "build",
];

/// Macros that write to standard output, and the modules that may use them.
const PRINTING: &[&str] = &["println", "print"];
const PRINTERS: &[&str] = &["report", "cli", "build"];

/// The files that start other programs: those that obtain secrets, report versions, run this program again for cargo, run cargo
/// and rustc (together with the platform's part of it), and run git.
const STARTERS: &[&str] = &[
    "server/cache/secret.rs",
    "server/cargo.rs",
    "server/cli/doctor.rs",
    "server/compiler/layout.rs",
    "server/compiler/loose.rs",
    "server/compiler/package.rs",
    "server/compiler/recorder.rs",
    "server/compiler/replay.rs",
    "server/history.rs",
    "server/os/lib.rs",
    "server/programs.rs",
];

/// Type names with a single meaning in the whole product, so that only one type may have each.
const WORDS: &[&str] = &[
    "Change",
    "Edits",
    "Finding",
    "Gate",
    "Ledger",
    "Offer",
    "Plan",
    "Progress",
    "Refactoring",
    "Rewrite",
    "Sighting",
    "Smell",
    "Step",
    "Steps",
    "Unit",
    "Verdict",
];

/// Crates that only a team's cache requires.
const TEAM_CRATES: &[&str] = &[
    "axum",
    "axum-server",
    "ed25519-dalek",
    "governor",
    "prometheus-client",
    "reqwest",
    "rustls",
    "sqlx-postgres",
];

/// Crates that only models require, besides those shared with a team's cache.
const MODEL_CRATES: &[&str] = &["reqwest", "rustls"];

/// Crates that only the server for agents requires.
const AGENTS_CRATES: &[&str] = &["rmcp", "schemars"];

/// Names of platforms in a `cfg`.
const SYSTEMS: &[&str] = &[
    "unix",
    "windows",
    "target_os",
    "target_family",
    "target_env",
];

#[test]
fn modules_use_only_what_comes_before_them() {
    let mut faults = String::new();
    for file in sources() {
        if CRATES.contains(&file.module.as_str()) {
            continue;
        }
        for used in file.used_modules() {
            if !may_use(&file.module, &used.name) {
                let _ = writeln!(faults, "{}:{} uses `{}`", file.path, used.line, used.name);
            }
        }
    }
    assert!(
        faults.is_empty(),
        "the order of the modules is broken:\n{faults}"
    );
}

#[test]
fn modules_of_a_folder_have_a_reading_order() {
    let sources = sources();
    for folder in FOLDERS {
        let uses = uses_in_folder(&sources, folder);
        assert!(!uses.is_empty(), "`{folder}` has no modules");
        let circle = circle(&uses);
        assert!(circle.is_empty(), "a circle in `{folder}`: {circle:?}");
    }
}

#[test]
fn every_door_is_used_by_its_owners_alone() {
    let mut faults = String::new();
    for file in sources() {
        for (door, owners) in DOORS {
            if owners.contains(&file.module.as_str()) {
                continue;
            }
            for line in file.lines_with_path(door) {
                let _ = writeln!(faults, "{}:{line} uses `{door}`", file.path);
            }
        }
        if !PRINTERS.contains(&file.module.as_str()) {
            for line in file.lines_with_macro(PRINTING) {
                let _ = writeln!(faults, "{}:{line} prints", file.path);
            }
        }
    }
    assert!(faults.is_empty(), "a door is used by others:\n{faults}");
}

#[test]
fn one_word_has_one_meaning() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in sources() {
        for name in file.declared_types() {
            places.entry(name).or_default().push(file.path.clone());
        }
    }
    for word in WORDS {
        let found = places.get(*word).map_or(&[][..], Vec::as_slice);
        assert!(found.len() <= 1, "`{word}` is several types: {found:?}");
    }
}

#[test]
fn few_files_start_other_programs() {
    let starts = |file: &Source| !file.lines_that_start_programs().is_empty();
    let starters = sources().into_iter().filter(starts);
    let starters: Vec<_> = starters.map(|file| file.path).collect();
    assert_eq!(starters, STARTERS);
}

#[test]
fn one_file_asks_which_system_it_runs_on() {
    let mut faults = String::new();
    for file in sources().into_iter().filter(|file| file.module != "os") {
        for line in file.lines_that_ask_for_the_system() {
            let _ = writeln!(faults, "{}:{line}", file.path);
        }
    }
    assert!(
        faults.is_empty(),
        "what differs between systems is in `server/os`:\n{faults}"
    );
}

#[test]
fn no_file_is_a_thousand_lines_long() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|file| file.text.lines().count() > 1_000)
        .map(|file| file.path)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_module_of_the_crate_has_its_place_in_the_order() {
    let known: Vec<&str> = ORDER.iter().copied().flatten().copied().collect();
    for file in sources() {
        let is_root = ROOTS.contains(&file.module.as_str());
        assert!(
            is_root || known.contains(&file.module.as_str()),
            "{} has no place",
            file.path
        );
    }
}

/// Dependencies of a team's cache, models and the server for agents aren't even built without their features.
#[test]
fn without_a_feature_there_is_nothing_of_it() {
    let tree = |flags: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args([
                "tree",
                "-e",
                "normal",
                "--prefix",
                "none",
                "--locked",
                "--offline",
            ])
            .args(flags)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("names are UTF-8")
    };
    let has = |tree: &str, name: &str| {
        let mut names = tree.lines().filter_map(|line| line.split(' ').next());
        names.any(|found| found == name)
    };
    let (with, without) = (tree(&[]), tree(&["--no-default-features"]));
    let all = [TEAM_CRATES, AGENTS_CRATES, MODEL_CRATES].concat();
    for name in &all {
        assert!(has(&with, name), "{name} is not in the build with it");
        assert!(!has(&without, name), "{name} is in the build without it");
    }
    for (feature, own) in [
        ("team", TEAM_CRATES),
        ("mcp", AGENTS_CRATES),
        ("model", MODEL_CRATES),
    ] {
        let alone = tree(&["--no-default-features", "--features", feature]);
        for name in &all {
            assert_eq!(
                has(&alone, name),
                own.contains(name),
                "{name} with {feature}"
            );
        }
    }
}

/// The map in `server/README.md` lists exactly the folders and the modules of the package roots.
#[test]
fn the_map_is_the_tree() {
    let map = map();
    for (path, _) in &map {
        let exists = Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists();
        assert!(exists, "the map names {path}, which isn't there");
    }
    let is_named = |path: &str| map.iter().any(|(named, _)| named == path);
    // If there is one file per entity, the map says so instead of listing them.
    let is_one_of_many = |path: &str| {
        let around = Path::new(path).parent();
        let around = around.map(|path| format!("{}/", path.display()));
        let mut lines = map
            .iter()
            .filter(|(named, _)| Some(named) == around.as_ref());
        lines.any(|(_, words)| words.starts_with("one file per"))
    };
    for path in tree() {
        let stands = is_named(&path) || is_one_of_many(&path);
        assert!(stands, "the map lacks {path}");
    }
}

#[test]
fn the_checks_see_what_they_look_for() {
    let file = source(
        "server/text/example.rs",
        "use crate::{syntax::{Tree, Item}, facts}; mod a { fn f() { super::super::super::cli::run() } }\n\
         fn g() { m!(std::fs::read(crate::lsp::X)); println!(\"\"); use tokio; } fn own() { super::x() }",
    );
    let used: Vec<String> = file
        .used_modules()
        .into_iter()
        .map(|used| used.name)
        .collect();
    assert_eq!(used, ["syntax", "facts", "cli", "lsp"]);
    assert_eq!(file.lines_with_path("std::fs"), [2]);
    assert_eq!(file.lines_with_path("tokio"), [2]);
    assert_eq!(file.lines_with_macro(PRINTING), [2]);
    let file = source(
        "server/text/example.rs",
        "#[cfg(unix)] fn f() { if cfg!(windows) {} }\n#[cfg(not(target_os = \"linux\"))] struct S;\n\
         #[cfg(test)] mod tests { #[cfg(unix)] fn f() {} }\nfn g(unix: u32) { unix.cfg(windows) }",
    );
    assert_eq!(file.lines_that_ask_for_the_system(), [1, 1, 2]);
    let file = source(
        "server/text/example.rs",
        "use std::{fs, process::{self, Command}};\nuse tokio::process::Command as C; use std::process::ExitCode;\n\
         fn f() { process::Command::new(\"a\"); process::id() }",
    );
    assert_eq!(file.lines_that_start_programs(), [1, 2, 3]);
    let file = source(
        "server/text/example.rs",
        "pub struct A; enum B {} mod m { trait C {} fn f() -> A { A } } #[cfg(test)] mod tests { struct D; }",
    );
    assert_eq!(file.declared_types(), ["A", "B", "C"]);
    assert!(!may_use("text", "syntax") && may_use("syntax", "text"));
    assert!(!may_use("smells", "refactorings") && may_use("smells", "shapes"));
}

#[test]
fn circles_are_seen_through_groups_and_longer_paths() {
    let circle_of = |one: &str, other: &str, third: &str| {
        let files = [("a", one), ("b/inner", other), ("c", third)];
        let files = files.map(|(name, text)| source(&format!("server/lsp/{name}.rs"), text));
        circle(&uses_in_folder(&files, "lsp"))
    };
    let (one, other) = (
        "use super::{x, b::{X, Y}};",
        "fn f() { super::super::c::f() }",
    );
    assert!(circle_of(one, other, "use crate::text::a::X;").is_empty());
    let closing = "mod m { use crate::{lsp::{a::X}, text}; }";
    assert_eq!(circle_of(one, other, closing), ["a", "b", "c"]);
    let in_tests = "#[cfg(test)] mod tests { use super::super::a; }";
    assert!(circle_of(one, other, in_tests).is_empty());
}

/// The paths in the map, folders with a trailing slash, each with its description.
fn map() -> Vec<(String, &'static str)> {
    let map = include_str!("../../server/README.md").lines();
    let map = map.skip_while(|line| *line != "    server/");
    let mut folders: Vec<(usize, &str)> = Vec::new();
    let mut paths = Vec::new();
    for line in map.take_while(|line| !line.is_empty()) {
        let depth = line.len() - line.trim_start().len();
        folders.retain(|(around, _)| *around < depth);
        let is_file = |word: &str| Path::new(word).extension().is_some_and(|end| end == "rs");
        let is_path = |word: &&str| word.ends_with('/') || is_file(word);
        let names: Vec<&str> = line.split_whitespace().take_while(is_path).collect();
        let last = *names.last().expect("each line names something");
        let (_, words) = line.rsplit_once(last).expect("it is in the line");
        let around: String = folders.iter().map(|(_, name)| *name).collect();
        paths.extend(
            names
                .iter()
                .map(|name| (format!("{around}{name}"), words.trim())),
        );
        folders.push((depth, last));
    }
    paths
}

/// The folders that contain code, and the modules of package roots without a folder.
fn tree() -> BTreeSet<String> {
    const ROOTS: [&str; 4] = ["server/", "server/cache/", "server/engine/", "server/os/"];
    let mut tree = BTreeSet::new();
    for file in sources() {
        if file.path.contains("/tests/") || file.path.ends_with("/tests.rs") {
            continue;
        }
        let folders = file.path.match_indices('/');
        tree.extend(folders.map(|(end, _)| file.path[..=end].to_owned()));
        let (folder, _) = file.path.rsplit_once('/').expect("it is in a folder");
        let own = file.path.trim_end_matches(".rs");
        let has_folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(own).is_dir();
        if ROOTS.contains(&format!("{folder}/").as_str()) && !has_folder {
            tree.insert(file.path);
        }
    }
    tree
}

/// The modules of a folder, each with the modules of the same folder that it uses.
fn uses_in_folder(sources: &[Source], folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder: Vec<&str> = folder.split('/').collect();
    let child = |path: &[String]| {
        let is_inside = path.len() > folder.len() && path.iter().zip(&folder).all(|(a, b)| a == b);
        is_inside.then(|| path[folder.len()].clone())
    };
    let inside = sources
        .iter()
        .filter_map(|file| Some((child(&file.modules)?, file)));
    let inside: Vec<(String, &Source)> = inside.collect();
    let modules: BTreeSet<String> = inside.iter().map(|(module, _)| module.clone()).collect();
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, file) in &inside {
        let paths = file
            .used_paths()
            .into_iter()
            .filter_map(|path| child(&path));
        let others = paths.filter(|other| other != module && modules.contains(other));
        uses.entry(module.clone()).or_default().extend(others);
    }
    uses
}

/// The modules that can't be ordered because they use each other in a cycle.
fn circle(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut left = uses.clone();
    while let Some(last) = left.iter().find(|(module, used)| {
        let is_used = left.values().any(|used| used.contains(*module));
        used.is_empty() || !is_used
    }) {
        let last = last.0.clone();
        left.remove(&last);
        for used in left.values_mut() {
            used.remove(&last);
        }
    }
    left.into_keys().collect()
}

fn may_use(module: &str, other: &str) -> bool {
    if module == other || ROOTS.contains(&module) {
        return true;
    }
    let place = |name: &str| ORDER.iter().position(|line| line.contains(&name));
    match (place(module), place(other)) {
        (Some(here), Some(there)) => there < here,
        // Anything else is an item of the crate's root, rather than a module.
        _ => true,
    }
}
