use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::config::{Environment, Request, load};

/// A temporary directory with Rust files.
struct Place(TempDir);

impl Place {
    fn new(files: &[&str]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for path in files {
            place.write(path, "");
        }
        place
    }

    /// Creates a git repository.
    fn repository(files: &[&str]) -> Self {
        let place = Self::new(files);
        fs::create_dir(place.path(".git")).unwrap();
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// Returns the files that a walk from `root` finds, relative to the directory; there must be no problems.
    fn walk(&self, root: &str) -> Vec<String> {
        let (files, problems) = walk(&self.path(root), &WalkOptions::default());
        assert_eq!(problems, []);
        self.relative(&files)
    }

    fn relative(&self, files: &[PathBuf]) -> Vec<String> {
        let relative = |file: &PathBuf| file.strip_prefix(self.0.path()).unwrap().to_owned();
        files
            .iter()
            .map(|file| relative(file).to_str().unwrap().replace('\\', "/"))
            .collect()
    }
}

#[test]
fn rust_files_are_found_sorted() {
    let place = Place::new(&[
        "b.rs",
        "a/z.rs",
        "a/b.rs",
        "a.rs",
        "README.md",
        "a/Makefile",
        "rs",
    ]);
    assert_eq!(place.walk(""), ["a/b.rs", "a/z.rs", "a.rs", "b.rs"]);
}

#[test]
fn paths_start_with_the_root_as_it_was_given() {
    let place = Place::new(&["a/b.rs"]);
    let root = place.path("a/../a");
    let (files, _) = walk(&root, &WalkOptions::default());
    assert_eq!(files, [root.join("b.rs")]);
}

#[test]
fn a_file_that_is_named_is_read_whatever_it_is() {
    let place = Place::repository(&["target/a.rs", "notes.txt", ".hidden.rs"]);
    place.write(".gitignore", "*\n");
    place.write("Cargo.toml", "");
    for path in ["target/a.rs", "notes.txt", ".hidden.rs"] {
        assert_eq!(place.walk(path), [path]);
    }
}

#[test]
fn a_directory_that_is_named_is_read_whatever_it_is() {
    let place = Place::repository(&[
        "target/a.rs",
        ".hidden/b.rs",
        "vendor/c/src/lib.rs",
        "ignored/d.rs",
    ]);
    place.write("Cargo.toml", "");
    place.write(".gitignore", "ignored/\n");
    assert_eq!(place.walk("target"), ["target/a.rs"]);
    assert_eq!(place.walk(".hidden"), [".hidden/b.rs"]);
    assert_eq!(place.walk("vendor"), ["vendor/c/src/lib.rs"]);
    assert_eq!(place.walk("ignored"), ["ignored/d.rs"]);
    assert_eq!(place.walk(""), Vec::<String>::new());
}

#[test]
fn hidden_entries_are_left_out() {
    let place = Place::new(&[".a.rs", ".b/c.rs", "d.rs"]);
    assert_eq!(place.walk(""), ["d.rs"]);
}

#[test]
fn build_output_is_left_out_and_modules_called_so_are_not() {
    let place = Place::new(&[
        "target/debug/a.rs",
        "src/target/b.rs",
        "out/c.rs",
        "member/target/d.rs",
    ]);
    place.write("Cargo.toml", "");
    place.write(
        "out/CACHEDIR.TAG",
        "Signature: 8a477f597d28d172789f06886806bc55\n",
    );
    assert_eq!(place.walk(""), ["member/target/d.rs", "src/target/b.rs"]);
}

#[test]
fn vendored_packages_are_left_out_and_modules_called_so_are_not() {
    let place = Place::new(&[
        "vendor/serde/src/lib.rs",
        "third_party/x/lib.rs",
        "ui/node_modules/y/z.rs",
        "src/yaml/vendored/mod.rs",
        "src/vendor.rs",
        "src/vendor/stock.rs",
        "other/vendor/mod.rs",
        "vendors/a.rs",
    ]);
    let expected = [
        "other/vendor/mod.rs",
        "src/vendor/stock.rs",
        "src/vendor.rs",
        "vendors/a.rs",
    ];
    assert_eq!(place.walk(""), expected);
}

#[test]
fn gitignore_files_of_every_level_count() {
    let place = Place::repository(&[
        "a.rs",
        "gen/b.rs",
        "x/y/c.rs",
        "x/y/d.rs",
        "x/kept_gen.rs",
        "x/y/e_gen.rs",
    ]);
    place.write(".gitignore", "gen/\n*_gen.rs\n");
    place.write("x/.gitignore", "!kept_gen.rs\n/y/c.rs\n");
    let expected = ["a.rs", "x/kept_gen.rs", "x/y/d.rs"];
    assert_eq!(place.walk(""), expected);
    assert_eq!(place.walk("x"), expected[1..]);
    assert_eq!(place.walk("x/y"), expected[2..]);
}

#[test]
fn a_gitignore_file_counts_for_its_directory_alone() {
    let place = Place::repository(&["a/x.rs", "b/x.rs"]);
    place.write("a/.gitignore", "x.rs\n");
    assert_eq!(place.walk(""), ["b/x.rs"]);
}

#[test]
fn outside_a_repository_only_dot_ignore_counts() {
    let place = Place::new(&["a.rs", "b.rs"]);
    place.write(".gitignore", "a.rs\n");
    place.write(".ignore", "b.rs\n");
    assert_eq!(place.walk(""), ["a.rs"]);
}

#[test]
fn dot_ignore_comes_before_git() {
    let place = Place::repository(&["a.rs", "x/b.rs"]);
    place.write(".ignore", "!a.rs\n");
    place.write(".gitignore", "a.rs\n");
    place.write("x/.gitignore", "!b.rs\n");
    place.write("x/.ignore", "b.rs\n");
    assert_eq!(place.walk(""), ["a.rs"]);
}

#[test]
fn private_excludes_count_last() {
    let place = Place::repository(&["a.rs", "b.rs", "c.rs"]);
    place.write(".git/info/exclude", "a.rs\nb.rs\n");
    place.write(".gitignore", "!b.rs\n");
    assert_eq!(place.walk(""), ["b.rs", "c.rs"]);
}

#[test]
fn private_excludes_of_a_linked_worktree_are_the_repository_s() {
    let place = Place::new(&["tree/a.rs", "tree/b.rs"]);
    place.write("main/.git/worktrees/tree/commondir", "../..\n");
    place.write("main/.git/info/exclude", "a.rs\n");
    place.write("tree/.git", "gitdir: ../main/.git/worktrees/tree\n");
    assert_eq!(place.walk("tree"), ["tree/b.rs"]);
}

#[test]
fn a_repository_inside_another_one_has_its_own_rules() {
    let place = Place::repository(&["a.rs", "inner/a.rs", "inner/b.rs"]);
    place.write(".gitignore", "a.rs\n");
    place.write("inner/.gitignore", "b.rs\n");
    fs::create_dir(place.path("inner/.git")).unwrap();
    assert_eq!(place.walk(""), ["inner/a.rs"]);
    assert_eq!(place.walk("inner"), ["inner/a.rs"]);
}

#[test]
fn rules_of_a_directory_end_with_it() {
    let place = Place::repository(&["a/b/c/x.rs", "a/b/y.rs", "a/z/x.rs", "b/x.rs"]);
    place.write("a/b/c/.gitignore", "*.rs\n");
    place.write("a/b/.gitignore", "x.rs\n");
    assert_eq!(place.walk(""), ["a/b/y.rs", "a/z/x.rs", "b/x.rs"]);
}

#[test]
fn odd_ignore_files_do_no_harm() {
    let place = Place::repository(&["a.rs", "b[.rs"]);
    fs::write(
        place.path(".gitignore"),
        b"\xef\xbb\xbf{a,\n[\n\xff\r\n#\n\n\\\n",
    )
    .unwrap();
    fs::create_dir(place.path(".ignore")).unwrap();
    assert_eq!(place.walk(""), ["a.rs", "b[.rs"]);
}

#[test]
fn patterns_are_bounded_and_the_other_lines_count() {
    let place = Place::repository(&["a.rs", "b.rs", "c.rs"]);
    let nested = "{a,".repeat(60_000) + &"}".repeat(60_000);
    place.write(".ignore", &format!("a.rs\n{nested}\n{nested}\nb.rs\n"));
    place.write(".gitignore", &nested);
    let (files, problems) = walk(&place.path(""), &WalkOptions::default());
    assert_eq!(place.relative(&files), ["c.rs"]);
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].ends_with(".gitignore:1: the pattern is ignored: it is longer than 4096 bytes")
    );
    assert!(said[1].contains(".ignore:2: "), "{said:?}");
}

