"""The cases in Helix, in a terminal, configured by `editors/helix/languages.toml`."""

import os
import re
import shutil
import subprocess
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path

import newcomer
from capabilities import record
from latency import judge
from messages import Messages
from newcomer import Newcomer
from picture import draw
from place import MORTAL, REPOSITORY, TESTS, Place
from terminal import Terminal
from written import in_front, in_readme

SNIPPET = REPOSITORY / "editors/helix/languages.toml"
# Parts of findings and of their fixes.
LET_ELSE = "unwraps a value or diverges"
MERGE = "combine their conditions"
NESTED = "if order.is_paid {"
MERGED = "if order.is_paid && order.lines.is_empty() {"


def hx():
    return f"{os.environ['EDITORS']}/hx"


def configure(place, options="", rust_analyzer=False):
    folder = place.work / "config/helix"
    folder.mkdir(exist_ok=True)
    (folder / "languages.toml").write_text(SNIPPET.read_text() + options)
    if rust_analyzer:
        path = place.bin / "rust-analyzer"
        path.write_text('#!/bin/sh\nexec python3 "$TESTS/terminals/second_server.py"\n')
        path.chmod(0o755)


@contextmanager
def helix(place, file="src/orders.rs", before=()):
    with Terminal([*before, hx(), *([file] if file else [])], place) as terminal:
        terminal.wait_for(" NOR ")
        yield terminal


def log(place):
    path = place.work / "cache/helix/helix.log"
    return path.read_text() if path.exists() else ""


def quit_it(terminal):
    terminal.command("quit!")
    terminal.wait_for("ended with 0")


def answer(terminal):
    """Goes to the second finding, which is preceded by non-ASCII letters, and applies its first fix."""
    terminal.keys("g", "g")
    terminal.type("]d")
    terminal.wait_for(" 10:20")
    terminal.type("]d")
    terminal.wait("the second finding", lambda: any(place in terminal.screen() for place in (" 18:28", " 18:29")))
    terminal.type(" a")
    terminal.wait_for("Merge nested")
    terminal.keys("Enter")
    terminal.wait_for(MERGED)


def write(terminal, path, holds):
    """Saves, and waits for the confirmation: if a file is saved again sooner, Helix assumes an external modification."""
    terminal.command("write")
    terminal.wait_for(" written, ")
    terminal.wait("the file", lambda: holds in on_disk(path))


def answering():
    """Open a file, see findings, list and apply fixes, save, undo."""
    with Place() as place:
        configure(place)
        path = place.crate / "src/orders.rs"
        before = path.read_text()
        with helix(place) as terminal:
            terminal.wait_for(LET_ELSE)
            terminal.wait_for(MERGE)
            answer(terminal)
            terminal.wait_without(MERGE)
            write(terminal, path, MERGED)
            terminal.keys("u")
            terminal.wait_for(NESTED)
            terminal.wait_for(MERGE)
            write(terminal, path, NESTED)
            assert on_disk(path) == before, on_disk(path)
            quit_it(terminal)


def moving():
    """Tests are moved to a newly created file."""
    with Place() as place:
        configure(place)
        path = place.with_tests()
        with helix(place, "src/stack.rs") as terminal:
            terminal.wait_for(MERGE)
            terminal.type("11gg")
            terminal.wait_for(" 11:1")
            terminal.type(" a")
            terminal.wait_for("Move tests to `stack/tests.rs`")
            terminal.keys("Enter")
            terminal.wait_for("mod tests;")
            terminal.command("write-all")
            terminal.wait("the file", lambda: on_disk(path).endswith("#[cfg(test)]\nmod tests;\n"))
            moved = place.crate / "src/stack/tests.rs"
            terminal.wait("the new file", lambda: moved.exists() and on_disk(moved).endswith("number + number);\n    }\n}\n"))
            assert on_disk(moved).startswith("use super::*;\n\n// Nothing is twice nothing.\n#[test]\n"), on_disk(moved)
            quit_it(terminal)


def extracting():
    """Extracts a function from selected lines."""
    with Place() as place:
        configure(place)
        path = place.with_sums()
        with helix(place, "src/sums.rs") as terminal:
            terminal.wait_for(MERGE)
            terminal.type("12gg")
            terminal.wait_for(" 12:")
            terminal.type("xxx a")
            terminal.wait_for("Extract into a function")
            terminal.keys("Enter")
            terminal.wait_for("fn update_total(numbers: &[u32], total: &mut u32) {", 60)
            write(terminal, path, "    update_total(numbers, &mut total);\n    total\n")
            quit_it(terminal)


