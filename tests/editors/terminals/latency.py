"""How long a user waits for the findings of a large file, and how much of that is the server's."""

import statistics
import subprocess
import time

from messages import Messages
from place import BINARY, LARGE

# Limits for the time from the client's didOpen to the server's findings, and for the same file on the command line, from start
# to end, as medians of three. Both are slower on a slow or busy machine.
LIMIT = 3


def judge(place, key, shown):
    """Holds the server's part against its limit; `shown` is what an editor took from `key` to findings on the screen."""
    messages = Messages(place.work / "messages.jsonl")
    ours = [messages.answer_ms(name) for name in LARGE]
    beside = [on_the_command_line(place, name) for name in LARGE]
    said = f"2,000 lines: didOpen to findings {words(ours)}, on the command line {words(beside)}, {key} to findings on the screen {words(shown)}"
    assert statistics.median(ours) <= LIMIT * statistics.median(beside), said
    return said


def on_the_command_line(place, name):
    started = time.monotonic()
    command = [BINARY, "refactor", "analyze", "--no-cache", place.work / "large" / name]
    subprocess.run(command, env=place.environment(), check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - started) * 1000


def words(times):
    return ", ".join(f"{time:.0f}" for time in times) + " ms"
