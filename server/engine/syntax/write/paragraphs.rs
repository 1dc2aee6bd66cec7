//! Blank lines between new code and the code after it.

use memchr::memrchr;

/// The distance in bytes within which guards are searched for in each direction: roughly what fits on a screen, at a cost that
/// a keystroke allows.
const NEAR: usize = 4_096;
/// Maximum lines of the remaining code that count as short; more lines form their own paragraph.
const SHORT_REST: usize = 5;

/// Whether a blank line belongs between a multi-line guard at `at` and the `rest` after it: if most guards nearby have one, or
/// if they show no preference and the rest is long.
pub fn parts_guards(text: &str, at: usize, rest: &str) -> bool {
    match guards_near(text, at) {
        Guards { apart, joined } if apart == joined => rest.lines().count() > SHORT_REST,
        Guards { apart, joined } => apart > joined,
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Guards {
    apart: usize,
    joined: usize,
}

/// Counts three-line guards that are followed by code of the same block, by whether a blank line separates them.
fn guards_near(text: &str, at: usize) -> Guards {
    let bytes = text.as_bytes();
    let from = memrchr(b'\n', &bytes[..at.saturating_sub(NEAR).min(bytes.len())]);
    let start = from.map_or(0, |newline| newline + 1);
    let window = text.get(start..).unwrap_or_default();
    let mut guards = Guards::default();
    let [mut head, mut exit, mut end] = [""; 3];
    let mut read = start;
    let mut is_behind_blank = false;
    for line in window.lines() {
        read += line.len() + 1;
        if read > at + NEAR {
            break;
        }
        let line = line.trim_end();
        if line.is_empty() {
            is_behind_blank = true;
            continue;
        }
        if is_guard(head, exit, end) && !line.trim_start().starts_with('}') {
            *if is_behind_blank {
                &mut guards.apart
            } else {
                &mut guards.joined
            } += 1;
        }
        // A guard contains no blank line.
        [head, exit, end] = if is_behind_blank {
            ["", "", line]
        } else {
            [exit, end, line]
        };
        is_behind_blank = false;
    }
    guards
}

fn is_guard(head: &str, exit: &str, end: &str) -> bool {
    let begins =
        |line: &str, words: &[&str]| words.iter().any(|word| line.trim_start().starts_with(word));
    head.ends_with('{')
        && begins(head, &["if ", "let "])
        && begins(exit, &["return", "continue", "break"])
        && matches!(end.trim_start(), "}" | "};")
}

#[cfg(test)]
mod tests {
    use super::{Guards, guards_near, parts_guards};

    const LONG: &str = "a();\nb();\nc();\nd();\ne();\nf();\n";

    fn guards(behind: &str) -> String {
        format!(
            "fn f() {{\n    if a {{\n        return;\n    }}\n{behind}    g();\n}}\n\nfn g() {{\n    h();\n}}\n"
        )
    }

    #[test]
    fn guards_around_show_how_it_is_done() {
        assert!(parts_guards(&guards("\n"), 0, "a();\n"));
        assert!(!parts_guards(&guards(""), 0, LONG));
        let crlf = guards("\n").replace('\n', "\r\n");
        assert!(parts_guards(&crlf, 20, "a();\n"));
    }

    #[test]
    fn without_guards_a_long_rest_is_a_paragraph() {
        for text in ["", "fn f() {}\n"] {
            assert!(parts_guards(text, 0, LONG));
            assert!(!parts_guards(text, 0, "a();\nb();\n"));
        }
    }

    #[test]
    fn only_guards_count() {
        for text in [
            // Nothing follows in the same block.
            "fn f() {\n    if a {\n        return;\n    }\n}\n\nfn g() {}\n",
            "fn f() {\n    if a {\n        return;\n    } else {\n        b();\n    }\n\n    c();\n}\n",
            "fn f() {\n    if a {\n        b();\n    }\n\n    c();\n}\n",
            "fn f() -> u8 {\n    return 1;\n}\n\nfn g() {}\n",
        ] {
            assert_eq!(guards_near(text, 0), Guards::default(), "{text}");
        }
    }

    #[test]
    fn what_is_far_away_is_not_read() {
        let text = format!("{}{}", "// far\n".repeat(5_000), guards(""));
        assert_eq!(guards_near(&text, 0), Guards::default());
        assert_eq!(guards_near(&text, text.len()).joined, 1);
    }
}
