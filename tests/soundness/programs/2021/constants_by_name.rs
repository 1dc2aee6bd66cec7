//! Texts and numbers that want a name: in patterns, beside constants of a like name, in modules of their own, and of types that
//! only their places know.
use std::collections::HashMap;

use self::keys::*;

const USER_ID: &str = "user-id";

mod keys {
    pub const GROUP_ID: &str = "another";

    pub fn group() -> &'static str {
        first("group-name", "group-name")
    }

    pub fn first(one: &'static str, other: &'static str) -> &'static str {
        if one == "group-name" {
            other
        } else {
            one
        }
    }
}

fn look(map: &HashMap<&str, u32>) -> u32 {
    let found = map.get("user-id").copied().unwrap_or_default();
    let group = map.get("group-id").copied().unwrap_or_default();
    found + group + map.get("group-id").copied().unwrap_or(7)
}

fn ask(key: &str) -> bool {
    match key {
        "some-key" | "x-other" => true,
        "group-id" => false,
        _ => key == "some-key",
    }
}

fn route(path: &str) -> u32 {
    match path {
        "/index.html" => 1,
        "/about.html" => 2,
        _ if path.ends_with("/index.html") => 3,
        _ => u32::from(path.starts_with("/about.html")),
    }
}

fn give() -> &'static str {
    let all: [&'static str; 2] = ["some-key", "x-other"];
    let slice: &'static [&'static str] = &["some-key", "x-other"];
    if all == slice {
        "some-key"
    } else {
        "x-other"
    }
}

fn local() -> String {
    const SOME_KEY_2: u8 = 1;
    let text: String = "x-local".into();
    let boxed: Box<str> = "x-local".into();
    format!("{text}{boxed}{SOME_KEY_2}{}", "x-local".len())
}

fn check(name: &str, retries: u8, offset: i64) -> Result<usize, String> {
    if name.len() > 250 || retries > 17 {
        return Err("x-too-long".to_owned());
    }
    if offset < 38 {
        return Err("x-too-long".to_owned());
    }
    Ok(wait(700, 1.5) + wait(700, 2.5))
}

fn wait(pause_ms: u64, factor: f32) -> usize {
    (pause_ms as f32 * factor) as usize
}

fn split(nanos: u128) -> (u128, u64) {
    (nanos / 1_000_000_000, (nanos % 1_000_000_000) as u64)
}

#[cfg(test)]
mod tests {
    fn text() -> &'static str {
        "some-key"
    }
}

fn main() {
    let map = HashMap::from([(USER_ID, 1), (GROUP_ID, 2), ("group-id", 4)]);
    println!("{}", look(&map));
    println!("{} {} {}", ask("some-key"), ask("group-id"), ask("x"));
    println!("{} {}", route("/index.html"), route("/about.html"));
    println!("{} {}", route("a/index.html"), route("/about.html?"));
    println!("{} {} {}", give(), group(), local());
    println!("{:?}", check("name", 1, 40));
    println!("{:?} {:?}", check("name", 18, 40), check("name", 1, 1));
    println!("{:?}", split(1_500_000_000));
}
