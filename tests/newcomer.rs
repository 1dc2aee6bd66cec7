//! Follows "Your first smell" and "Your first refactoring" in `server/README.md` to the letter, in a copy of the workspace.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use walkdir::WalkDir;

const README: &str = include_str!("../server/README.md");

/// The files that the workspace requires.
const COPIED: &[&str] = &["Cargo.toml", "Cargo.lock", "server", "migrations", "tests"];

#[test]
fn a_newcomer_gets_a_smell_and_a_refactoring_running() {
    let copy = Copy::new();
    copy.follow(&Section::new("### Your first smell"));
    copy.follow(&Section::new("### Your first refactoring"));
}

/// The instructions of a section.
struct Section {
    /// The path and contents of the new file.
    file: (String, String),
    /// The path of the registry and the lines to add.
    registry: String,
    lines: Vec<String>,
    command: String,
}

impl Section {
    fn new(heading: &str) -> Self {
        let (_, rest) = README.split_once(heading).expect("the section is there");
        let rest = rest.split("\n### ").next().unwrap_or(rest);
        let rest = rest.split("\n## ").next().unwrap_or(rest);
        let (before, rest) = rest.split_once("````rust\n").expect("it has a file");
        let (file, rest) = rest.split_once("````\n").expect("the file ends");
        let (lines, rest) = rest.split_once("```sh\n").expect("it has a command");
        let (command, _) = rest.split_once("\n```").expect("the command ends");
        let blocks = lines.split("```rust\n").skip(1);
        let blocks = blocks.map(|block| block.split("\n```").next().unwrap_or(block));
        Self {
            file: (path_in(before, "reate `"), file.to_owned()),
            registry: path_in(lines, "Add it to `"),
            lines: blocks.map(str::to_owned).collect(),
            command: command.to_owned(),
        }
    }
}

fn path_in(text: &str, words: &str) -> String {
    let (_, rest) = text.split_once(words).expect("it names the file");
    let (path, _) = rest.split_once('`').expect("the name ends");
    path.to_owned()
}

/// A copy of the workspace. It is always at the same path, so that dependencies are built only once.
struct Copy {
    workspace: PathBuf,
    target: PathBuf,
}

impl Copy {
    fn new() -> Self {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("newcomer");
        let workspace = place.join("workspace");
        if workspace.exists() {
            fs::remove_dir_all(&workspace).expect("the last copy can be removed");
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for entry in COPIED.iter().flat_map(|name| WalkDir::new(root.join(name))) {
            let entry = entry.expect("the workspace can be read");
            let path = entry.path().strip_prefix(root).expect("it lies below");
            let to = workspace.join(path);
            if entry.file_type().is_file() {
                fs::create_dir_all(to.parent().expect("it has a folder")).unwrap();
                fs::copy(entry.path(), to).unwrap();
            }
        }
        let target = place.join("target");
        Self { workspace, target }
    }

    fn follow(&self, section: &Section) {
        let (path, text) = &section.file;
        let path = self.workspace.join(path);
        assert!(!path.exists(), "{} is there already", path.display());
        fs::write(&path, text).expect("its folder exists");
        for line in &section.lines {
            self.register(&section.registry, line);
        }
        let said = self.run(&section.command);
        let module = path.file_stem().unwrap().to_string_lossy();
        let folder = path.parent().and_then(Path::file_name).unwrap();
        let own = format!("test {}::{module}::tests::", folder.to_string_lossy());
        assert!(said.contains(&own), "no test of its own ran:\n{said}");
        for of_all in [
            "smells::the_documentation_",
            "refactorings::the_documentation_",
            "everything_with_documentation_is_registered",
        ] {
            assert!(said.contains(&format!("test tests::{of_all}")), "{said}");
        }
    }

    /// Adds a line in alphabetical order: after the last similar line that sorts before it.
    fn register(&self, registry: &str, line: &str) {
        let path = self.workspace.join(registry);
        let text = fs::read_to_string(&path).expect("the registry exists");
        let kind = |line: &str| {
            line.starts_with("pub mod ")
                .then_some("")
                .or_else(|| {
                    let (name, constant) = line.split_once("::")?;
                    name.starts_with(' ').then_some(constant)
                })
                .map(str::to_owned)
        };
        assert!(kind(line).is_some(), "not a line for a registry: {line}");
        let mut lines: Vec<&str> = text.lines().collect();
        let smaller = |other: &&str| kind(other) == kind(line) && *other < line;
        let last = lines
            .iter()
            .rposition(smaller)
            .expect("the first of its kind is another");
        lines.insert(last + 1, line);
        fs::write(&path, lines.join("\n") + "\n").unwrap();
    }

    fn run(&self, command: &str) -> String {
        let mut words = command.split_whitespace();
        assert_eq!((words.next(), words.next()), (Some("cargo"), Some("test")));
        let output = Command::new(env!("CARGO"))
            .args(["test", "--offline", "--locked"])
            .args(words)
            .current_dir(&self.workspace)
            .env("CARGO_TARGET_DIR", &self.target)
            .output()
            .expect("cargo runs");
        let [said, errors] = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(
            output.status.success(),
            "`{command}` failed:\n{said}\n{errors}"
        );
        assert!(
            !errors.contains("warning: "),
            "`{command}` warns:\n{errors}"
        );
        said
    }
}
