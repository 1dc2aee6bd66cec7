"""A new place for one run of an editor: a crate, a home for the server, folders for the editor, and a `rustassistant`."""

import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
REPOSITORY = TESTS.parent.parent
BINARY = Path(os.environ["RUSTASSISTANT_BINARY"]).resolve()

# Replacements for the binary, by the name of the problem they simulate.
STAND_INS = {
    "crash-at-start": """
        if [ -e "$WORK/cured" ]; then exec "$BINARY" "$@"; fi
        echo start >>"$WORK/starts"
        echo "the server is broken" >&2
        exit 3""",
    "too-old": """
        if [ "$1" = --version ]; then echo "rustassistant 0.0.9"; exit; fi
        echo "error: unrecognized subcommand '$1'" >&2
        exit 2""",
    "noted": """
        echo $$ >"$WORK/process"
        exec "$BINARY" "$@" """,
    "recorded": """
        exec python3 "$TESTS/terminals/proxy.py" "$WORK/messages.jsonl" "$BINARY" "$@" """,
}


# With a finding, which shows that the server has read it.
STACK = """pub fn double(number: u32) -> u32 {
    if number > 0 {
        if number < 100 {
            return number * 2;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    // Nothing is twice nothing.
    #[test]
    fn of_nothing() {
        assert_eq!(double(0), 0);
    }

    #[test]
    fn of_one() {
        assert_eq!(double(1), 2);
    }

    #[test]
    fn of_many() {
        let many = [2, 3, 5, 7];
        for number in many {
            assert_eq!(double(number), number + number);
        }
    }
}
"""

# Its loop, lines 12 to 14, can be extracted.
SUMS = STACK.split("#[cfg(test)]", 1)[0] + """pub fn sum(numbers: &[u32]) -> u32 {
    let mut total = 0;
    for number in numbers {
        total += number;
    }
    total
}
"""

LARGE = ("large1.rs", "large2.rs", "large3.rs")

# Root may write to read-only files; without this capability, root is an ordinary user.
MORTAL = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] if os.geteuid() == 0 else []


class Place:
    """Removed at the end of a `with`, unless the run failed."""

    def __init__(self, binary="plain"):
        self.work = Path(tempfile.mkdtemp(prefix="rustassistant-editors-"))
        self.crate = self.work / "shop"
        self.make_crate()
        self.bin = self.work / "bin"
        for folder in ("bin", "home", "user", "config", "state", "data", "cache", "runtime"):
            (self.work / folder).mkdir(mode=0o700)
        self.put(binary)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            shutil.rmtree(self.work, ignore_errors=True)
        else:
            print(f"    what is left of it: {self.work}")

    def make_crate(self):
        shutil.copytree(TESTS / "shop", self.crate)
        # Editors treat a repository's folder as the project.
        (self.crate / ".git").mkdir()

    def with_tests(self):
        """Creates a module with tests that can be moved to `src/stack/tests.rs`; returns the path of the module."""
        lib = self.crate / "src/lib.rs"
        lib.write_text(lib.read_text() + "pub mod stack;\n")
        path = self.crate / "src/stack.rs"
        path.write_text(STACK)
        return path

    def with_sums(self):
        """Creates a module with a loop that can be extracted, and cargo, next to what would be another server."""
        lib = self.crate / "src/lib.rs"
        lib.write_text(lib.read_text() + "pub mod sums;\n")
        path = self.crate / "src/sums.rs"
        path.write_text(SUMS)
        asked = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True)
        for name in ("cargo", "rustc"):
            (self.bin / name).symlink_to(Path(asked.stdout.strip()) / "bin" / name)
        return path

    def read_only(self):
        """Makes the file with the findings read-only; returns its contents."""
        path = self.crate / "src/orders.rs"
        path.chmod(0o444)
        return path.read_text()

    def put(self, binary):
        path = self.bin / "rustassistant"
        path.unlink(missing_ok=True)
        if binary == "plain":
            path.symlink_to(BINARY)
        elif binary != "missing":
            path.write_text("#!/bin/sh\n" + STAND_INS[binary].strip() + "\n")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def environment(self):
        """The environment of the editor: without the machine's configuration or other servers."""
        folders = os.environ["PATH"].split(os.pathsep)
        folders = [one for one in folders if not any((Path(one) / name).exists() for name in ("rustassistant", "rust-analyzer"))]
        kept = {name: os.environ[name] for name in ("TERM", "TMPDIR", "RUSTUP_HOME", "CARGO_HOME") if name in os.environ}
        return {
            **kept,
            "PATH": os.pathsep.join([str(self.bin), *folders]),
            "LANG": "C.UTF-8",
            "HOME": str(self.work / "user"),
            "RUSTASSISTANT_HOME": str(self.work / "home"),
            "XDG_CONFIG_HOME": str(self.work / "config"),
            "XDG_STATE_HOME": str(self.work / "state"),
            "XDG_DATA_HOME": str(self.work / "data"),
            "XDG_CACHE_HOME": str(self.work / "cache"),
            "XDG_RUNTIME_DIR": str(self.work / "runtime"),
            "CRATE": str(self.crate),
            "WORK": str(self.work),
            "TESTS": str(TESTS),
            "BINARY": str(BINARY),
        }

    def large_files(self):
        """Files of 2,000 lines, with findings in the last functions. They are outside the crate, so that they aren't analysed
        before they are opened; a case copies each there itself."""
        folder = self.work / "large"
        folder.mkdir()
        for name in LARGE:
            (folder / name).write_text(large(name.removesuffix(".rs")))
        return [folder / name for name in LARGE]


def large(name, lines=2000):
    head, rest = (TESTS / "shop/src/orders.rs").read_text().split("pub fn label", 1)
    functions = "pub fn label" + rest
    calm = "pub fn {name}_{n}(value: u32) -> u32 {{\n    let doubled = value * 2;\n    doubled + {n}\n}}\n\n"
    room = lines - len(head.splitlines()) - len(functions.splitlines())
    filler = "".join(calm.format(name=name, n=n) for n in range(room // 5))
    text = head + filler + "\n" * (room % 5) + functions
    assert len(text.splitlines()) == lines, len(text.splitlines())
    return text
