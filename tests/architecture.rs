//! Holds the order of the modules and their doors: who may use whom, and which module alone may touch what. Every path
//! counts, also those inside macros and those that start with `super`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ra_ap_syntax::{
    AstNode, Edition, SourceFile, SyntaxElement, SyntaxKind, SyntaxToken, T,
    ast::{self, HasName},
};
use walkdir::WalkDir;

/// Each line may use the lines before it. Modules in one line never use each other.
const ORDER: &[&[&str]] = &[
    &["text"],
    &["syntax"],
    &["facts"],
    &["survey"],
    &["index"],
    &["shapes"],
    &["smells", "refactorings"],
    &["os"],
    &["cache"],
    &["migrations"],
    &["config"],
    &["workspace"],
    &["analysis"],
    &["report"],
    &["lsp", "cli"],
];

/// What may use everything of its crate.
const ROOTS: &[&str] = &["lib", "main", "build", "tests"];

/// Crates of their own whose manifests say what they may use; their `crate::` is not the engine's or the root's.
const CRATES: &[&str] = &["cache", "os"];

/// Folders whose modules use each other in one direction, so that their files have a reading order.
const FOLDERS: &[&str] = &[
    "lsp",
    "lsp/wire",
    "lsp/session",
    "lsp/features",
    "config",
    "cache/team/service",
];

