"""The cases in Emacs with eglot: each is one file in `cases/`, run in an Emacs of its own."""

import re
import subprocess

from capabilities import record
from messages import Messages
from place import TESTS, Place
from process import end

FOLDER = TESTS / "emacs"


def start(place, case, **variables):
    # Not `-Q`: the packages of the system would not be found.
    command = ["emacs", "-q", "--batch", "-l", FOLDER / "support.el", "-l", FOLDER / "cases" / f"{case}.el"]
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


def two_instances():
    with Place() as place:
        for process in [start(place, "two-instances") for _ in range(2)]:
            end(process)


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
        place.large_file()
        output = end(start(place, "latency"))
        shown = re.search(r"shown after ([\d.]+) ms", output)[1]
        ours = Messages(place.work / "messages.jsonl").answer_ms("large.rs")
        return f"2,000 lines: didOpen to findings {ours:.1f} ms, visiting the file to findings shown {shown} ms"


CASES = {
    "answer": case("answer"),
    "loose": case("loose"),
    "without-a-package": without_a_package,
    "missing": case("missing", "missing", EXPECTED="rustassistant"),
    "crash-at-start": case("missing", "crash-at-start", EXPECTED=r"not running\|Server died"),
    "crash-later": case("crash-later", "noted"),
    "two-instances": two_instances,
    "recorded": recorded,
    "latency": latency,
}