#[test]
fn ignore_files_are_bounded_in_number_and_size() {
    let place = Place::new(&["a.rs", "z.rs"]);
    let many: Vec<_> = (0..10_000).map(|at| format!("x{at}*y\n")).collect();
    let many = many.concat();
    place.write(".ignore", &format!("a.rs\n{many}"));
    let (files, problems) = walk(&place.path(""), &WalkOptions::default());
    assert_eq!(place.relative(&files), ["z.rs"]);
    assert!(matches!(
        problems[..],
        [WalkProblem::Pattern { line: 10_001, .. }]
    ));
    place.write(".ignore", &"# long\n".repeat(200_000));
    let (files, problems) = walk(&place.path(""), &WalkOptions::default());
    assert_eq!(files.len(), 2);
    assert!(matches!(problems[..], [WalkProblem::Unreadable { .. }]));
}

#[test]
fn what_the_options_exclude_is_left_out() {
    let place = Place::repository(&["src/a.rs", "fixtures/b.rs", "src/c_gen.rs"]);
    place.write(
        "rustassistant.toml",
        "exclude = ['/fixtures/', '*_gen.rs']\n",
    );
    let config = load(&Request::new(&place.path("")), &Environment::default()).config;
    let options = WalkOptions {
        exclude: config.exclude,
        ..WalkOptions::default()
    };
    let named = |root: &str| place.relative(&walk(&place.path(root), &options).0);
    assert_eq!(named(""), ["src/a.rs"]);
    assert_eq!(named("src"), ["src/a.rs"]);
    assert_eq!(named("fixtures"), ["fixtures/b.rs"]);
    assert_eq!(named("src/c_gen.rs"), ["src/c_gen.rs"]);
}

