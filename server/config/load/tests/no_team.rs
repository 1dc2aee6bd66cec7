//! A build without team cache support reports a configured one, and applies everything else.

use super::*;
use crate::cache::NO_TEAM;

#[test]
fn a_team_s_cache_is_one_problem_where_it_is_asked_for() {
    for (text, place) in [
        ("cache.url = 'https://a.b'", "1:13: cache.url"),
        ("cache.url = 'postgresql://a/b'", "1:13: cache.url"),
        ("cache.url = '${TEAM_URL}'", "1:13: cache.url"),
        ("cache.backend = 'http'", "1:17: cache.backend"),
        (
            "cache.backend = 'postgres'\ncache.url = 'https://a.b'",
            "1:17: cache.backend",
        ),
    ] {
        let house = House::new().user(&format!("{text}\nworkspace.max_files = 7\n"));
        let problem = house.one_problem();
        assert!(
            problem.ends_with(&format!("config.toml:{place}: {NO_TEAM}")),
            "{problem}"
        );
        let config = house.load().config;
        assert_eq!((config.cache.team, config.max_files), (None, 7));
    }
}

#[test]
fn variables_are_named() {
    for (variable, value) in [
        ("RUSTASSISTANT_CACHE_URL", "https://a.b"),
        (CACHE_BACKEND, "postgres"),
    ] {
        let problem = House::new().variable(variable, value).one_problem();
        assert!(problem.starts_with(variable), "{problem}");
        assert!(problem.ends_with(NO_TEAM), "{problem}");
    }
}

#[test]
fn what_asks_for_no_team_s_cache_is_fine() {
    let house = House::new().user(&format!(
        "[cache]\nbackend = 'sqlite'\nurl = 'https://a.b'\n[cache.team]\nnamespace = 'pr-1'\ntrusted_keys = ['ed25519:{}']\n",
        "0a".repeat(32)
    ));
    assert_eq!(house.problems(), Vec::<String>::new());
}
