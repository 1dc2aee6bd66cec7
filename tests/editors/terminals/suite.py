"""Runs the cases in every editor and reports the results."""

import argparse
import importlib.util
import io
import multiprocessing
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import redirect_stdout
from pathlib import Path

import capabilities
import picture

TESTS = Path(__file__).resolve().parent.parent


def cases():
    """All cases of all editors: a name and a function."""
    for editor in ("neovim", "helix", "emacs"):
        spec = importlib.util.spec_from_file_location(f"{editor}_cases", TESTS / editor / "cases.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, case in module.CASES.items():
            yield f"{editor}/{name}", case


ALL = dict(cases())


def run(name):
    """Returns whether it passed, and a message about it."""
    started = time.monotonic()
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            result = ALL[name]()
    except Exception:
        return False, f"FAILED  {name}\n{said.getvalue()}{traceback.format_exc()}"
    return True, f"ok      {name} ({time.monotonic() - started:.1f} s){': ' + result if result else ''}"


def run_all(names):
    """Runs benchmarks first and separately. The others run two at a time, as they are mostly waiting."""
    alone = [name for name in names if name.endswith("/latency")]
    yield from map(run, alone)
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        beside = [pool.submit(run, name) for name in names if name not in alone]
        for done in as_completed(beside):
            yield done.result()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--times", type=int, default=1)
    options.add_argument("--keep", action="store_true")
    options.add_argument("wanted", nargs="*")
    options = options.parse_args()
    chosen = [name for name in ALL if not options.wanted or name.startswith(tuple(options.wanted))]
    if not chosen:
        sys.exit(f"no case begins with {', '.join(options.wanted)}")
    started, results = time.monotonic(), []
    for _ in range(options.times):
        for is_fine, said in run_all(chosen):
            print(said, flush=True)
            results.append(is_fine)
    if options.keep:
        capabilities.keep()
        picture.keep()
    took = time.monotonic() - started
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed in {took:.0f} s; nothing is tried twice")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