def beside():
    """With rust-analyzer, or its replacement, listed first: findings and actions of both are shown, hovers only of the first."""
    with Place() as place:
        configure(place, rust_analyzer=True)
        with helix(place) as terminal:
            terminal.wait_for(LET_ELSE)
            terminal.wait_for("The second server has something to say")
            terminal.type(" k")
            terminal.wait_for("the second server's hover")
            terminal.escape()
            terminal.type(" a")
            terminal.wait_for("Second: greet")
            terminal.keys("Enter")
            terminal.wait_for("// second")
            terminal.type("]d")
            terminal.wait_for(" 11:20")
            terminal.type(" a")
            terminal.wait_for("Second: greet")
            terminal.wait_for("Convert to `let")
            terminal.escape()
            quit_it(terminal)


def options():
    """Options in `config` are applied."""
    with Place() as place:
        configure(place, '\n[language-server.rustassistant.config]\nsmells.collapsible-if = false\n')
        with helix(place) as terminal:
            terminal.wait_for(LET_ELSE)
            assert MERGE not in terminal.screen(), "a smell that is off is shown"
            quit_it(terminal)


def wrong_options():
    """An option of the wrong type is reported and ignored; so is a table that is none."""
    with Place() as place:
        smells = 'smells = { collapsible-if = "quiet", let-else-opportunity = false }'
        configure(place, f"\n[language-server.rustassistant.config]\n{smells}\nexclude = 7\n")
        with helix(place) as terminal:
            terminal.wait("the option that is wrong", lambda: re.search("smells.collapsible-if|exclude", terminal.screen()))
            terminal.wait_for(MERGE)
            assert LET_ELSE not in terminal.screen(), "a smell that is off is shown"
            quit_it(terminal)


def edits_on(terminal, path):
    """Whatever happened to the server, editing works."""
    terminal.type("ggO")
    terminal.type("typed by hand")
    terminal.escape()
    write(terminal, path, "typed by hand")
    quit_it(terminal)


def health(place):
    command = [hx(), "--health", "rust"]
    said = subprocess.run(command, env=place.environment(), capture_output=True, text=True, check=True).stdout
    return re.sub(r"\x1b\[[\d;]*m", "", said)


def missing():
    """Helix doesn't report a missing server, but `hx --health rust` does."""
    with Place("missing") as place:
        configure(place)
        assert "✘ rustassistant" in health(place), health(place)
        with helix(place) as terminal:
            edits_on(terminal, place.crate / "src/orders.rs")
        place.put("plain")
        assert "✓ rustassistant" in health(place), health(place)


def crash_at_start():
    with Place("crash-at-start") as place:
        configure(place)
        with helix(place) as terminal:
            terminal.wait("a word in the log", lambda: "the server is broken" in log(place))
            edits_on(terminal, place.crate / "src/orders.rs")


def too_old():
    """A binary without the `lsp` command: the log reports it, and editing works."""
    with Place("too-old") as place:
        configure(place)
        with helix(place) as terminal:
            terminal.wait("a word in the log", lambda: "unrecognized subcommand" in log(place))
            edits_on(terminal, place.crate / "src/orders.rs")


def crash_later():
    """Helix doesn't restart a server automatically; `:lsp-restart` does."""
    with Place("noted") as place:
        configure(place)
        with helix(place) as terminal:
            terminal.wait_for(MERGE)
            process = (place.work / "process").read_text()
            os.kill(int(process), 9)
            terminal.wait("the end of the server", lambda: not alive(int(process)))
            terminal.command("lsp-restart rustassistant")
            terminal.wait("another server", lambda: on_disk(place.work / "process") not in ("", process))
            terminal.wait_for(MERGE)
            answer(terminal)
            quit_it(terminal)