#[test]
fn a_path_that_is_not_there_is_a_problem() {
    let place = Place::new(&[]);
    let path = place.path("none");
    let (files, problems) = walk(&path, &WalkOptions::default());
    assert_eq!(files, Vec::<PathBuf>::new());
    assert_eq!(problems, [WalkProblem::Missing { path: path.clone() }]);
    let (_, below) = walk(&Path::new(file!()).join("x"), &WalkOptions::default());
    assert!(matches!(
        below[..],
        [WalkProblem::Unreadable { .. } | WalkProblem::Missing { .. }]
    ));
    let (_, empty) = walk(Path::new(""), &WalkOptions::default());
    assert!(matches!(empty[..], [WalkProblem::Missing { .. }]));
}

#[test]
fn a_directory_without_rust_is_no_problem() {
    let place = Place::new(&["README.md"]);
    assert_eq!(place.walk(""), Vec::<String>::new());
}

#[test]
fn a_walk_ends_at_its_bound_and_says_so() {
    let place = Place::new(&["a.rs", "b.rs", "c.rs"]);
    let bounded = |max_files| {
        let options = WalkOptions {
            max_files,
            ..WalkOptions::default()
        };
        walk(&place.path(""), &options)
    };
    let (files, problems) = bounded(2);
    assert_eq!(files.len(), 2);
    assert!(matches!(
        problems[..],
        [WalkProblem::TooMany { limit: 2, .. }]
    ));
    let (files, problems) = bounded(3);
    assert_eq!((files.len(), problems.len()), (3, 0));
    assert_eq!(bounded(0).0.len(), 0);
}

