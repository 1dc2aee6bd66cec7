"""How long a user waits for the findings of a large file, and how much of that is due to the server."""

import statistics
import subprocess
import time

from messages import Messages
from place import BINARY, LARGE

# Maximum ratio of the time from the client's didOpen to the server's findings to that of a whole run of the command line on the
# same file, as medians of three. Both are slower on a slow or busy machine.
LIMIT = 3


def judge(place, key, shown):
    """Checks the server's time against its limit; `shown` is the editor's time from `key` to findings on the screen."""
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
