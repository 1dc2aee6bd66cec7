"""The cases in Emacs with eglot: each is one file in `cases/`, run in a separate Emacs."""

import re
import subprocess

import newcomer
from capabilities import record
from latency import judge
from newcomer import Newcomer
from picture import draw
from place import MORTAL, TESTS, Place
from process import end
from terminal import Terminal
from written import in_front, in_readme

FOLDER = TESTS / "emacs"


def start(place, case, before=(), **variables):
    (place.work / "init.el").write_text(in_readme("Emacs", "elisp"))
    # Not `-Q`, which would hide the system's packages.
    command = [*before, "emacs", "-q", "--batch", "-l", FOLDER / "support.el", "-l", FOLDER / "cases" / f"{case}.el"]
    environment = place.environment() | variables
    return subprocess.Popen(
        command, cwd=place.crate, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def case(name, binary="plain", **variables):
    def run():
        with Place(binary) as place:
            end(start(place, name, **variables))

    return run


def without_a_package():
    with Place() as place:
        (place.crate / "Cargo.toml").unlink()
        (place.crate / ".git").rmdir()
        end(start(place, "answer"))


def moving():
    """Emacs 28 supports no file operations, so nothing that requires one is offered."""
    with Place() as place:
        place.with_tests()
        end(start(place, "moving"))


def two_instances():
    with Place() as place:
        for process in [start(place, "two-instances") for _ in range(2)]:
            end(process)


def read_only():
    with Place() as place:
        place.read_only()
        end(start(place, "read-only", MORTAL))


def version():
    said = subprocess.run(["emacs", "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"Emacs ([\d.]+)", said)[1]


def recorded():
    with Place("recorded") as place:
        end(start(place, "answer"))
        record("emacs-eglot", version(), place.work / "messages.jsonl")
        return version()


def latency():
    with Place("recorded") as place:
        place.large_files()
        output = end(start(place, "latency"))
        shown = [float(ms) for ms in re.findall(r"shown after ([\d.]+) ms", output)]
        return judge(place, "visiting the file", shown)


# With a new home directory, Emacs compiles its packages in the background and shows their warnings in a window.
CALM = "(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil)"


def command(terminal, name):
    """Runs `M-x NAME`."""
    terminal.keys("M-x")
    terminal.wait("`M-x`", lambda: re.search("^M-x", terminal.screen(), re.MULTILINE))
    terminal.type(name)
    terminal.keys("Enter")


def as_written(lines, draws=None):
    """A new user follows a readme, goes to the second finding and applies its fix."""

    def run():
        with Newcomer() as user:
            user.write(".emacs.d/early-init.el", CALM)
            user.write(".emacs.d/init.el", lines())
            with Terminal(["emacs", "-nw", "src/lib.rs"], user, width=140, height=34) as terminal:
                terminal.wait_for("Flymake[0 0 2]")
                command(terminal, "flymake-goto-next-error")
                terminal.wait_for(newcomer.LET_ELSE)
                command(terminal, "flymake-goto-next-error")
                terminal.wait_for(newcomer.MERGE)
                command(terminal, "flymake-show-buffer-diagnostics")
                terminal.wait_for("[let-else-opportunity]")
                # The list takes up only as much space as it needs.
                terminal.keys("C-x", "o", "C-x", "-", "C-x", "o")
                command(terminal, "eglot-code-actions")
                terminal.wait_for("Pick an action")
                terminal.type("?")
                terminal.wait_for("Possible completions")
                if draws:
                    draw(draws, terminal.coloured_screen())
                terminal.keys("Enter")
                terminal.wait_for(newcomer.MERGED)
                terminal.keys("C-x", "C-s")
                terminal.wait("the file", lambda: newcomer.MERGED in user.file.read_text())
                terminal.keys("C-x", "C-c")
                terminal.wait_for("ended with 0")
            user.check()

    return run


CASES = {
    "as-written": as_written(lambda: in_readme("Emacs", "elisp"), "emacs"),
    "as-written-front": as_written(lambda: in_front("Emacs")),
    "answer": case("answer"),
    "moving": moving,
    "loose": case("loose"),
    "without-a-package": without_a_package,
    "missing": case("missing", "missing", EXPECTED="rustassistant"),
    "crash-at-start": case("missing", "crash-at-start", EXPECTED=r"not running\|Server died"),
    "too-old": case("missing", "too-old", EXPECTED=r"not running\|Server died"),
    "crash-later": case("crash-later", "noted"),
    "wrong-options": case("wrong-options"),
    "read-only": read_only,
    "two-instances": two_instances,
    "recorded": recorded,
    "latency": latency,
}
