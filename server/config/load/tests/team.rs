//! Team caches: how their keys interact, and that no secret among them is displayed.

use super::*;
use crate::cache::{Access, CacheBackend, Namespace, Remote, Secret, SigningKey};

/// The text that must not appear in any output.
const S3CRET: &str = "hunter2";
const SIGNING: &str = "RUSTASSISTANT_CACHE_SIGNING_KEY";

fn public_key() -> String {
    SigningKey::generate().unwrap().public().to_string()
}

fn team(house: &House) -> CacheBackend {
    config(house).cache.team.expect("there is a team's cache")
}

fn http(house: &House) -> Remote {
    match team(house) {
        CacheBackend::Http(remote) => remote,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_address_is_all_that_a_team_needs() {
    let postgres = House::new().user("cache.url = 'postgresql://cache-server/rustassistant'\n");
    assert!(matches!(team(&postgres), CacheBackend::Postgres(_)));
    let shown = config(&postgres);
    let backend = shown
        .shown()
        .iter()
        .find(|shown| shown.key == "cache.backend");
    assert_eq!(backend.unwrap().value, "\"postgres\"");
    assert_eq!(origin(&shown, "cache.backend"), origin(&shown, "cache.url"));

    let remote = http(&House::new().user("cache.url = 'https://cache.example.com/api'\n"));
    assert_eq!(remote.address.to_string(), "https://cache.example.com/api");
    assert_eq!(remote.namespace, Namespace::default());
    assert_eq!(remote.access, Access::Read);
    assert_eq!((remote.secret, remote.trusted), (None, Vec::new()));
}

#[test]
fn the_record_s_lines_mean_what_they_say() {
    let remote = http(&House::new().user(
        "[cache]\nbackend = 'http'\nurl = 'https://cache.company.com/api'\napi_key = '${CACHE_API_KEY}'\n",
    ));
    assert_eq!(remote.secret, Some(Secret::text("${CACHE_API_KEY}")));
    let house =
        House::new().user("[cache]\nbackend = 'sqlite'\npath = '~/.rustassistant/cache.db'\n");
    assert_eq!(config(&house).cache.team, None);
}

#[test]
fn everything_of_a_team_can_be_said() {
    let key = public_key();
    let house = House::new().user(&format!(
        "[cache]\nurl = 'https://a.b'\napi_key = {{ file = 'key' }}\n[cache.team]\nnamespace = 'pr-1'\nwrite = true\n\
         trusted_keys = ['{key}']\nsigning_key = {{ command = ['pass', 'show', 'it'] }}\nca_file = '~/ca.pem'\n"
    ));
    let remote = http(&house);
    let home = house.root.path().join("home");
    let command = ["pass", "show", "it"].map(OsString::from).to_vec();
    assert_eq!(
        remote.secret,
        Some(Secret::File(home.join(".rustassistant/key")))
    );
    assert_eq!(remote.namespace.as_str(), "pr-1");
    assert_eq!(remote.access, Access::Write(Secret::Command(command)));
    assert_eq!(remote.trusted, [key.parse().unwrap()]);
    assert_eq!(remote.ca_file, Some(home.join("ca.pem")));
}

#[test]
fn a_program_may_lie_beside_the_file_or_at_home() {
    let command = |program: &str| {
        let house = House::new().user(&format!(
            "cache.url = 'https://a.b'\ncache.api_key = {{ command = ['{program}'] }}\n"
        ));
        let home = house.root.path().join("home");
        match http(&house).secret {
            Some(Secret::Command(words)) => {
                let path = PathBuf::from(&words[0]);
                path.strip_prefix(home)
                    .map(Path::to_path_buf)
                    .unwrap_or(path)
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(command("pass"), Path::new("pass"));
    assert_eq!(command("~/bin/key"), Path::new("bin/key"));
    assert_eq!(command("bin/key"), Path::new(".rustassistant/bin/key"));
}

#[test]
fn a_pipeline_says_it_with_variables() {
    let (one, other) = (public_key(), public_key());
    let house = House::new()
        .user("cache.url = 'https://elsewhere'\n")
        .variable(CACHE_BACKEND, "http")
        .variable("RUSTASSISTANT_CACHE_URL", "https://a.b")
        .variable("RUSTASSISTANT_CACHE_API_KEY", S3CRET)
        .variable("RUSTASSISTANT_CACHE_NAMESPACE", "pr-2")
        .variable("RUSTASSISTANT_CACHE_WRITE", "true")
        .variable(
            "RUSTASSISTANT_CACHE_TRUSTED_KEYS",
            &format!("{one}, {other},"),
        )
        .variable(SIGNING, S3CRET)
        .variable("RUSTASSISTANT_CACHE_CA_FILE", "/ca.pem");
    let remote = http(&house);
    assert_eq!(remote.address.to_string(), "https://a.b");
    assert_eq!(remote.secret, Some(Secret::text(S3CRET)));
    assert_eq!(remote.namespace.as_str(), "pr-2");
    assert_eq!(remote.access, Access::Write(Secret::text(S3CRET)));
    assert_eq!(
        remote.trusted,
        [one.parse().unwrap(), other.parse().unwrap()]
    );
    assert_eq!(remote.ca_file, Some(PathBuf::from("/ca.pem")));
}

#[test]
fn sqlite_switches_a_team_s_cache_off() {
    let house = House::new()
        .user("cache.url = 'https://a.b'\n")
        .flag("cache.backend=sqlite");
    assert_eq!(config(&house).cache.team, None);
}

#[test]
fn what_does_not_go_together_is_said_where_it_stands() {
    let cases = [
        (
            "backend = 'postgres'",
            "2:11: cache.backend: this needs an address: set `cache.url`, as in `postgresql://cache-server/rustassistant`",
        ),
        (
            "backend = 'http'",
            "2:11: cache.backend: this needs an address: set `cache.url`, as in `https://cache.example.com/api`",
        ),
        (
            "url = '${TEAM_URL}'",
            "2:7: cache.url: this starts with a variable, so set `cache.backend` to `postgres` or `http`",
        ),
        (
            "url = 'https://a.b'\nteam.write = true",
            "3:14: cache.team.write: entries must be signed: set `cache.team.signing_key` or RUSTASSISTANT_CACHE_SIGNING_KEY to a key from `rustassistant cache keygen`",
        ),
        (
            "url = 'http://cache.example.com'",
            "2:7: cache.url: plain http is allowed only for this machine, because others on the network could read and change what is sent; use `https://`",
        ),
        (
            "url = 'cache.example.com'",
            "2:7: cache.url: expected an address that starts with `postgresql://` or `https://`, found another string",
        ),
        (
            "url = 'https://'",
            "2:7: cache.url: invalid address: empty host",
        ),
        (
            "url = ''",
            "2:7: cache.url: expected an address, found an empty string",
        ),
        (
            "team.namespace = 'Main'",
            "2:18: cache.team.namespace: a namespace is 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`, and starts with a letter or a digit",
        ),
        (
            "team.trusted_keys = ['x']",
            "2:21: cache.team.trusted_keys: key 1: a public key is `ed25519:` and 64 hexadecimal digits, as `rustassistant cache keygen` prints it",
        ),
        (
            "api_key = { file = 'a', command = ['b'] }",
            "2:11: cache.api_key: expected a string, `{ file = \"path\" }` or `{ command = [\"program\", \"argument\"] }`, found another table",
        ),
        (
            "api_key = { command = [] }",
            "2:11: cache.api_key: expected a program and its arguments, as a list of strings, found no program",
        ),
        (
            "api_key = 7",
            "2:11: cache.api_key: expected a string, `{ file = \"path\" }` or `{ command = [\"program\", \"argument\"] }`, found a number",
        ),
    ];
    for (text, expected) in cases {
        let house = House::new().user(&format!("[cache]\n{text}\n"));
        let problem = house.one_problem();
        assert!(
            problem.ends_with(&format!("config.toml:{expected}")),
            "{problem}"
        );
        assert_eq!(house.load().config.cache.team, None, "{text}");
    }
}

#[test]
fn a_contradiction_names_both_places() {
    let house = House::new()
        .user("cache.url = 'https://a.b'\n")
        .variable(CACHE_BACKEND, "postgres");
    let problem = house.one_problem();
    assert!(
        problem.starts_with(
            "RUSTASSISTANT_CACHE_BACKEND: cache.backend: `postgres` doesn't match the address"
        ),
        "{problem}"
    );
    assert!(problem.contains("config.toml:1): remove"), "{problem}");
}

#[test]
fn plain_http_is_for_this_machine() {
    for url in [
        "http://localhost:8080/x",
        "http://127.0.0.7",
        "http://[::1]:1",
        "http://${HOST}/",
    ] {
        assert!(
            config(&House::new().user(&format!("cache.url = '{url}'\n")))
                .cache
                .team
                .is_some()
        );
    }
    for url in [
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://localhost@a.b",
    ] {
        let house = House::new().user(&format!("cache.url = '{url}'\n"));
        assert!(house.one_problem().contains("plain http"), "{url}");
    }
}

/// A default instead of the intended value could make it read or write elsewhere.
#[test]
fn one_wrong_key_of_a_team_s_cache_costs_all_of_it() {
    for text in [
        "namespace = 'X'",
        "namspace = 'pr-1'",
        "ca_file = 1",
        "write = 'yes'",
    ] {
        let house = House::new().user(&format!(
            "cache.url = 'https://a.b'\n[cache.team]\n{text}\n"
        ));
        assert_eq!(house.problems().len(), 1, "{text}");
        assert_eq!(house.load().config.cache.team, None, "{text}");
    }
    let house = House::new().user("cache.url = 'https://a.b'\ncache.limits.age = 'x'\n");
    assert!(house.load().config.cache.team.is_some());
    let house = House::new()
        .user("cache.url = 'https://a.b'\n")
        .project("cache.team.namespace = 'X'\n");
    assert!(
        house.load().config.cache.team.is_some(),
        "a project has no say in it"
    );
}

#[test]
fn what_is_idle_is_a_warning() {
    let one_warning = |text: &str| {
        let loaded = House::new().user(text).load();
        assert_eq!(loaded.problems, []);
        assert_eq!(loaded.warnings.len(), 1, "{:?}", loaded.warnings);
        loaded.warnings[0].clone()
    };
    assert!(one_warning("cache.url = 'https://a.b'").contains("trusted_keys"));
    assert!(one_warning("cache.team.write = true").contains("cache.url"));
    let off = House::new().user("cache.team.write = true\ncache.backend = 'sqlite'\n");
    assert_eq!(off.load().warnings, Vec::<String>::new());
}

#[test]
fn secrets_are_never_shown() {
    let everywhere = [
        House::new().user("cache.url = 'postgres://u:hunter2@h/d?password=hunter2'\ncache.api_key = 'hunter2'\ncache.backend = 'hunter2'\n"),
        House::new().user("cache.url = 'hunter2'\ncache.api_key.file = ['hunter2']\ncache.team.namespace = 'hunter2 '\n"),
        House::new().user("cache.url = 'http://u:hunter2@h'\ncache.team.trusted_keys = ['hunter2']\n"),
        House::new().user("cache.url = 'https://u:hunter2@['\ncache.team.signing_key = ['hunter2']\n"),
        House::new().user("cache.url = https://u:hunter2@h\n"),
        House::new().user("cache.api_key = 'hunter2\n"),
        House::new().user("cache.api_key = hunter2\n"),
        House::new().user("cache.team.signing_key = { command = ['pass', 'hunter2'] }\n"),
        House::new()
            .variable("RUSTASSISTANT_CACHE_URL", "https://u:hunter2@h?hunter2#hunter2")
            .variable("RUSTASSISTANT_CACHE_API_KEY", S3CRET)
            .variable(SIGNING, S3CRET),
        House::new()
            .variable("RUSTASSISTANT_CACHE_URL", "hunter2:u@h")
            .variable("RUSTASSISTANT_CACHE_TRUSTED_KEYS", S3CRET)
            .variable("RUSTASSISTANT_CACHE_NAMESPACE", "a/hunter2")
            .variable("RUSTASSISTANT_CACHE_WRITE", S3CRET),
        House::new().flag("cache.url=https://u:hunter2@h"),
        House::new().flag("cache.url=ftp://u:hunter2@h"),
        House::new().flag("cache.api_key=hunter2"),
        House::new().flag("cache.apikey=hunter2"),
        House::new().flag("cache={ api_key = 'hunter2' }"),
        House::new().flag("cache.team={ signing_key = 'hunter2' }"),
        House::new().flag("cach.url=https://u:hunter2@h"),
        House::new().flag("cache.url:https://u:hunter2@h?a=b"),
        House::new().flag("cache.url:https://u:hunter2@h"),
    ];
    for house in everywhere {
        let loaded = house.load();
        let problems: Vec<_> = loaded.problems.iter().map(ToString::to_string).collect();
        let shown: Vec<_> = loaded
            .config
            .shown()
            .iter()
            .map(ToString::to_string)
            .collect();
        let said = format!("{problems:#?}{shown:#?}{loaded:?}");
        let is_configured = loaded
            .config
            .shown()
            .iter()
            .any(|shown| shown.key.starts_with("cache") && shown.origin != Origin::Default);
        assert!(is_configured || !problems.is_empty(), "nothing was read");
        assert!(!said.contains(S3CRET), "{said}");
    }
}

#[test]
fn what_is_shown_says_where_a_secret_is() {
    let house = House::new().user(
        "cache.url = 'postgresql://ada:hunter2@db/x'\ncache.api_key = '${KEY}'\ncache.team.signing_key = 'hunter2'\n",
    );
    let config = config(&house);
    let value = |key: &str| {
        let shown = config.shown().iter().find(|shown| shown.key == key);
        shown.unwrap().value.clone()
    };
    assert_eq!(value("cache.url"), "\"postgresql://ada@db/x\"");
    assert_eq!(value("cache.api_key"), "\"${KEY}\"");
    assert_eq!(value("cache.team.signing_key"), "\"(hidden)\"");
}

#[cfg(unix)]
#[test]
fn a_file_with_a_secret_should_be_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let advice = |text: &str, mode: u32| {
        let house = House::new().user(text);
        let file = house.root.path().join("home/.rustassistant/config.toml");
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        house.load().advice
    };
    for text in [
        "cache.api_key = 'hunter2'",
        "cache.team.signing_key = 'hunter2'",
        "cache.url = 'postgresql://a:hunter2@b/c'",
        "cache.url = 'postgresql:///c?password=hunter2'",
    ] {
        let open = advice(text, 0o640);
        assert!(open.len() == 1 && open[0].contains("chmod 600"), "{open:?}");
        assert!(!open[0].contains(S3CRET));
        assert_eq!(advice(text, 0o600), Vec::<String>::new());
    }
    for text in [
        "cache.api_key = '${KEY}'",
        "cache.api_key = { file = 'key' }",
        "cache.url = 'postgresql://a:${PASSWORD}@b/c'",
        "profile = 'full'",
    ] {
        assert_eq!(advice(text, 0o644), Vec::<String>::new(), "{text}");
    }
}