/// A path, and the modules that alone may write it.
const DOORS: &[(&str, &[&str])] = &[
    ("tower_lsp", &["lsp"]),
    ("lsp_types", &["lsp"]),
    ("sqlx", &["cache", "migrations"]),
    ("reqwest", &["cache"]),
    ("axum", &["cache"]),
    (
        "ra_ap_syntax",
        &["syntax", "survey", "shapes", "smells", "refactorings"],
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

/// The modules that are more than pure functions.
const NOT_PURE: &[&str] = &[
    "os",
    "cache",
    "config",
    "workspace",
    "analysis",
    "report",
    "lsp",
    "cli",
    "main",
    "build",
];

/// Macros that write to the standard output, and the modules that may.
const PRINTING: &[&str] = &["println", "print"];
const PRINTERS: &[&str] = &["report", "cli", "build"];

/// The files that start other programs: one that gives a secret, and those whose versions are told.
const STARTERS: &[&str] = &["server/cache/secret.rs", "server/cli/doctor.rs"];

/// Names of types that have one meaning in the whole product, so that only one type has each.
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

/// Crates that only a team's cache needs.
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

/// What a `cfg` calls systems.
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

/// What only a team's cache needs is not even built without it.
#[test]
fn without_a_team_s_cache_there_is_nothing_of_it() {
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
    for name in TEAM_CRATES {
        assert!(has(&with, name), "{name} is not in the build with it");
        assert!(!has(&without, name), "{name} is in the build without it");
    }
}

/// Each folder and each module of a package's root stands in the map of `server/README.md`, and nothing else does.
#[test]
fn the_map_is_the_tree() {
    let map = map();
    for (path, _) in &map {
        let exists = Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists();
        assert!(exists, "the map names {path}, which isn't there");
    }
    let is_named = |path: &str| map.iter().any(|(named, _)| named == path);
    // Where there is one file for each of something, the map says so and doesn't list them.
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

/// The paths in the map, folders with a slash at their ends, each with what is said of it.
fn map() -> Vec<(String, &'static str)> {
    let map = include_str!("../server/README.md").lines();
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

/// The folders with code of the product, and the modules of packages' roots that have no folder.
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

/// The modules of a folder, each with those of the same folder that it uses.
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

/// The modules that have no place in any order, because each uses another of them.
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
        // What is no module of the crate's root is an item of it.
        _ => true,
    }
}

struct Source {
    path: String,
    /// The module of the crate's root that the file belongs to.
    module: String,
    /// The modules that lead to the file, from the crate's root.
    modules: Vec<String>,
    text: String,
    tokens: Vec<SyntaxToken>,
}

struct Used {
    name: String,
    line: usize,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = WalkDir::new(root.join("server"))
        .sort_by_file_name()
        .into_iter();
    let files = files.map(|entry| entry.expect("the sources can be read").into_path());
    let rust = files.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.map(|path: PathBuf| {
        let text = fs::read_to_string(&path).expect("sources are UTF-8");
        let relative = path.strip_prefix(root).expect("below the root");
        source(&relative.to_string_lossy().replace('\\', "/"), &text)
    })
    .collect()
}

fn source(path: &str, text: &str) -> Source {
    let inner = path
        .trim_start_matches("server/")
        .trim_start_matches("engine/");
    let inner = inner.trim_end_matches("/lib.rs").trim_end_matches(".rs");
    let modules: Vec<String> = inner.split('/').map(str::to_owned).collect();
    let tree = SourceFile::parse(text, Edition::Edition2024).tree();
    let tokens = tree
        .syntax()
        .descendants_with_tokens()
        .filter_map(SyntaxElement::into_token);
    Source {
        path: path.to_owned(),
        module: modules[0].clone(),
        tokens: tokens.filter(|token| !token.kind().is_trivia()).collect(),
        modules,
        text: text.to_owned(),
    }
}

impl Source {
    fn used_modules(&self) -> Vec<Used> {
        let mut used = Vec::new();
        for at in 0..self.tokens.len() {
            let starts_path = at == 0 || !self.is_path_separator(at - 1);
            if !starts_path {
                continue;
            }
            match self.tokens[at].kind() {
                T![crate] => self.collect(at + 1, &mut used),
                T![super] => self.collect_above(at, &mut used),
                _ => {}
            }
        }
        used
    }

    /// Every path of the product's code that begins with `crate`, `self` or `super`, from the root of the crate.
    fn used_paths(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        for at in 0..self.tokens.len() {
            let starts_path = at == 0 || !self.is_path_separator(at - 1);
            let is_root = matches!(self.tokens[at].kind(), T![crate] | T![self] | T![super]);
            if !starts_path || !is_root || !self.is_in_product(at) {
                continue;
            }
            let mut base = match self.tokens[at].kind() {
                T![crate] if CRATES.contains(&self.module.as_str()) => vec![self.module.clone()],
                T![crate] => Vec::new(),
                T![self] => self.modules_around(at),
                T![super] => {
                    let mut around = self.modules_around(at);
                    around.pop();
                    around
                }
                _ => continue,
            };
            let mut last = at;
            while let Some(next) = self.after_separator(last + 1) {
                if self.tokens[next].kind() != T![super] {
                    self.collect_paths(next, &base, &mut paths);
                    break;
                }
                base.pop();
                last = next;
            }
        }
        paths
    }

    /// The paths that go on at a token. The answer is the token behind them.
    fn collect_paths(&self, at: usize, base: &[String], paths: &mut Vec<Vec<String>>) -> usize {
        if self.tokens[at].kind() != T!['{'] {
            let mut path = base.to_vec();
            path.push(self.tokens[at].text().to_owned());
            let Some(next) = self.after_separator(at + 1) else {
                paths.push(path);
                return at + 1;
            };
            return self.collect_paths(next, &path, paths);
        }
        let mut at = at + 1;
        while at < self.tokens.len() && self.tokens[at].kind() != T!['}'] {
            at = self.collect_paths(at, base, paths);
            // Commas, and the new names of what is renamed.
            while at < self.tokens.len() && !matches!(self.tokens[at].kind(), T![,] | T!['}']) {
                at += 1;
            }
            if at < self.tokens.len() && self.tokens[at].kind() == T![,] {
                at += 1;
            }
        }
        at + 1
    }

    /// The modules that lead to a token, with those inside the file.
    fn modules_around(&self, at: usize) -> Vec<String> {
        let inline = self.tokens[at]
            .parent_ancestors()
            .filter_map(ast::Module::cast);
        let inline = inline.filter(|module| module.item_list().is_some());
        let mut names: Vec<String> = inline
            .filter_map(|module| Some(module.name()?.text().to_string()))
            .collect();
        names.reverse();
        [self.modules.clone(), names].concat()
    }

    /// The names behind `crate` or what leads to it: one, or those of a group.
    fn collect(&self, at: usize, used: &mut Vec<Used>) {
        let Some(next) = self.after_separator(at) else {
            return;
        };
        if self.tokens[next].kind() != T!['{'] {
            used.push(self.used(next));
            return;
        }
        let mut depth = 0_usize;
        for at in next..self.tokens.len() {
            match self.tokens[at].kind() {
                T!['{'] => depth += 1,
                T!['}'] if depth == 1 => return,
                T!['}'] => depth -= 1,
                _ => {}
            }
            let opens_entry = matches!(self.tokens[at].kind(), T!['{'] | T![,]);
            if depth == 1 && opens_entry && self.is_name(at + 1) {
                used.push(self.used(at + 1));
            }
        }
    }

    /// A path of `super`s counts if it leads to the crate's root.
    fn collect_above(&self, at: usize, used: &mut Vec<Used>) {
        let mut last = at;
        let mut steps = 1;
        while let Some(next) = self.after_separator(last + 1) {
            if self.tokens[next].kind() != T![super] {
                break;
            }
            last = next;
            steps += 1;
        }
        let inline = self.tokens[at]
            .parent_ancestors()
            .filter_map(ast::Module::cast);
        let inline = inline.filter(|module| module.item_list().is_some()).count();
        if steps == self.modules.len() + inline {
            self.collect(last + 1, used);
        }
    }

    fn lines_with_path(&self, path: &str) -> Vec<usize> {
        let names: Vec<&str> = path.split("::").collect();
        let mut lines = Vec::new();
        for at in 0..self.tokens.len() {
            let starts_path = at == 0 || !self.is_path_separator(at - 1);
            if starts_path && self.is_in_product(at) && self.has_names(at, &names) {
                lines.push(self.line(at));
            }
        }
        lines
    }

    fn has_names(&self, at: usize, names: &[&str]) -> bool {
        if self.tokens[at].text() != names[0] || !is_used_as_path(&self.tokens, at, names) {
            return false;
        }
        let Some(second) = names.get(1) else {
            return true;
        };
        let mut found = Vec::new();
        self.collect(at + 1, &mut found);
        found.iter().any(|used| used.name == *second)
    }

    fn lines_with_macro(&self, names: &[&str]) -> Vec<usize> {
        let is_call = |at: usize| {
            names.contains(&self.tokens[at].text())
                && self
                    .tokens
                    .get(at + 1)
                    .is_some_and(|next| next.kind() == T![!])
        };
        let calls = (0..self.tokens.len()).filter(|at| is_call(*at) && self.is_in_product(*at));
        calls.map(|at| self.line(at)).collect()
    }

    /// Lines where a `cfg`, as an attribute or a macro, names a family of systems or one of them.
    fn lines_that_ask_for_the_system(&self) -> Vec<usize> {
        let mut lines = Vec::new();
        for at in 0..self.tokens.len() {
            let names_system = self.inside_cfg(at).is_some_and(|inside| {
                let mut names = inside.iter().map(SyntaxToken::text);
                names.any(|name| SYSTEMS.contains(&name))
            });
            if names_system && self.is_in_product(at) {
                lines.push(self.line(at));
            }
        }
        lines
    }

    /// The names of the product's structs, enums and traits.
    fn declared_types(&self) -> Vec<String> {
        let is_head =
            |at: &usize| matches!(self.tokens[*at].kind(), T![struct] | T![enum] | T![trait]);
        let heads = (0..self.tokens.len()).filter(is_head);
        let names = heads.filter(|at| self.is_name(at + 1) && self.is_in_product(*at));
        names
            .map(|at| self.tokens[at + 1].text().to_owned())
            .collect()
    }

    /// Lines that name what starts a program, of the standard library or of tokio.
    fn lines_that_start_programs(&self) -> Vec<usize> {
        let mut lines = Vec::new();
        for at in 0..self.tokens.len() {
            if self.tokens[at].text() != "process" || !self.is_in_product(at) {
                continue;
            }
            let mut found = Vec::new();
            self.collect(at + 1, &mut found);
            lines.extend(
                found
                    .iter()
                    .filter(|used| used.name == "Command")
                    .map(|used| used.line),
            );
        }
        lines
    }

    /// What stands behind a `cfg`, to the end of its parentheses.
    fn inside_cfg(&self, at: usize) -> Option<&[SyntaxToken]> {
        let text = |at: usize| self.tokens.get(at).map(SyntaxToken::text);
        let is_field = at > 0 && text(at - 1) == Some(".");
        if is_field || !matches!(text(at), Some("cfg" | "cfg_attr")) {
            return None;
        }
        let open = if text(at + 1) == Some("!") {
            at + 2
        } else {
            at + 1
        };
        if text(open) != Some("(") {
            return None;
        }
        let mut depth = 0_usize;
        let rest = &self.tokens[open..];
        let length = rest.iter().position(|token| {
            match token.kind() {
                T!['('] => depth += 1,
                T![')'] => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        Some(&rest[..length?])
    }

    /// Tests beside the code may read files and clocks.
    fn is_in_product(&self, at: usize) -> bool {
        let modules = self.tokens[at]
            .parent_ancestors()
            .filter_map(ast::Module::cast);
        modules
            .filter_map(|module| module.name())
            .all(|name| name.text() != "tests")
            && !self.path.ends_with("/tests.rs")
            && !self.path.contains("/tests/")
    }

    fn used(&self, at: usize) -> Used {
        Used {
            name: self.tokens[at].text().to_owned(),
            line: self.line(at),
        }
    }

    fn line(&self, at: usize) -> usize {
        let end = usize::from(self.tokens[at].text_range().start());
        self.text[..end].matches('\n').count() + 1
    }

    fn is_name(&self, at: usize) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| token.kind() == SyntaxKind::IDENT)
    }

    /// The index behind `::`, which macro input holds as two colons.
    fn after_separator(&self, at: usize) -> Option<usize> {
        let next = match self.tokens.get(at)?.kind() {
            T![::] => at + 1,
            T![:] if self.tokens.get(at + 1)?.kind() == T![:] => at + 2,
            _ => return None,
        };
        (next < self.tokens.len()).then_some(next)
    }

    fn is_path_separator(&self, at: usize) -> bool {
        match self.tokens[at].kind() {
            T![::] => true,
            T![:] => at > 0 && self.tokens[at - 1].kind() == T![:],
            _ => false,
        }
    }
}

/// Whether the name is the start of a path or the subject of a `use`, rather than a field or a variable of that name.
fn is_used_as_path(tokens: &[SyntaxToken], at: usize, names: &[&str]) -> bool {
    let next = tokens.get(at + 1).map(SyntaxToken::kind);
    let leads_on = matches!(next, Some(T![::]))
        || (next == Some(T![:])
            && tokens
                .get(at + 2)
                .is_some_and(|token| token.kind() == T![:]));
    let is_used = at > 0 && tokens[at - 1].kind() == T![use];
    leads_on || (names.len() == 1 && is_used)
}
