"""The capabilities of each real client in `initialize`, for replaying them without the editor.

Only data of the client is recorded: its name, its version and its capabilities, but no folders or processes.
"""

import json
import shutil
from pathlib import Path

from messages import Messages
from place import REPOSITORY, TESTS

RECORDED = REPOSITORY / "target/editors/capabilities"


def record(editor, version, log):
    """Writes the first `initialize` in the log to a file below target/."""
    params = Messages(log).first("client", "initialize")["params"]
    RECORDED.mkdir(parents=True, exist_ok=True)
    number = "-".join(version.split(".")[:2])
    said = {"client": editor, "version": version, "capabilities": params["capabilities"]}
    path = RECORDED / f"{editor}-{number}.json"
    path.write_text(json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def keep():
    """Copies the recordings to the repository."""
    target = TESTS / "capabilities"
    target.mkdir(exist_ok=True)
    for path in sorted(Path(RECORDED).glob("*.json")):
        shutil.copy(path, target / path.name)
        print(f"recorded {target / path.name}")
