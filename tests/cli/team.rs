//! `cache …` for a team's cache, through the real binary, which also serves it.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use crate::{
    cache::{FILES, SECRET, configure, number, place, run},
    harness::{Place, Run},
};

/// The server of a team's cache, stopped at the end of the test.
struct Team {
    _place: Place,
    server: Child,
    /// Keys with access to `main`.
    write: String,
    read: String,
    url: String,
    public: String,
    signing: String,
}

impl Team {
    fn start() -> Self {
        let place = Place::new();
        let made = place.run(["cache", "keygen"]).expect(0);
        let public = line_after(&made, "public key: ");
        let signing = std::fs::read_to_string(place.home().join("signing.key")).unwrap();
        // A server that finds keys creates none.
        let add = |arguments: &[&str]| {
            let command = ["cache", "serve", "add-key"].iter().chain(arguments);
            place.run(command).expect(0).stdout.trim().to_owned()
        };
        let write = add(&["--name", "ci", "--write"]);
        let read = add(&["--name", "people"]);
        let mut command = place.command();
        command
            .args(["cache", "serve", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::null());
        let mut server = command.spawn().unwrap();
        let said = BufReader::new(server.stdout.take().unwrap());
        let url = said.lines().find_map(|line| {
            let line = line.unwrap();
            let (_, rest) = line.split_once("Listening on ")?;
            let (url, _) = rest.split_once(". ")?;
            Some(url.to_owned())
        });
        Self {
            _place: place,
            server,
            write,
            read,
            url: url.expect("the server says where it listens"),
            public,
            signing: signing.trim().to_owned(),
        }
    }

    /// The environment variables of a writer.
    fn writer(&self) -> [(&str, &str); 4] {
        [
            ("RUSTASSISTANT_CACHE_URL", &self.url),
            ("RUSTASSISTANT_CACHE_API_KEY", &self.write),
            ("RUSTASSISTANT_CACHE_WRITE", "true"),
            ("RUSTASSISTANT_CACHE_SIGNING_KEY", &self.signing),
        ]
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn line_after(run: &Run, start: &str) -> String {
    let line = run.stdout.lines().find_map(|line| line.strip_prefix(start));
    line.unwrap_or_else(|| panic!("no `{start}` in {run:#?}"))
        .to_owned()
}

#[test]
fn a_pipeline_fills_the_team_s_cache_and_others_read_it() {
    let team = Team::start();
    let pipeline = place();
    let warm = ["cache", "warm", "src", "--require-remote"];
    let warmed = run(&pipeline, &team.writer(), &warm).expect(0);
    assert_eq!(number(&warmed, "files"), FILES as u64);
    assert_eq!(number(&warmed, "lines"), FILES as u64);
    assert_eq!(number(&warmed, "computed"), FILES as u64);
    assert_eq!(
        number(&warmed, "uploaded to the team's cache"),
        FILES as u64
    );
    let checked = run(&pipeline, &team.writer(), &["cache", "check", "--team"]).expect(0);
    assert!(
        checked
            .stdout
            .contains(&format!("(`main`): {FILES} entries, 0 ")),
        "{checked:#?}"
    );

    let ada = place();
    configure(
        &ada,
        &format!(
            "[cache]\nurl = '{}'\napi_key = '{}'\n[cache.team]\ntrusted_keys = ['{}']\n",
            team.url, team.read, team.public
        ),
    );
    let key = run(&ada, &[], &["cache", "key", "src/f0.rs"]).expect(0);
    assert!(
        key.stdout.ends_with("memory: no\nlocal: no\nteam: yes\n"),
        "{key:#?}"
    );
    let warmed = run(&ada, &[], &warm).expect(0);
    assert_eq!(number(&warmed, "from the team's cache"), FILES as u64);
    assert_eq!(number(&warmed, "computed"), 0);
    assert_eq!(number(&warmed, "written to the local file"), FILES as u64);

    // A reader can't delete anything from the others.
    run(&ada, &[], &["cache", "clear", "--team"])
        .expect(2)
        .says("--yes");
    run(&ada, &[], &["cache", "clear", "--team", "--yes"]).expect(2);
    run(&ada, &[], &["cache", "prune", "--team"])
        .expect(2)
        .says("--age");
    let writer = team.writer();
    let cleared = run(&pipeline, &writer, &["cache", "clear", "--team", "--yes"]).expect(0);
    assert_eq!(number(&cleared, "entries removed"), FILES as u64);

    // Entries that this machine has, but the team has lost, are uploaded again.
    let again = run(&pipeline, &writer, &warm).expect(0);
    assert_eq!(number(&again, "from the local file"), FILES as u64);
    assert_eq!(number(&again, "uploaded to the team's cache"), FILES as u64);
    let pruned = run(
        &pipeline,
        &writer,
        &["cache", "prune", "--team", "--size", "0"],
    )
    .expect(0);
    assert_eq!(number(&pruned, "entries removed"), FILES as u64);
    let migrate = ["cache", "migrate", "--from", "local", "--to", "team"];
    let migrated = run(&pipeline, &writer, &migrate).expect(0);
    assert_eq!(number(&migrated, "entries copied"), FILES as u64);
    let again = run(&pipeline, &writer, &migrate).expect(0);
    assert_eq!(number(&again, "entries copied"), 0);
    let back = [
        "cache",
        "migrate",
        "--from",
        "team",
        "--to",
        "sqlite:copy.db",
    ];
    assert_eq!(
        number(&run(&pipeline, &writer, &back).expect(0), "entries copied"),
        FILES as u64
    );
}

#[test]
fn what_is_not_believed_is_said_and_not_used() {
    let team = Team::start();
    let place = place();
    run(&place, &team.writer(), &["cache", "warm", "src"]).expect(0);

    let other = self::place();
    let made = other.run(["cache", "keygen"]).expect(0);
    let reader = [
        ("RUSTASSISTANT_CACHE_URL", team.url.as_str()),
        ("RUSTASSISTANT_CACHE_API_KEY", &team.write),
        (
            "RUSTASSISTANT_CACHE_TRUSTED_KEYS",
            &line_after(&made, "public key: "),
        ),
    ];
    let warmed = run(&other, &reader, &["cache", "warm", "src"])
        .expect(0)
        .says("not in `cache.team.trusted_keys`");
    assert_eq!(number(&warmed, "computed"), FILES as u64);
    assert_eq!(number(&warmed, "faults of the team's cache"), FILES as u64);
    run(
        &other,
        &reader,
        &["cache", "warm", "--require-remote", "src"],
    )
    .expect(2);
    run(&other, &reader, &["cache", "check", "--team"])
        .expect(1)
        .says("never used");
}

#[test]
fn the_doctor_looks_at_the_team_s_cache() {
    let team = Team::start();
    let place = place();
    let fine = run(&place, &team.writer(), &["doctor"]).expect(0);
    for words in [
        "signing key: its id is ",
        "is reachable, namespace `main`",
        "OK       clock",
        "OK       api key",
    ] {
        assert!(fine.stdout.contains(words), "{words}: {}", fine.stdout);
    }
    assert!(!fine.stdout.contains(&team.signing) && !fine.stdout.contains(&team.write));

    let variables = [
        ("RUSTASSISTANT_CACHE_URL", team.url.as_str()),
        ("RUSTASSISTANT_CACHE_API_KEY", SECRET),
        ("RUSTASSISTANT_CACHE_WRITE", "1"),
        ("RUSTASSISTANT_CACHE_SIGNING_KEY", SECRET),
    ];
    let broken = run(&place, &variables, &["doctor"]).expect(2);
    for words in [
        "PROBLEM  signing key: a signing key is `ed25519-secret:`",
        "PROBLEM  trusted keys: there are none",
        "PROBLEM  team's cache: ",
        "check `cache.api_key`",
    ] {
        assert!(broken.stdout.contains(words), "{words}: {}", broken.stdout);
    }
    assert!(!broken.stdout.contains(SECRET), "{}", broken.stdout);

    configure(
        &place,
        &format!("cache.url = '{}'\ncache.backend = 'sqlite'\n", team.url),
    );
    let off = run(&place, &[], &["doctor"]).expect(0);
    assert!(off.stdout.contains("disabled by"), "{}", off.stdout);
}

/// Nothing listens on port 1.
#[test]
fn a_team_s_cache_that_is_down_costs_only_itself() {
    let place = place();
    let down = [("RUSTASSISTANT_CACHE_URL", "http://127.0.0.1:1")];
    let warmed = run(&place, &down, &["cache", "warm", "src"])
        .expect(0)
        .says("can't be reached");
    assert_eq!(number(&warmed, "computed"), FILES as u64);
    assert_eq!(number(&warmed, "written to the local file"), FILES as u64);
    run(&place, &down, &["cache", "warm", "src", "--require-remote"])
        .expect(2)
        .says("can't be reached");
    let key = run(&place, &down, &["cache", "key", "src/f0.rs"])
        .expect(2)
        .says("can't be reached");
    assert!(
        key.stdout.ends_with("local: yes\nteam: fault\n"),
        "{key:#?}"
    );
    run(&place, &down, &["cache", "check"]).expect(0);
    run(&place, &down, &["cache", "check", "--team"])
        .expect(2)
        .says("can't be reached");
    let migrate = ["cache", "migrate", "--from", "local", "--to", "team"];
    run(&place, &down, &migrate).expect(2);
    run(&place, &[], &["cache", "warm", "src", "--require-remote"])
        .expect(2)
        .says("RUSTASSISTANT_CACHE_URL");
    run(&place, &[], &migrate).expect(2).says("cache.url");
}

#[test]
fn options_of_a_team_s_cache_are_checked_and_shown_without_secrets() {
    let place = place();
    configure(
        &place,
        "[cache]\nurl = 'postgresql://ada:hunter2@db.example/x?password=hunter2'\napi_key = 'hunter2'\n\
         [cache.team]\nsigning_key = { command = ['pass', 'hunter2'] }\nwrite = true\n",
    );
    let shown = place.run(["config", "show"]).expect(0);
    for line in [
        "cache.backend = \"postgres\"",
        "cache.url = \"postgresql://ada@db.example/x\"",
        "cache.api_key = \"(hidden)\"",
        "cache.team.signing_key = \"what `pass` prints\"",
    ] {
        assert!(shown.stdout.contains(line), "{line}: {}", shown.stdout);
    }
    let flag = "cache.url=http://u:hunter2@db.example";
    let refused = place
        .run(["config", "check", "--config", flag])
        .expect(2)
        .says("plain http");
    for run in [
        shown,
        refused,
        place.run(["config", "check"]),
        place.run(["config", "schema"]),
    ] {
        assert!(!format!("{run:?}").contains(SECRET), "{run:#?}");
    }
    configure(&place, "cache.backend = 'http'\n");
    let refused = place.run(["cache", "stats"]).expect(2);
    assert!(
        refused
            .stderr
            .contains("config.toml:1:17: cache.backend: this needs an address"),
        "{refused:#?}"
    );
}

#[test]
fn keys_are_made_for_their_owner_alone() {
    let place = place();
    let made = place.run(["cache", "keygen"]).expect(0);
    let path = place.home().join("signing.key");
    let secret = std::fs::read_to_string(&path).unwrap();
    assert!(secret.starts_with("ed25519-secret:"));
    let said = format!("{made:?}");
    assert!(!said.contains(secret.trim()) && said.contains("cache.team.trusted_keys = "));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let bits = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(bits & 0o777, 0o600);
    }
    place
        .run(["cache", "keygen"])
        .expect(2)
        .says("already exists");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), secret);

    let printed = place.run(["cache", "keygen", "--out", "-"]).expect(0);
    let lines: Vec<&str> = printed.stdout.lines().collect();
    assert!(
        matches!(lines[..], [line] if line.starts_with("ed25519-secret:")),
        "{printed:#?}"
    );
    assert!(printed.stderr.contains("public key: ed25519:"));
    let nowhere = place
        .run(["cache", "keygen", "--out", "none/key"])
        .expect(2);
    assert!(!format!("{nowhere:?}").contains("ed25519-secret:"));
}

#[test]
fn only_databases_are_set_up() {
    let place = place();
    place.run(["cache", "setup"]).expect(2).says("cache.url");
    let setup = |url: &str| place.run(["cache", "setup", "--url", url]).expect(2);
    setup("https://cache.example").says("needs no setup");
    setup("cache.example").says("postgresql://");
    let run = setup("postgresql://ada:hunter2@127.0.0.1:1/x").says("can't be reached");
    assert!(!run.stderr.contains(SECRET), "{run:#?}");
}