def on_disk(path):
    """A file's contents. Helix writes a new file and replaces the old one with it; in between, there is none."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A zombie has ended too; its parent hasn't reaped it yet.
    with open(f"/proc/{process}/stat", encoding="utf-8") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


def loose():
    """A file without a package, and an unnamed buffer that is then named."""
    with Place() as place:
        configure(place)
        folder = place.work / "loose"
        folder.mkdir()
        shutil.copy(place.crate / "src/orders.rs", folder / "alone.rs")
        with helix(place, folder / "alone.rs") as terminal:
            terminal.wait_for(MERGE)
            answer(terminal)
            quit_it(terminal)
        with helix(place, None) as terminal:
            terminal.command("set-language rust")
            terminal.command(f"insert-output head -n 24 {place.crate}/src/orders.rs")
            terminal.wait_for("pub fn label")
            terminal.command(f"write {folder}/named.rs")
            terminal.wait("the file", (folder / "named.rs").exists)
            terminal.command("reload")
            terminal.wait_for(LET_ELSE)
            quit_it(terminal)


def without_a_package():
    with Place() as place:
        configure(place)
        (place.crate / "Cargo.toml").unlink()
        with helix(place) as terminal:
            terminal.wait_for(MERGE)
            answer(terminal)
            quit_it(terminal)


def read_only():
    """A read-only file: findings and fixes are shown, and nothing is written."""
    with Place() as place:
        configure(place)
        before = place.read_only()
        with helix(place, before=MORTAL) as terminal:
            terminal.wait_for(MERGE)
            answer(terminal)
            terminal.command("write")
            terminal.wait_for("read only")
            assert (place.crate / "src/orders.rs").read_text() == before, "the file was written"
            quit_it(terminal)


def two_windows():
    """One file in two windows of one Helix: applying a fix and undoing it are visible in both."""

    def twice(text):
        return lambda: terminal.screen().count(text) == 2

    with Place() as place:
        configure(place)
        with helix(place) as terminal:
            terminal.wait_for(MERGE)
            terminal.command("hsplit")
            terminal.wait("two windows", twice(NESTED))
            answer(terminal)
            terminal.wait("the answer in both", twice(MERGED))
            terminal.type("u")
            terminal.wait("the undo in both", twice(NESTED))
            terminal.wait("its finding in both", twice(MERGE))
            terminal.command("quit")
            terminal.wait("one window", lambda: terminal.screen().count(NESTED) == 1)
            answer(terminal)
            quit_it(terminal)


def two_instances():
    with Place() as place:
        configure(place)
        with helix(place) as one, helix(place, "src/lib.rs") as other:
            one.wait_for(MERGE)
            other.command("open src/orders.rs")
            other.wait_for(MERGE)
            answer(one)
            answer(other)
            quit_it(one)
            other.wait_for(MERGED)
            quit_it(other)


def version():
    return subprocess.run([hx(), "--version"], capture_output=True, text=True, check=True).stdout.split()[1]


def recorded():
    with Place("recorded") as place:
        configure(place)
        with helix(place) as terminal:
            terminal.wait_for(MERGE)
            quit_it(terminal)
        record("helix", version(), place.work / "messages.jsonl")
        return version()


def latency():
    with Place("recorded") as place:
        configure(place)
        files = place.large_files()
        with helix(place) as terminal:
            terminal.wait_for(MERGE)
            shown = [opening(terminal, Path(shutil.copy(file, place.crate / "src"))) for file in files]
            quit_it(terminal)
        return judge(place, "`:open`", shown)


def opening(terminal, file):
    """Milliseconds from opening a file to its last finding on the screen."""
    terminal.type(f":open src/{file.name}")
    started = time.monotonic()
    terminal.keys("Enter")
    # No progress is shown in between: work that finishes quickly isn't displayed.
    terminal.wait_for(f" NOR   src/{file.name}")
    terminal.type("ge")
    terminal.wait_for("wraps the last")
    return (time.monotonic() - started) * 1000


def commands():
    """The server's commands are in a separate list. Their edits are applied to the buffer."""
    with Place("recorded") as place:
        configure(place)
        with helix(place) as terminal:
            terminal.wait_for(MERGE)
            answer = Messages(place.work / "messages.jsonl").first("server", "initialize")["result"]
            offered = answer["capabilities"].get("executeCommandProvider", {}).get("commands", [])
            terminal.command("lsp-workspace-command")
            if "rustassistant.fixWorkspace" not in offered:
                terminal.wait_for(offered[0] if offered else " 0/0 ")
                return "this server has no `fixWorkspace`"
            terminal.wait_for("rustassistant.cacheStatistics")
            terminal.type("fixWork")
            terminal.wait_without("rustassistant.cacheStatistics")
            terminal.keys("Enter")
            terminal.wait_for("applied 3 refactorings")
            terminal.wait_for(MERGED)
            quit_it(terminal)


def as_written(lines, draws=None):
    """A new user follows a readme, goes to the second finding and applies its fix."""

    def run():
        with Newcomer() as user:
            assert tomllib.loads(lines()) == tomllib.loads(SNIPPET.read_text()), "the readmes and the file say the same"
            user.write(".config/helix/languages.toml", lines())
            with Terminal([hx(), "src/lib.rs"], user, width=118, height=24) as terminal:
                terminal.wait_for(newcomer.MERGE)
                terminal.type("]d")
                terminal.wait_for(" 9:")
                terminal.type("]d")
                terminal.wait_for(" 13:")
                terminal.type(" a")
                terminal.wait_for(newcomer.ANSWER)
                if draws:
                    draw(draws, terminal.coloured_screen())
                terminal.keys("Enter")
                terminal.wait_for(newcomer.MERGED)
                write(terminal, user.file, newcomer.MERGED)
                quit_it(terminal)
            user.check()

    return run


CASES = {
    "as-written": as_written(lambda: in_readme("Helix", "toml"), "helix"),
    "as-written-front": as_written(lambda: in_front("Helix")),
    "answer": answering,
    "moving": moving,
    "extracting": extracting,
    "beside": beside,
    "options": options,
    "wrong-options": wrong_options,
    "commands": commands,
    "missing": missing,
    "crash-at-start": crash_at_start,
    "crash-later": crash_later,
    "too-old": too_old,
    "loose": loose,
    "without-a-package": without_a_package,
    "read-only": read_only,
    "two-windows": two_windows,
    "two-instances": two_instances,
    "recorded": recorded,
    "latency": latency,
}
