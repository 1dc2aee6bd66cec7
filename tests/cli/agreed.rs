//! `refactor run` for refactorings that rustc must accept, in a separate package.

use std::process::Command;

use crate::harness::{Place, Run, finish};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

const LIB: &str = "\
pub fn store(names: &mut Vec<String>, name: String) {
    names.push(name.clone());
}

pub fn twice(names: &mut Vec<String>, name: String) {
    names.push(name.clone());
    names.push(name);
}

pub fn port(text: &str) -> Result<u16, std::num::ParseIntError> {
    let number: u16 = text.parse().unwrap();
    Ok(number + 1)
}

pub fn odd(text: &str) -> Result<u16, std::fmt::Error> {
    let number: u16 = text.parse().unwrap();
    Ok(number + 1)
}

pub fn gross(price: u64) -> u64 {
    let tax = tax_of(price);
    price + tax
}

fn tax_of(price: u64) -> u64 {
    price * 19 / 100
}

#[cfg(windows)]
pub fn elsewhere(names: &mut Vec<String>, name: String) {
    names.push(name.clone());
}

pub fn halves(prices: &[u64]) -> u64 {
    let half = |price: u64| price / 2;
    prices.iter().map(|price| half(*price)).sum()
}
";

fn package() -> Place {
    let place = Place::new();
    place.write("Cargo.toml", MANIFEST).write("src/lib.rs", LIB);
    place
}

fn carry_out(place: &Place, id: &str, line: u32) -> Run {
    let at = format!("src/lib.rs:{line}");
    place.run(["refactor", "run", id, &at, "--write"])
}

#[test]
fn a_constant_stands_in_no_function() {
    let place = Place::new();
    let lib = "const SEPARATOR: &str = \", \";\n\npub fn show(names: &[String]) -> String {\n    names.join(SEPARATOR)\n}\n";
    place.write("Cargo.toml", MANIFEST).write("src/lib.rs", lib);
    carry_out(&place, "inline-constant", 1).expect(0);
    assert!(place.read("src/lib.rs").contains("names.join(\", \")"));
    place.write(
        "src/lib.rs",
        format!("#[cfg(windows)]\nmod elsewhere {{\n    {lib}}}\n"),
    );
    let run = carry_out(&place, "inline-constant", 3).expect(1);
    assert!(run.stderr.contains("isn't compiled"), "{run:#?}");
}

fn assert_builds(place: &Place) {
    let mut cargo = Command::new("cargo");
    cargo.args(["check", "--offline", "--quiet"]);
    let built = cargo.current_dir(place.path("")).output().unwrap();
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(
        built.status.success() && !said.contains("warning"),
        "{said}"
    );
}

#[test]
fn what_rustc_agrees_to_is_carried_out() {
    let place = package();
    for (id, line, changes) in [
        (
            "remove-clone",
            2,
            &[("names.push(name.clone());", "names.push(name);")][..],
        ),
        (
            "unwrap-to-question",
            11,
            &[("text.parse().unwrap();", "text.parse()?;")],
        ),
        (
            "closure-to-function",
            35,
            &[
                ("    let half = |price: u64| price / 2;\n", ""),
                (
                    "sum()\n}\n",
                    "sum()\n}\n\nfn half(price: u64) -> u64 {\n    price / 2\n}\n",
                ),
            ],
        ),
        (
            "inline-function",
            21,
            &[
                (
                    "let tax = tax_of(price);",
                    "let tax: u64 = price * 19 / 100;",
                ),
                (
                    "fn tax_of(price: u64) -> u64 {\n    price * 19 / 100\n}\n\n",
                    "",
                ),
            ],
        ),
    ] {
        let text = place.read("src/lib.rs");
        carry_out(&place, id, line)
            .expect(0)
            .says("Checking with rustc")
            .says("Applied");
        let changed = changes.iter();
        let expected = changed.fold(text, |text, (before, after)| {
            text.replacen(before, after, 1)
        });
        assert_eq!(place.read("src/lib.rs"), expected, "{id}");
        assert_builds(&place);
    }
}

#[test]
fn what_rustc_stands_against_is_not() {
    let place = package();
    for (id, line, why) in [
        ("remove-clone", 6, "rustc rejects it: use of moved value"),
        ("unwrap-to-question", 16, "rustc rejects it: type mismatch"),
        ("remove-clone", 31, "isn't compiled in any checked target"),
    ] {
        carry_out(&place, id, line)
            .expect(1)
            .says(&format!("`{id}` is not offered at src/lib.rs:{line}"))
            .says(why);
        assert_eq!(place.read("src/lib.rs"), LIB);
    }
}

#[test]
fn it_is_listed_as_rustc_s_to_decide() {
    let place = package();
    let listed = place.run(["refactor", "at", "src/lib.rs:2"]).expect(0);
    let line = listed
        .stdout
        .lines()
        .find(|it| it.starts_with("remove-clone"));
    let line = line.unwrap_or_else(|| panic!("{listed:#?}"));
    assert!(
        line.contains("Remove `.clone()`") && line.ends_with(", if rustc agrees"),
        "{line}"
    );
    let listed = place.run(["refactor", "at", "src/lib.rs:2", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let offers = listed["offers"].as_array().unwrap();
    let offer = offers
        .iter()
        .find(|it| it["refactoring"] == "remove-clone")
        .unwrap();
    assert_eq!(offer["decided_by"], "rustc");
    assert_eq!(offer["applicability"], "needs-check");
    assert!(
        !place.path("target").exists(),
        "nothing is built for a list"
    );
}

#[test]
fn it_is_never_carried_out_unasked() {
    let place = package();
    place.run(["refactor", "apply", "--write", "src"]).expect(0);
    assert_eq!(place.read("src/lib.rs"), LIB);
    assert!(!place.path("target").exists());
}

#[test]
fn without_a_toolchain_or_leave_it_is_refused() {
    let place = package();
    let mut command = place.command();
    command
        .env("PATH", "")
        .args(["refactor", "run", "remove-clone", "src/lib.rs:2"]);
    finish(command)
        .expect(1)
        .says("`remove-clone` is not offered at src/lib.rs:2: There is no `cargo` on the PATH.");
    place.write("rustassistant.toml", "[compiler]\nenabled = false\n");
    place
        .run(["refactor", "run", "remove-clone", "src/lib.rs:2", "--write"])
        .expect(1)
        .says("rustc isn't asked");
    let listed = place.run(["refactor", "at", "src/lib.rs:2"]).expect(0);
    assert!(
        listed.stdout.contains("remove-clone  not offered: "),
        "{listed:#?}"
    );
    assert_eq!(place.read("src/lib.rs"), LIB);
    assert!(!place.path("target").exists());
}
