"""Runs the cases in every editor, one after the other, and says how it went."""

import argparse
import importlib.util
import sys
import time
import traceback
from pathlib import Path

import capabilities
import picture

TESTS = Path(__file__).resolve().parent.parent


def cases():
    """Every case of every editor: a name and a function."""
    for editor in ("neovim", "helix", "emacs"):
        spec = importlib.util.spec_from_file_location(f"{editor}_cases", TESTS / editor / "cases.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, case in module.CASES.items():
            yield f"{editor}/{name}", case


def run(name, case):
    started = time.monotonic()
    try:
        said = case()
    except Exception:
        print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
        return False
    print(f"ok      {name} ({time.monotonic() - started:.1f} s){': ' + said if said else ''}", flush=True)
    return True


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--times", type=int, default=1)
    options.add_argument("--keep", action="store_true")
    options.add_argument("wanted", nargs="*")
    options = options.parse_args()
    chosen = [(name, case) for name, case in cases() if not options.wanted or name.startswith(tuple(options.wanted))]
    if not chosen:
        sys.exit(f"no case begins with {', '.join(options.wanted)}")
    results = [run(name, case) for _ in range(options.times) for name, case in chosen]
    if options.keep:
        capabilities.keep()
        picture.keep()
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(0 if all(results) else 1)


main()
