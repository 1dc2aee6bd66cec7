"""How long a user waits for the findings of a large file, and how much of that is the server's."""

import statistics

from messages import Messages
from place import BINARY, LARGE

# From the client's didOpen to the server's findings, in the middle of three. A build for debugging is not what a user has.
LIMIT_MS = 250 if BINARY.parent.name == "debug" else 50


def judge(log, key, shown):
    """Holds the server's part against its limit; `shown` is what an editor took from `key` to findings on the screen."""
    messages = Messages(log)
    ours = [messages.answer_ms(name) for name in LARGE]
    middle = statistics.median(ours)
    said = f"2,000 lines: didOpen to findings {words(ours)} (at most {LIMIT_MS}), {key} to findings on the screen {words(shown)}"
    assert middle <= LIMIT_MS, said
    return said


def words(times):
    return ", ".join(f"{time:.0f}" for time in times) + " ms"