/// Names with special meanings, contents of ignore files, and nested repositories.
fn trees() -> impl Strategy<Value = Vec<(String, String)>> {
    let text = |pattern: &str| proptest::string::string_regex(pattern).unwrap();
    let line = "!?/?(a|b|c|\\*|\\*\\*)(/(a|b|c|\\*))?(\\.rs|/)?\n";
    let lines = || text(&format!("({line}){{1,3}}"));
    let empty = |path| (path, String::new());
    let directories = "((a|b|c)/){0,3}";
    let rust = text(&format!("{directories}(a|b|c)\\.rs")).prop_map(empty);
    let ignore = (text(&format!("{directories}\\.(git)?ignore")), lines());
    let private = lines().prop_map(|lines| (".git/info/exclude".to_owned(), lines));
    let nested = text(&format!("{directories}\\.git/HEAD")).prop_map(empty);
    let file = prop_oneof![8 => rust, 4 => ignore, 1 => private, 1 => nested];
    proptest::collection::vec(file, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Compares with the walker of the crate that provides the matchers. It lets a pattern include hidden files; this one
    /// doesn't, so no name is hidden.
    #[test]
    fn ignore_files_mean_what_they_mean_to_others(
        tree in trees(),
        root in "((a|b)/?){0,2}",
    ) {
        let place = Place::new(&[]);
        for (path, text) in &tree {
            place.write(path, text);
        }
        fs::create_dir_all(place.path(&root)).unwrap();
        let mut expected: Vec<PathBuf> = ignore::WalkBuilder::new(place.path(&root))
            .git_global(false)
            .build()
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| is_rust(path) && path.is_file())
            .collect();
        expected.sort();
        let (files, problems) = walk(&place.path(&root), &WalkOptions::default());
        prop_assert_eq!(problems, []);
        prop_assert_eq!(files, expected);
    }
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn problems(place: &Place) -> Vec<WalkProblem> {
        walk(&place.path(""), &WalkOptions::default()).1
    }

    #[test]
    fn what_a_link_leads_to_is_read() {
        let place = Place::new(&["in/a.rs", ".out/b.rs", ".out/d/c.rs", ".out/e.rs"]);
        symlink("../.out/b.rs", place.path("in/link.rs")).unwrap();
        symlink("../.out/d", place.path("in/d")).unwrap();
        symlink("../e.rs", place.path(".out/d/deep.rs")).unwrap();
        assert_eq!(
            place.walk(""),
            ["in/a.rs", "in/d/c.rs", "in/d/deep.rs", "in/link.rs"]
        );
    }

    #[test]
    fn a_link_that_leaves_the_root_is_named_and_not_followed() {
        let place = Place::new(&["in/a.rs", "out/b.rs", "out/d/c.rs", "in/notes.txt"]);
        symlink("../out/b.rs", place.path("in/link.rs")).unwrap();
        symlink("../out/d", place.path("in/d")).unwrap();
        symlink("notes.txt", place.path("in/notes.rs")).unwrap();
        symlink("../out/d", place.path("in/.hidden")).unwrap();
        symlink("../out/b.txt", place.path("in/other.txt")).unwrap();
        let (files, problems) = walk(&place.path("in"), &WalkOptions::default());
        assert_eq!(place.relative(&files), ["in/a.rs"]);
        let named: Vec<_> = problems.iter().map(WalkProblem::path).collect();
        assert_eq!(
            named,
            [
                place.path("in/d"),
                place.path("in/link.rs"),
                place.path("in/notes.rs")
            ]
        );
        let is_named = |problem: &WalkProblem| matches!(problem, WalkProblem::NotFollowed { .. });
        assert!(problems.iter().all(is_named), "{problems:?}");
        // A link named explicitly is followed.
        assert_eq!(place.walk("in/d"), ["in/d/c.rs"]);
        assert_eq!(place.walk("in/link.rs"), ["in/link.rs"]);
    }

    #[test]
    fn the_system_itself_is_no_part_of_a_project() {
        let place = Place::new(&["src/a.rs"]);
        for (name, to) in [("p", "/sys"), ("q", "/proc"), ("r", "/")] {
            symlink(to, place.path("src").join(name)).unwrap();
        }
        let options = WalkOptions {
            max_entries: 20,
            ..WalkOptions::default()
        };
        let (files, problems) = walk(&place.path(""), &options);
        assert_eq!(place.relative(&files), ["src/a.rs"]);
        assert_eq!(problems.len(), 3, "{problems:?}");
    }

    #[test]
    fn a_directory_is_entered_once_by_however_many_ways() {
        let place = Place::new(&[]);
        let names: Vec<String> = (0..12).map(|at| format!("d{at}")).collect();
        for name in &names {
            place.write(&format!("{name}/x.rs"), "");
            for other in names.iter().filter(|other| *other != name) {
                symlink(format!("../{other}"), place.path(name).join(other)).unwrap();
            }
        }
        let options = WalkOptions {
            max_entries: 12 * 13 * 13,
            ..WalkOptions::default()
        };
        let (files, problems) = walk(&place.path(""), &options);
        assert_eq!((files.len(), problems.len()), (12, 0));
    }

    #[test]
    fn a_walk_ends_at_its_bound_of_entries_and_says_so() {
        let place = Place::new(&["a.txt", "b.txt", "c.txt"]);
        let options = WalkOptions {
            max_entries: 3,
            ..WalkOptions::default()
        };
        let (_, problems) = walk(&place.path(""), &options);
        assert!(matches!(
            problems[..],
            [WalkProblem::TooManyEntries { limit: 3, .. }]
        ));
    }

    #[test]
    fn a_walk_that_nobody_wants_ends() {
        let place = Place::new(&["a.rs", "b.rs"]);
        let (files, problems) = walk_while(&place.path(""), &WalkOptions::default(), &|| false);
        assert_eq!((files.len(), problems.len()), (0, 0));
    }

    #[test]
    fn a_file_with_two_ways_is_named_once() {
        let place = Place::new(&["b/x.rs", "c.rs"]);
        symlink("b", place.path("a")).unwrap();
        symlink("../c.rs", place.path("b/link2.rs")).unwrap();
        assert_eq!(place.walk(""), ["b/x.rs", "c.rs"]);
    }

    #[test]
    fn a_root_that_is_a_link_is_read() {
        let place = Place::repository(&["real/a.rs", "real/b.rs"]);
        place.write("real/.gitignore", "b.rs\n");
        symlink("real", place.path("link")).unwrap();
        assert_eq!(place.walk("link"), ["link/a.rs"]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_a_problem_and_the_rest_is_read() {
        let place = Place::new(&["a.rs", "z.rs"]);
        symlink("none", place.path("b.rs")).unwrap();
        let (files, problems) = walk(&place.path(""), &WalkOptions::default());
        assert_eq!(place.relative(&files), ["a.rs", "z.rs"]);
        let path = place.path("b.rs");
        assert_eq!(problems, [WalkProblem::BrokenLink { path: path.clone() }]);
        let (_, named) = walk(&path, &WalkOptions::default());
        assert_eq!(named, [WalkProblem::BrokenLink { path }]);
    }

    #[test]
    fn links_that_could_not_lead_to_rust_are_no_problem() {
        let place = Place::repository(&["a.rs"]);
        place.write(".gitignore", "ignored\nignored.rs\n");
        for name in ["CLAUDE.md", ".#a.rs", "ignored", "ignored.rs"] {
            symlink("none", place.path(name)).unwrap();
        }
        assert_eq!(place.walk(""), ["a.rs"]);
    }

    #[test]
    fn a_loop_is_a_problem_and_ends() {
        let place = Place::new(&["a/b/x.rs"]);
        symlink("../..", place.path("a/b/up")).unwrap();
        symlink("self.rs", place.path("self.rs")).unwrap();
        let (files, problems) = walk(&place.path(""), &WalkOptions::default());
        assert_eq!(place.relative(&files), ["a/b/x.rs"]);
        assert!(
            matches!(
                &problems[..],
                [WalkProblem::Loop { .. }, WalkProblem::Unreadable { .. }]
            ),
            "{problems:?}"
        );
        assert_eq!(problems[0].path(), place.path("a/b/up"));
    }

    #[test]
    fn an_unreadable_directory_is_a_problem_and_the_rest_is_read() {
        let place = Place::new(&["a/x.rs", "b.rs"]);
        let closed = fs::Permissions::from_mode(0o000);
        fs::set_permissions(place.path("a"), closed).unwrap();
        let is_privileged = fs::read_dir(place.path("a")).is_ok();
        let (files, problems) = walk(&place.path(""), &WalkOptions::default());
        fs::set_permissions(place.path("a"), fs::Permissions::from_mode(0o755)).unwrap();
        if is_privileged {
            return;
        }
        assert_eq!(place.relative(&files), ["b.rs"]);
        assert!(matches!(problems[..], [WalkProblem::Unreadable { .. }]));
    }

    #[test]
    fn a_pipe_is_no_rust_file_to_wait_for() {
        let place = Place::new(&["a.rs"]);
        for name in [".ignore", "CACHEDIR.TAG", ".git", ".gitignore"] {
            pipe(&place.path(name));
        }
        assert_eq!(problems(&place), []);
        assert_eq!(place.walk(""), ["a.rs"]);
    }

    #[test]
    fn what_git_names_is_read_only_where_it_is_a_file() {
        for file in [
            "tree/named/commondir",
            "tree/named/info/exclude",
            "tree/.git",
        ] {
            let place = Place::new(&["tree/a.rs"]);
            place.write("tree/.git", "gitdir: named\n");
            place.write("tree/named/info/other", "");
            let _ = fs::remove_file(place.path(file));
            pipe(&place.path(file));
            assert_eq!(place.walk("tree"), ["tree/a.rs"], "{file}");
            fs::remove_file(place.path(file)).unwrap();
            symlink("/dev/zero", place.path(file)).unwrap();
            assert_eq!(place.walk("tree"), ["tree/a.rs"], "{file}");
        }
    }

    fn pipe(path: &Path) {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    }
}
