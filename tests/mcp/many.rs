//! Two hundred calls chosen by a seed: every tool, with valid and invalid arguments.

use serde_json::{Value, json};

use crate::{
    NESTED,
    client::{Client, Said, contents},
    place,
};

/// A seeded random number generator.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most as u64).unwrap()
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

const TOOLS: [&str; 6] = [
    "findings", "offers", "preview", "apply", "verify", "explain",
];
const CALLS: usize = 200;

/// Whether a call is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Good,
    Bad,
}

fn good(tool: &str, chance: &mut Chance, client: &mut Client) -> Value {
    let range = *chance.of(&["2", "2:5", "1-7", "2:5-6:6", "3"]);
    match tool {
        "findings" => chance
            .of(&[
                json!({}),
                json!({ "paths": ["src"] }),
                json!({ "paths": ["src/lib.rs", "src/more.rs"], "skip": 1 }),
                json!({ "paths": [], "skip": 10_000 }),
            ])
            .clone(),
        "offers" => json!({ "path": chance.of(&["src/lib.rs", "./src/more.rs"]), "range": range }),
        "preview" => json!({ "offer": client.offer("merge-nested-if", "src/lib.rs", "2") }),
        _ => {
            json!({ "id": chance.of(&["let-else", "collapsible-if", "extract-function", "generated"]) })
        }
    }
}

fn bad(tool: &str, chance: &mut Chance) -> Value {
    let word = chance
        .of(&[
            json!(null),
            json!(-1),
            json!(1e300),
            json!(""),
            json!("\u{0}\u{1b}[2J"),
            json!("../../etc/passwd"),
            json!("src"),
            json!("é".repeat(5_000)),
            json!([]),
            json!([["src"]]),
            json!({ "a": {} }),
            json!("merge-nested-if@src/lib.rs:2:5#00000000-00000000"),
            json!("merge-nested-if@src/lib.rs:99999999999:5#00000000-00000000"),
            json!("--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1 +1 @@\n-x\n+y\n"),
            json!("4294967295-1"),
        ])
        .clone();
    let key = match (tool, chance.below(3)) {
        (_, 0) => "unknown",
        ("findings", 1) => "paths",
        ("findings", _) => "since",
        ("offers", 1) => "path",
        ("offers", _) => return json!({ "path": "src/lib.rs", "range": word }),
        ("preview", _) => "offer",
        ("apply", 1) => return json!({ "offers": [word] }),
        ("apply", _) => "offers",
        ("verify", _) => "patch",
        (_, _) => "id",
    };
    let mut arguments = json!({});
    arguments[key] = word;
    arguments
}

#[test]
fn every_call_has_an_answer_and_nothing_is_changed() {
    let place = place();
    place.write("src/more.rs", NESTED);
    place.write("src/broken.rs", "fn f( { \u{0} }}} \"");
    place.write("src/deep.rs", "(".repeat(2_000));
    let before = contents(&place.root());
    let mut chance = Chance(0x05ee_d0fa_9e27);
    let mut client = place.start(&[]);
    let mut counts = [[0; 2]; TOOLS.len()];
    for at in 0..CALLS {
        let number = at % TOOLS.len();
        let tool = TOOLS[number];
        // Tools that aren't permitted are always refused here.
        let kind = match tool {
            "apply" | "verify" => Kind::Bad,
            _ => *chance.of(&[Kind::Good, Kind::Bad]),
        };
        let arguments = match kind {
            Kind::Good => good(tool, &mut chance, &mut client),
            Kind::Bad => bad(tool, &mut chance),
        };
        let said = client.call(tool, &arguments);
        let is_told = matches!(said, Said::Told(_));
        assert!(is_told || kind == Kind::Bad, "{tool} {arguments}: {said:?}");
        // An absent path, revision or offset is still valid.
        let is_harmless = tool == "findings"
            && ["paths", "since"].iter().any(|key| {
                arguments
                    .get(key)
                    .is_some_and(|it| it.is_null() || it == &json!([]))
            });
        assert!(
            !is_told || kind == Kind::Good || is_harmless,
            "{tool} {arguments}: {said:?}"
        );
        counts[number][usize::from(kind == Kind::Good)] += 1;
    }
    for (tool, [bad, good]) in TOOLS.iter().zip(counts) {
        let is_tried = bad > 5 && (good > 5 || ["apply", "verify"].contains(tool));
        assert!(is_tried, "{tool}: {good} good and {bad} bad");
    }
    client.leave();
    assert_eq!(contents(&place.root()), before);
}

#[test]
fn calls_that_come_together_are_all_answered() {
    let place = place();
    let mut client = place.start(&[]);
    for id in 1_000..1_050 {
        let parameters = json!({ "name": "findings", "arguments": {} });
        let request =
            json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": parameters });
        client.send(&request.to_string());
    }
    assert!(
        client
            .told("explain", &json!({ "id": "let-else" }))
            .starts_with("let-else")
    );
    client.leave();
}
