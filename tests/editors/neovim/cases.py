"""The cases in Neovim: each is one Lua file in `cases/`, run in a separate editor."""

import os
import re
import shlex
import subprocess
from contextlib import contextmanager

import newcomer
from capabilities import record
from latency import judge
from newcomer import Newcomer
from picture import draw
from place import MORTAL, REPOSITORY, TESTS, Place
from process import end
from terminal import Terminal
from written import in_front, in_help, in_readme

FOLDER = TESTS / "neovim"
PLUGIN = REPOSITORY / "editors/neovim"
# The user's configuration, by Neovim version.
LINES = {
    "recent": lambda: in_readme("Neovim", "lua"),
    "bare": lambda: in_readme("Neovim", "lua", 1),
    "front": lambda: in_front("Neovim"),
    "stable": lambda: in_help("rustassistant-older"),
    "old": lambda: in_help("rustassistant-older", 2),
}

SIZE = {"width": 118, "height": 24}
# Pictures for the documentation use the editor's default colours.
PAINTED = r"set termguicolors number fillchars=eob:\ "


def program(neovim):
    return f"{os.environ['EDITORS']}/nvim-{'recent' if neovim in ('bare', 'front') else neovim}"


def configure(place, neovim):
    init = place.work / "config/nvim/init.lua"
    init.parent.mkdir(exist_ok=True)
    init.write_text(LINES[neovim]())
    if neovim == "recent":
        packages = place.work / "data/nvim/site/pack/rustassistant/start"
        packages.mkdir(parents=True, exist_ok=True)
        if not (packages / "rustassistant").exists():
            (packages / "rustassistant").symlink_to(PLUGIN)


def start(place, neovim, case, before=()):
    configure(place, neovim)
    environment = place.environment() | {"SUPPORT": str(FOLDER / "support.lua"), "PLUGIN": str(PLUGIN)}
    command = [
        *before,
        *(program(neovim), "--headless", "-n", "-i", "NONE"),
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


def moving(neovim):
    def run():
        with Place() as place:
            place.with_tests()
            end(start(place, neovim, "moving"))

    return run


def extracting(neovim):
    def run():
        with Place() as place:
            place.with_sums()
            end(start(place, neovim, "extract"))

    return run


def read_only():
    with Place() as place:
        place.read_only()
        end(start(place, "recent", "read-only", MORTAL))


def without_a_package():
    with Place() as place:
        (place.crate / "Cargo.toml").unlink()
        end(start(place, "recent", "answer"))


def version(neovim):
    command = [program(neovim), "--version"]
    return re.search(r"NVIM v([\d.]+)", subprocess.run(command, capture_output=True, text=True, check=True).stdout)[1]


def recorded(neovim):
    """Records this client's capabilities while it performs a user's actions."""

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
        place.large_files()
        output = end(start(place, "recent", "latency"))
        shown = [float(ms) for ms in re.findall(r"shown after ([\d.]+) ms", output)]
        return judge(place, "`:edit`", shown)


@contextmanager
def screen(place, neovim, file, looks=""):
    """Neovim in a terminal. If it was started through another loader, it can't restart itself, so the editor and its interface are
    started separately there."""
    options = ["-i", "NONE", *(["-c", looks] if looks else []), file]
    if neovim == "old":
        with Terminal([program(neovim), *options], place, **SIZE) as terminal:
            yield terminal
            terminal.command("quit!")
            terminal.wait_for("ended with 0")
        return
    socket = place.work / "runtime/editor"
    command = [program(neovim), "--headless", "--listen", socket, *options]
    editor = subprocess.Popen(
        command, cwd=place.crate, env=place.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait = f"until [ -S {socket} ]; do sleep 0.05; done; exec {shlex.join([program(neovim), '--server', str(socket), '--remote-ui'])}"
    try:
        with Terminal(["sh", "-c", wait], place, **SIZE) as terminal:
            yield terminal
            terminal.command("quit!")
            assert editor.wait(10) == 0, "the editor's end"
    finally:
        editor.kill()
        editor.wait()


def as_written(neovim, go="]d", ask="gra", draws=None):
    """A new user follows the readme or the help, goes to the second finding and applies its fix."""

    def run():
        with Newcomer() as user:
            user.write(".config/nvim/init.lua", LINES[neovim]())
            if neovim == "recent":
                user.download_plugin()
                user.run(in_readme("Neovim", "sh"))
            with screen(user, neovim, "src/lib.rs", PAINTED if draws else "") as terminal:
                terminal.wait_for(newcomer.MERGE)
                terminal.type(go)
                terminal.wait_for("9,14")
                terminal.type(go)
                terminal.wait_for("13,5")
                terminal.type(ask)
                terminal.wait_for(newcomer.ANSWER)
                if draws:
                    draw(draws, terminal.coloured_screen())
                terminal.type("1")
                terminal.keys("Enter")
                terminal.wait_for(newcomer.MERGED)
                terminal.command("write")
                terminal.wait("the file", lambda: newcomer.MERGED in user.file.read_text())
            user.check()

    return run


CASES = {
    "as-written": as_written("recent", draws="neovim"),
    "as-written-bare": as_written("bare"),
    "as-written-front": as_written("front"),
    "as-written-stable": as_written("stable", ask=":lua vim.lsp.buf.code_action()\r"),
    "as-written-old": as_written("old", ":lua vim.diagnostic.goto_next()\r", ":lua vim.lsp.buf.code_action()\r"),
    "answer-recent": case("answer"),
    "answer-stable": case("answer", "stable"),
    "answer-old": case("answer", "old"),
    "beside": case("beside"),
    "hover-stable": case("hover", "stable"),
    "commands": case("commands"),
    "health": case("health"),
    "loose": case("loose"),
    "save": case("save"),
    "settings": case("settings"),
    "moving-recent": moving("recent"),
    "moving-stable": moving("stable"),
    "moving-old": moving("old"),
    "extract-recent": extracting("recent"),
    "extract-stable": extracting("stable"),
    "missing": case("missing", binary="missing"),
    "too-old": case("too-old", binary="too-old"),
    "planted": case("planted"),
    "crash-at-start": case("crash-at-start", binary="crash-at-start"),
    "crash-later": case("crash-later", binary="noted"),
    "without-a-package": without_a_package,
    "read-only": read_only,
    "two-instances": twice,
    "recorded-recent": recorded("recent"),
    "recorded-stable": recorded("stable"),
    "recorded-old": recorded("old"),
    "latency": latency,
}
