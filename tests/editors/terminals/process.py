"""The exit of an editor that runs without a terminal."""

import subprocess

PATIENCE_S = 90


def end(editor):
    """Waits for the editor to exit and returns its output, which is the error message on failure."""
    try:
        output, _ = editor.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        editor.kill()
        output, _ = editor.communicate()
        raise AssertionError(f"it did not end: {output.decode(errors='replace')}") from None
    output = output.decode(errors="replace")
    assert editor.returncode == 0, output[max(output.find("FAILED"), 0) :]
    return output
