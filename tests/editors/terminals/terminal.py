"""A terminal with a program in it, implemented with a detached tmux: sends keys and reads the screen."""

import shlex
import subprocess
import time

PATIENCE_S = 15


class Terminal:
    def __init__(self, command, place, width=140, height=45):
        self.socket = str(place.work / "runtime" / f"terminal-{time.monotonic_ns()}")
        environment = place.environment() | {"TERM": "xterm-256color"}
        self.environment = environment
        given = [f"{name}={value}" for name, value in environment.items()]
        inner = shlex.join(["env", "-i", *given, "TERM=tmux-256color", *map(str, command)])
        self.tmux(
            *("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height)),
            *("-c", str(place.crate), f"{inner}; echo ended with $?; sleep 600"),
        )

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            print("    the screen:\n" + "\n".join(f"    |{line}" for line in self.screen().splitlines()))
        self.tmux("kill-server")

    def tmux(self, *arguments):
        command = ["tmux", "-S", self.socket, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True).stdout

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def escape(self):
        """Sends a single Escape: programs distinguish it from the start of another key by the pause after it."""
        self.keys("Escape")
        time.sleep(0.15)

    def command(self, line):
        """Enters a line after `:`, as in Helix."""
        self.type(":" + line)
        self.keys("Enter")

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def coloured_screen(self):
        return self.tmux("capture-pane", "-p", "-e", "-N")

    def wait(self, what, condition, patience_s=PATIENCE_S):
        """Polls until the condition holds; nothing relies on fixed delays."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.02)
        raise AssertionError(f"waited in vain: {what}")

    def wait_for(self, text, patience_s=PATIENCE_S):
        self.wait(f"`{text}` on the screen", lambda: text in self.screen(), patience_s)

    def wait_without(self, text):
        self.wait(f"no `{text}` on the screen", lambda: text not in self.screen())
