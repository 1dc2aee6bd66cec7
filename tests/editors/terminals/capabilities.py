"""What each real client says of itself in `initialize`, for replaying it without the editor.

Recorded is what belongs to the client: its name, its version and its capabilities; no folder and no process.
"""

import json
import shutil
from pathlib import Path

from messages import Messages
from place import REPOSITORY, TESTS

RECORDED = REPOSITORY / "target/editors/capabilities"


def record(editor, version, log):
    """Writes what the log's first `initialize` said below target/."""
    params = Messages(log).first("client", "initialize")["params"]
    RECORDED.mkdir(parents=True, exist_ok=True)
    number = "-".join(version.split(".")[:2])
    said = {"client": editor, "version": version, "capabilities": params["capabilities"]}
    path = RECORDED / f"{editor}-{number}.json"
    path.write_text(json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def keep():
    """Takes what was recorded over into the repository."""
    target = TESTS / "capabilities"
    target.mkdir(exist_ok=True)
    for path in sorted(Path(RECORDED).glob("*.json")):
        shutil.copy(path, target / path.name)
        print(f"recorded {target / path.name}")
