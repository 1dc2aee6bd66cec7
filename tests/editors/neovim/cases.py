"""The cases in Neovim: each is one Lua file in `cases/`, run in an editor of its own."""

import os
import re
import shlex
import subprocess

from capabilities import record
from messages import Messages
from picture import draw
from place import REPOSITORY, TESTS, Place
from process import end
from terminal import Terminal

FOLDER = TESTS / "neovim"
# Which Neovim is configured in which way: the three that the help describes.
CONFIGURATIONS = {"recent": "enable", "stable": "start", "old": "attach"}


def start(place, neovim, case):
    environment = place.environment() | {
        "SUPPORT": str(FOLDER / "support.lua"),
        "PLUGIN": str(REPOSITORY / "editors/neovim"),
    }
    command = [
        *(f"{os.environ['EDITORS']}/nvim-{neovim}", "--headless", "-n", "-i", "NONE"),
        *("-u", FOLDER / f"init-{CONFIGURATIONS[neovim]}.lua"),
        *("-c", f"luafile {FOLDER / 'cases' / case}.lua"),
    ]
    return subprocess.Popen(
        command, cwd=place.crate, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def case(name, neovim="recent", binary="plain"):
    def run():
        with Place(binary) as place:
            end(start(place, neovim, name))

    return run


def version(neovim):
    command = [f"{os.environ['EDITORS']}/nvim-{neovim}", "--version"]
    return re.search(r"NVIM v([\d.]+)", subprocess.run(command, capture_output=True, text=True, check=True).stdout)[1]


def recorded(neovim):
    """What this client says of itself, while it does what a user does."""

    def run():
        with Place("recorded") as place:
            end(start(place, neovim, "answer"))
            record("neovim", version(neovim), place.work / "messages.jsonl")
            return version(neovim)

    return run


def twice():
    """Two editors work in the same folder with one cache."""
    with Place() as place:
        for process in [start(place, "recent", "two-instances") for _ in range(2)]:
            end(process)


def latency():
    with Place("recorded") as place:
        place.large_file()
        output = end(start(place, "recent", "latency"))
        shown = re.search(r"shown after ([\d.]+) ms", output)[1]
        ours = Messages(place.work / "messages.jsonl").answer_ms("large.rs")
        return f"2,000 lines: didOpen to findings {ours:.1f} ms, `:edit` to findings shown {shown} ms"


def picture():
    """What a user sees in a terminal: findings beside the code and the list of answers."""
    options = "lua vim.diagnostic.config({ virtual_text = true, signs = false }) vim.o.number = true"
    program = f"{os.environ['EDITORS']}/nvim-recent"
    with Place() as place:
        environment = place.environment() | {"PLUGIN": str(REPOSITORY / "editors/neovim")}
        # A program that was started through another loader can't start itself again, so editor and screen are started apart.
        socket = place.work / "runtime/editor"
        command = [program, "--headless", "--listen", socket, "-n", "-i", "NONE", "-u", FOLDER / "init-enable.lua"]
        editor = subprocess.Popen([*command, "-c", options, "src/orders.rs"], cwd=place.crate, env=environment)
        try:
            show(place, editor, [program, "--server", socket, "--remote-ui"], socket)
        finally:
            editor.kill()
            editor.wait()


def show(place, editor, command, socket):
    wait = f"until [ -S {socket} ]; do sleep 0.05; done; exec {shlex.join(map(str, command))}"
    with Terminal(["sh", "-c", wait], place, width=136, height=38) as terminal:
        terminal.wait_for("they can be asked as one")
        terminal.type("18Gfi;;")
        terminal.type("gra")
        terminal.wait_for("Merge nested")
        draw("neovim", terminal.coloured_screen())
        terminal.type("1")
        terminal.keys("Enter")
        terminal.wait_for("if order.is_paid && order.lines.is_empty() {")
        terminal.command("quit!")
        assert editor.wait(10) == 0, "the editor's end"


CASES = {
    "answer-recent": case("answer"),
    "answer-stable": case("answer", "stable"),
    "answer-old": case("answer", "old"),
    "beside": case("beside"),
    "commands": case("commands"),
    "health": case("health"),
    "loose": case("loose"),
    "save": case("save"),
    "settings": case("settings"),
    "missing": case("missing", binary="missing"),
    "planted": case("planted"),
    "crash-at-start": case("crash-at-start", binary="crash-at-start"),
    "crash-later": case("crash-later", binary="noted"),
    "two-instances": twice,
    "recorded-recent": recorded("recent"),
    "recorded-stable": recorded("stable"),
    "recorded-old": recorded("old"),
    "latency": latency,
    "picture": picture,
}
